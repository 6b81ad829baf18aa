"""Marks and panels as people read them."""

from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Application
from brustart.accounts.models import User
from brustart.fund.models import Call

from . import assigning, conflicts, panel, rubrics
from .models import Panelist, Review
from .models.reviews import ACTIVE, OPEN

TONES = {
    Review.State.ASSIGNED: "neutral",
    Review.State.BEGUN: "active",
    Review.State.DONE: "good",
    Review.State.ABSTAINED: "warn",
    Review.State.RECUSED: "warn",
    Review.State.RELIEVED: "neutral",
}


def marks_for_reading(application: Application) -> list[dict[str, Any]]:
    """The handed-in marks of each criterion, without names: `values` and `median` for
    `marks_dots`."""
    marks = panel.handed_in(application)
    return [
        {
            "label": one.label,
            "weight": one.weight,
            "values": marks.get(one.key, []),
            "median": Decimal(median(marks[one.key])) if one.key in marks else None,
        }
        for one in rubrics.of(application.call).measures
    ]


@dataclass(frozen=True)
class Candidate:
    """A member of the panel with regard to one file. `why_not`: why it cannot be given to them."""

    person: User
    approves: bool
    files: int
    waiting: int
    review: Review | None
    why_not: str

    @property
    def tone(self) -> str:
        return TONES[Review.State(self.review.state)] if self.review else "neutral"

    @property
    def may_get(self) -> bool:
        """Also again, what was taken back (assigning.py)."""
        had = self.review is not None and self.review.state != Review.State.RELIEVED
        return not had and not self.why_not


def candidates(application: Application) -> list[Candidate]:
    """Everybody on the panel of the file's call, in the order of their names."""
    given = {one.reviewer_id: one for one in application.reviews.all()}
    why_not, today = _hindered(application), timezone.localdate()
    return [
        Candidate(
            person=seat.reviewer,
            approves=seat.approves,
            files=seat.files,
            waiting=seat.waiting,
            review=given.get(seat.reviewer_id),
            why_not=why_not.get(seat.reviewer_id)
            or assigning.no_room(application, seat, files=seat.files, on=today),
        )
        for seat in _seats(application.call)
    ]


def _seats(call: Call) -> QuerySet[Any]:
    """The panel; `files`: those of the call that the reviewer has, `waiting`: not yet handed in."""
    of_call = Q(reviewer__reviews__application__call=call)
    files = of_call & Q(reviewer__reviews__state__in=ACTIVE)
    waiting = of_call & Q(reviewer__reviews__state__in=OPEN)
    return (
        Panelist.objects.filter(call=call)
        .select_related("reviewer")
        .annotate(
            files=Count("reviewer__reviews", filter=files),
            waiting=Count("reviewer__reviews", filter=waiting),
        )
        .order_by("reviewer__name", "pk")
    )


def _hindered(application: Application) -> dict[int, str]:
    """Who cannot read the file, with the reason."""
    members = application.startup.members.values_list("pk", flat=True)
    why = dict.fromkeys(members, _("Belongs to the startup."))
    for conflict in application.conflicts.blocking():
        said = _("Conflict of interest: %(reason)s") % {"reason": conflicts.said(conflict)}
        why[conflict.reviewer_id] = said
    return why
