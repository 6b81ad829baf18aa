"""What a reader has on the table: the file as they may see it, its documents, how long it takes,
what comes next, and all of it in one download."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum, TextField, Value
from django.db.models.functions import Cast, Coalesce, Length
from zipstream import ZIP_STORED, ZipStream

from applications import printing, uploading
from applications.models import Application, Document, Paper
from applications.reading import Reading, answers_for_reading
from applications.states import State
from brustart.accounts.access import visible_to
from brustart.accounts.models import User

from . import blinding, rounds
from .conflicts import declared, to_declare
from .models import Review
from .models.reviews import OPEN

CHARACTERS_A_MINUTE = 1_300  # about 220 words


@dataclass(frozen=True)
class Paperwork:
    """One document as its reader sees it; `place` counts from 1."""

    document: Document
    place: int
    name: str

    @property
    def pages(self) -> range:
        """Numbers of the pages that can be shown as pictures."""
        of_pdf = self.document.type == "pdf" and self.document.pages
        return range(1, of_pdf + 1) if of_pdf else range(0)

    @property
    def is_picture(self) -> bool:
        return self.document.type in {"png", "jpeg"}


class Table:
    """A file on its reader's table."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.round = rounds.of(application.call)
        self.blind = blinding.Blind(application) if self.round.is_blind else None

    @property
    def title(self) -> str:
        return self.blind.title if self.blind else self.application.title

    @property
    def startup(self) -> str:
        """Empty where the reader does not learn it."""
        return "" if self.blind else str(self.application.startup)

    @property
    def answers(self) -> list[Reading]:
        read = answers_for_reading(self.application.handed_in)
        return self.blind.answers(read) if self.blind else read

    @cached_property
    def documents(self) -> list[Paperwork]:
        """Those that were handed in, in their order."""
        listed = {one["id"] for one in self.application.handed_in.content.get("documents", [])}
        rows = Document.objects.filter(pk__in=listed).order_by("pk")
        return [
            Paperwork(one, place, blinding.name_of(one, place, blind=self.blind is not None))
            for place, one in enumerate(rows, start=1)
        ]

    def document(self, place: int) -> Paperwork | None:
        return next((one for one in self.documents if one.place == place), None)


@dataclass(frozen=True)
class Cover:
    """What may be known of a file before it opens: enough to say what ties one to it. `startup` and
    `people` are empty where its readers do not learn who applies."""

    file: Application
    title: str
    startup: str
    people: list[str]


def covers(reviewer: User) -> list[Cover]:
    """Of all files that wait for this person's word."""
    return [_cover(file) for file in to_declare(reviewer)]


def _cover(file: Application) -> Cover:
    found = getattr(file.call, "round", None)
    if found and found.is_blind and file.state != State.PROPOSED:  # who approves learns it
        return Cover(file, blinding.Blind(file).title, "", [])
    team = file.handed_in.answers("team").get("members", [])
    owners = file.handed_in.answers("ownership").get("owners", [])
    people = dict.fromkeys(row["name"] for row in [*team, *owners] if row.get("name"))
    return Cover(file, file.title, str(file.startup), list(people))


def in_hand(reviewer: User) -> QuerySet[Review]:
    """The reviews that this person may open and has not handed in, in the order they were given."""
    rows = visible_to(reviewer, Review).filter(declared(), reviewer=reviewer, state__in=OPEN)
    return rows.filter(application__state=State.IN_REVIEW).order_by("assigned_at", "pk")


def with_minutes(reviews: QuerySet[Review]) -> QuerySet[Any]:
    """With `minutes`: about how long answers and documents take to read."""
    text = Document.objects.filter(application=OuterRef("application"), removed_at=None)
    written = text.order_by().values("application").annotate(all=Sum(Length("text")))
    answers = Length(Cast("application__submission__content__sections", TextField()))
    signs = Coalesce(Subquery(written.values("all")), 0) + Coalesce(answers, 0)
    return reviews.annotate(minutes=signs / Value(CHARACTERS_A_MINUTE) + 1)


def minutes_of(review: Review) -> int:
    """Of one."""
    found: int = with_minutes(Review.objects.filter(pk=review.pk)).get().minutes
    return found


def following(reviewer: User, application: Application) -> tuple[Review | None, Review | None]:
    """The reviews before and after this file's among those in hand."""
    rows = list(in_hand(reviewer).select_related("application"))
    at = next((n for n, one in enumerate(rows) if one.application_id == application.pk), None)
    if at is None:
        return None, next(iter(rows), None)
    return (rows[at - 1] if at else None), (rows[at + 1] if at + 1 < len(rows) else None)


# --- all files in one download -------------------------------------------------------------------
def archive(reviewer: User) -> Iterator[bytes]:
    """Every file in hand as a folder of a ZIP, made while it is sent: answers and documents."""
    whole = ZipStream(compress_type=ZIP_STORED)
    related = ("application__call", "application__startup", "application__submission")
    for review in in_hand(reviewer).select_related(*related):
        for name, content in _folder(Table(review.application)):
            whole.add(content, name)
    yield from whole


def _folder(table: Table) -> Iterator[tuple[str, Any]]:
    name = table.application.reference
    if table.blind:
        yield f"{name}/answers.txt", "\n".join(_as_text(table)).encode()
    else:
        submission = table.application.handed_in
        yield f"{name}/answers.pdf", printing.render(submission, Paper.Name.ANSWERS)
    for one in table.documents:
        yield f"{name}/{one.place:02d}-{one.name}", uploading.chunks(one.document)


def _as_text(table: Table) -> Iterator[str]:
    """The answers that a reader may see, where the printed ones would say who applies."""
    yield f"{table.application.reference} {table.title}"
    for section in table.answers:
        yield from ("", section.heading.upper(), "")
        for row in section.rows:
            yield from (row.term, f"    {row.value}")
        for grid in section.grids:
            yield from (grid.heading, "    " + " | ".join(grid.head))
            yield from ("    " + " | ".join(row) for row in grid.rows)
