"""What the files of a call are marked on: criteria, weights, anchors and thresholds, in versions.

A rubric is data, published for good: {"key", "label": {fr, nl, en}, "hint": {…}, "weight": percent,
"floor": of 5 to pass, "may_skip": whether it may not apply, "anchors": {"3": {fr, nl, en}}}. A call
without one is marked on the grid of ../grid.py.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.questions import said
from brustart.accounts.models import User
from brustart.core import audit
from brustart.core.errors import Refused
from brustart.fund.figures import figure
from brustart.fund.models import Call

from ..grid import TOP_MARK, WEIGHTS, Criterion
from .models import Review, Rubric

Text = Promise | str | Mapping[str, str]  # in the page's language, or one for each
HINTS: dict[Criterion, Promise | str] = {
    Criterion.INNOVATION: gettext_lazy(
        "What is new against what exists, and can it be shown to work?"
    ),
    Criterion.FEASIBILITY: gettext_lazy(
        "Can it be done as planned, in the time and for the money?"
    ),
    Criterion.TEAM: gettext_lazy("Can these people do it, and do they have the time?"),
    Criterion.VALORISATION: gettext_lazy("Will somebody pay for it, and has that been tried?"),
    Criterion.IMPACT: gettext_lazy("What does the Region gain: work, knowledge, a problem solved?"),
}
ANCHORS: dict[int, Promise | str] = {
    0: gettext_lazy("not addressed, or impossible to judge"),
    1: gettext_lazy("poor: serious weaknesses"),
    2: gettext_lazy("fair: weaknesses that matter"),
    3: gettext_lazy("good, with weaknesses that can be mended"),
    4: gettext_lazy("very good, with small weaknesses"),
    TOP_MARK: gettext_lazy("excellent, no weakness worth naming"),
}


class CannotPublish(Refused):
    """Marks were given by the rubric in force, or the weights do not add up to a hundred."""


def _text(text: Text) -> str:
    return said(text) if isinstance(text, Mapping) else str(text)


@dataclass(frozen=True)
class Measure:
    """One criterion. `weight` in percent, `floor` of 5; `meaning` of a mark: what it says."""

    key: str
    words: Text
    help: Text
    weight: int
    floor: Decimal
    may_skip: bool
    anchors: Mapping[int, Text]

    @property
    def label(self) -> str:
        return _text(self.words)

    @property
    def hint(self) -> str:
        return _text(self.help)

    @property
    def meanings(self) -> list[tuple[int, str]]:
        """Marks that are described, with their words."""
        return [
            (mark, text) for mark in sorted(self.anchors) if (text := _text(self.anchors[mark]))
        ]


@dataclass(frozen=True)
class Grid:
    """The criteria in their order, and what the weighted mean (of 100) must reach. `rubric`: the
    published version, None for the default."""

    measures: tuple[Measure, ...]
    total: Decimal
    rubric: Rubric | None

    @property
    def weights(self) -> dict[str, int]:
        return {one.key: one.weight for one in self.measures}

    @property
    def keys(self) -> list[str]:
        return [one.key for one in self.measures]

    def measure(self, key: str) -> Measure:
        return next(one for one in self.measures if one.key == key)


def of(call: Call, *, on: date | None = None) -> Grid:
    """What the call's files are marked on. `on`: the day of the default thresholds."""
    newest = Rubric.objects.filter(call=call).order_by("-number").first()
    return read(newest, on=on)


def of_review(review: Review) -> Grid:
    """What this review marks, or marked: the rubric it was begun with."""
    if review.state == Review.State.ASSIGNED:
        return of(review.application.call)
    return read(review.rubric)


def read(rubric: Rubric | None, *, on: date | None = None) -> Grid:
    if rubric is None:
        return _default(on or timezone.localdate())
    return Grid(tuple(map(_measure, rubric.measures)), rubric.total, rubric)


def _measure(row: Mapping[str, Any]) -> Measure:
    return Measure(
        key=row["key"],
        words=row["label"],
        help=row["hint"],
        weight=row["weight"],
        floor=Decimal(row["floor"]),
        may_skip=row["may_skip"],
        anchors={int(mark): text for mark, text in row["anchors"].items()},
    )


def _default(on: date) -> Grid:
    """Each criterion at half, 60 % in all (domain.md, [P])."""
    floor = figure("score.criterion_threshold", on).value
    measures = (
        Measure(one.value, one.label, HINTS[one], WEIGHTS[one], floor, False, ANCHORS)
        for one in Criterion
    )
    total = (figure("score.total_threshold", on).value * 100).quantize(Decimal("0.1"))
    return Grid(tuple(measures), total, None)


@transaction.atomic
def publish(
    call: Call,
    measures: Iterable[Mapping[str, Any]],
    *,
    total: Decimal,
    actor: User,
    now: datetime,
) -> Rubric:
    """Mark the call's files by this from now on. Raises CannotPublish once somebody began to mark:
    one call, one measure."""
    Call.objects.select_for_update(no_key=True, of=("self",)).get(pk=call.pk)
    measures = list(measures)
    if not is_open(call):
        raise CannotPublish(
            _("Reviewers have begun to mark this call's files. What they are marked on stays.")
        )
    if sum(one["weight"] for one in measures) != 100:
        raise CannotPublish(_("The weights must add up to 100 %. Nothing was published."))
    newest = Rubric.objects.filter(call=call).order_by("-number").first()
    made = Rubric.objects.create(
        call=call,
        number=newest.number + 1 if newest else 1,
        measures=measures,
        total=total,
        published_at=now,
        published_by=actor,
    )
    audit.record("rubric.published", about=made, actor=actor, now=now, number=made.number)
    return made


def is_open(call: Call) -> bool:
    """Whether nobody has begun to mark a file of the call."""
    begun = Review.objects.filter(application__call=call).exclude(version=0)
    return not begun.exists()
