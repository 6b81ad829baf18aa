"""How far a call's panel is: per reviewer, per file, what is late, where marks lie far apart."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, F, QuerySet, Sum, When

from applications.models import Application
from applications.states import JUDGED, TONES, State
from brustart.accounts.models import User
from brustart.fund.models import Call

from . import rounds, rubrics
from .models import ConflictOfInterest, Declaration, Mark, Panelist, Review
from .models.reviews import ACTIVE
from .reading import TONES as REVIEW_TONES
from .rubrics import Grid

APART = Decimal("1.5")  # of 5, between two readers' weighted means: worth speaking of [P]


@dataclass
class Line:
    """A reviewer's numbers of files by state; `late`: still open after the day they were due."""

    person: User
    seat: Panelist | None
    states: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    undeclared: int = 0
    late: int = 0

    @property
    def given(self) -> int:
        return sum(self.states[one] for one in ACTIVE)

    @property
    def done(self) -> int:
        return self.states[Review.State.DONE]

    @property
    def open(self) -> int:
        return self.given - self.done

    @property
    def width(self) -> str:
        """Done of given, as a length."""
        return f"{self.done / max(self.given, 1) * 100:.0f}%"

    @property
    def others(self) -> list[tuple[str, int]]:
        """Stepped back or abstained, in words."""
        kinds = (Review.State.ABSTAINED, Review.State.RECUSED)
        return [(str(one.label), self.states[one]) for one in kinds if self.states[one]]


def reviewers(call: Call, *, on: date) -> list[Line]:
    """Everybody on the panel, those who are late first. Four queries."""
    is_late = rounds.of(call).is_late(on)
    seats = Panelist.objects.filter(call=call).select_related("reviewer")
    found = {seat.reviewer_id: Line(seat.reviewer, seat) for seat in seats}
    said = set(
        Declaration.objects.filter(application__call=call).values_list("application", "reviewer")
    )
    for row in Review.objects.filter(application__call=call).select_related("reviewer"):
        line = found.setdefault(row.reviewer_id, Line(row.reviewer, None))
        line.states[row.state] += 1
        if row.is_open:
            line.undeclared += (row.application_id, row.reviewer_id) not in said
            line.late += is_late
    return sorted(found.values(), key=lambda one: (-one.late, str(one.person), one.person.pk))


@dataclass
class FileLine:
    """A file with its readers; `apart`: how far the readers' weighted means lie apart, of 5."""

    file: Application
    readings: list[tuple[Review, str]]
    apart: Decimal | None
    late: bool

    @property
    def tone(self) -> str:
        return TONES[State(self.file.state)]

    @property
    def is_outlier(self) -> bool:
        return self.apart is not None and self.apart >= APART


def files(call: Call) -> QuerySet[Application]:
    """The call's files that are read, or were."""
    rows = Application.objects.filter(call=call, reviews__isnull=False).distinct()
    return rows.select_related("startup").order_by("pk")


def lines(call: Call, files: list[Application], *, on: date) -> list[FileLine]:
    """Of these files. Four queries."""
    is_late, grid = rounds.of(call).is_late(on), rubrics.of(call)
    readings: dict[int, list[Review]] = defaultdict(list)
    rows = Review.objects.filter(application__in=files).exclude(state=Review.State.RELIEVED)
    for row in rows.select_related("reviewer").order_by("application_id", "reviewer__name"):
        readings[row.application_id].append(row)
    means = _means(files, grid)
    return [
        FileLine(
            file,
            [(one, REVIEW_TONES[Review.State(one.state)]) for one in readings[file.pk]],
            _apart(means[file.pk]),
            is_late and any(one.is_open for one in readings[file.pk]),
        )
        for file in files
    ]


def _means(
    files: QuerySet[Application] | list[Application], grid: Grid
) -> dict[int, list[Decimal]]:
    """The weighted mean of each handed-in review, of 5; added up by the database."""
    weight = Case(*(When(criterion=key, then=value) for key, value in grid.weights.items()))
    points = Sum(F("value") * weight, output_field=DecimalField())
    rows = (
        Mark.objects.filter(
            review__application__in=files,
            review__state=Review.State.DONE,
            value__isnull=False,
            criterion__in=grid.keys,
        )
        .order_by()
        .values_list("review__application", "review")
        .annotate(points=points, weights=Sum(weight))
    )
    found: dict[int, list[Decimal]] = defaultdict(list)
    for file, _review, total, weights in rows:
        found[file].append(total / weights)
    return found


def _apart(means: list[Decimal]) -> Decimal | None:
    """Between the highest and the lowest; None of fewer than two."""
    return max(means) - min(means) if len(means) > 1 else None


def outliers(call: Call, *, most: int) -> tuple[int, list[tuple[Application, Decimal]]]:
    """How many judged files have readers that lie far apart, and so many of them, the furthest
    first."""
    judged = Application.objects.filter(call=call, state__in=JUDGED)
    means = _means(judged, rubrics.of(call))
    found = {file: apart for file, given in means.items() if (apart := _apart(given)) is not None}
    far = sorted((key for key in found if found[key] >= APART), key=lambda key: (-found[key], key))
    shown = judged.select_related("startup").in_bulk(far[:most])
    return len(far), [(shown[key], found[key]) for key in far[:most]]


def summary(call: Call) -> dict[str, Any]:
    """Reviews in and given, and ties that wait for a decision."""
    reviews = Review.objects.active().filter(application__call=call)
    return {
        "given": reviews.count(),
        "done": reviews.filter(state=Review.State.DONE).count(),
        "undecided": undecided(call),
    }


def undecided(call: Call) -> int:
    """How many ties wait for a decision."""
    return ConflictOfInterest.objects.undecided().filter(application__call=call).count()
