"""Printing what a startup of the demo hands in: slides or sheets, in a colour of its own."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random

import typst

from brustart.core.papers import FONTS

TEMPLATE = Path(__file__).with_name("document.typ")
COLOURS = ("#0b5d5e", "#7a2e4d", "#2f4b8f", "#8a4b08", "#3d5a1f", "#5b3a8c")


@dataclass(frozen=True)
class Text:
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Table:
    """Rows, under a head if there is one; all but the first column may be figures."""

    rows: Sequence[Sequence[str]]
    head: Sequence[str] = ()
    figures: bool = False

    def __str__(self) -> str:
        return "\n".join(map(" ".join, [self.head, *self.rows])).strip()


@dataclass(frozen=True)
class Page:
    """A slide, or a part of a sheet."""

    heading: str
    parts: Sequence[Text | Table]

    def __str__(self) -> str:
        return "\n".join((self.heading, *map(str, self.parts)))


@dataclass(frozen=True)
class Printed:
    """What to print; `line` stands under the title."""

    language: str
    name: str
    title: str
    line: str
    pages: Sequence[Page]
    slides: bool = False

    def __str__(self) -> str:
        return "\n".join((self.name, self.title, self.line, *map(str, self.pages)))


def pdf(printed: Printed, *, at: datetime) -> bytes:
    """The PDF; the same document gives the same bytes."""
    told = {**asdict(printed), "colour": Random(printed.name).choice(COLOURS)}
    return typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        font_paths=_fonts(),
        sys_inputs={"told": json.dumps(told, ensure_ascii=False)},
        timestamp=at.astimezone(UTC).replace(microsecond=0),
    )


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
