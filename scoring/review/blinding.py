"""Files whose readers do not learn who applies: what is shown of them, and how.

Sections about the startup are left out, the names of its people become a stroke wherever they
stand, documents get numbers for names. What is written inside a document is up to the startup.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from applications.models import Application, Document
from applications.reading import Grid, Reading, Row
from brustart.cbe.numbers import display_number

HIDDEN = frozenset({"startup", "ownership", "size", "aid", "declarations"})  # sections
NAMED = frozenset({"name", "email", "website", "city", "postal_code", "street", "phone"})  # columns
STROKE = "▬▬▬"
SHORT = 3  # letters; a shorter word is too common to be hidden
PARTICLES = frozenset(  # as common, though they stand in names
    {"aan", "das", "del", "den", "der", "des", "dos", "een", "het", "les", "ten", "ter", "the",
     "van", "von"}
)  # fmt: skip


class Blind:
    """One file as its readers see it."""

    def __init__(self, application: Application) -> None:
        self.application = application

    @cached_property
    def _words(self) -> re.Pattern[str] | None:
        words = sorted({one for one in self._names() if len(one) >= SHORT}, key=len, reverse=True)
        any_of = "|".join(map(re.escape, words))
        return re.compile(rf"(?<!\w)(?:{any_of})(?!\w)", re.IGNORECASE) if words else None

    def _names(self) -> Iterator[str]:
        """The startup, its number however written, its people in whole and in parts, and whom
        they write from."""
        startup, submission = self.application.startup, self.application.handed_in
        yield startup.name.strip()
        for digits in {startup.enterprise_number, self.application.enterprise_number} - {""}:
            yield from (digits, display_number(digits))
        answers = submission.answers("startup")
        yield from (str(answers.get(name, "")).strip() for name in ("startup_name", "website"))
        for section, table in (
            ("team", "members"),
            ("ownership", "owners"),
            ("ownership", "holdings"),
        ):
            for row in submission.answers(section).get(table, []):
                yield from _parts(row.get("name", ""))
        for member in startup.members.all():
            yield member.email
            yield from _parts(member.name)

    def text(self, text: str) -> str:
        """With a stroke in place of each name."""
        return self._words.sub(STROKE, text) if self._words else text

    @property
    def title(self) -> str:
        return self.text(self.application.title)

    def answers(self, read: Iterable[Reading]) -> list[Reading]:
        return [self._section(one) for one in read if one.key not in HIDDEN]

    def _section(self, section: Reading) -> Reading:
        return replace(
            section,
            rows=[self._row(row) for row in section.rows if row.name not in NAMED],
            grids=[self._grid(grid) for grid in section.grids],
        )

    def _row(self, row: Row) -> Row:
        return replace(row, value=self.text(row.value))

    def _grid(self, grid: Grid) -> Grid:
        return replace(grid, rows=[[self.text(cell) for cell in row] for row in grid.rows])

    def verdicts(self, found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Which rule, and what came out: not from what."""
        return [
            {name: one[name] for name in ("title", "found", "verdict_label", "tone")}
            for one in found
        ]


def _parts(name: str) -> Iterator[str]:
    yield name.strip()
    yield from (one for one in name.split() if one.casefold() not in PARTICLES)


def name_of(document: Document, place: int, *, blind: bool) -> str:
    """What a document is called for its readers; `place` counts from 1."""
    if not blind:
        return document.name
    return _("document-%(place)s.%(type)s") % {"place": f"{place:02d}", "type": document.type}
