"""Reviewers see the files they were given, and those of their panel that wait for approval;
a file in conflict with them is hidden from them everywhere."""

from django.db.models import Q

from applications.models import Application
from applications.states import State
from brustart.accounts.access import NO_ROW, Reader, follow, open_to, register
from brustart.accounts.models import Role, User

from .models import (
    AssignmentPlan,
    ConflictOfInterest,
    FrozenRanking,
    Mark,
    Panelist,
    PanelScore,
    PanelStatistics,
    PlannedReading,
    Rank,
    Review,
    Step,
    Suggestion,
)

FUND = (Role.FUND_MANAGER, Role.AUDITOR)
VOTED_ON = {State.PROPOSED, State.AWARDED}


def _may_read(reader: Reader, file: Application) -> bool:
    if not isinstance(reader, User) or not reader.is_reviewer:
        return False
    if file.conflicts.filter(reviewer=reader).exists():
        return False
    if file.reviews.filter(reviewer=reader).exclude(state=Review.State.RECUSED).exists():
        return True
    panel = Panelist.objects.filter(call=file.call_id, reviewer=reader, approves=True)
    return file.state in VOTED_ON and panel.exists()


def _readable(reader: Reader) -> Q:
    if not isinstance(reader, User) or not reader.is_reviewer:
        return NO_ROW
    given = Review.objects.filter(reviewer=reader).exclude(state=Review.State.RECUSED)
    panels = Panelist.objects.filter(reviewer=reader, approves=True)
    conflicts = ConflictOfInterest.objects.filter(reviewer=reader)
    return (
        Q(pk__in=given.values("application"))
        | Q(state__in=VOTED_ON, call__in=panels.values("call"))
    ) & ~Q(pk__in=conflicts.values("application"))


register(Application, sees=_may_read, rows=_readable)


def _is_own(reader: Reader, row: Review | ConflictOfInterest | Panelist) -> bool:
    return reader.pk is not None and row.reviewer_id == reader.pk


for model in (Review, ConflictOfInterest, Panelist):
    open_to(model, *FUND)
    register(model, sees=_is_own, rows=lambda reader: Q(reviewer=reader.pk))
follow(Mark, "review")
for inside in (
    Suggestion, AssignmentPlan, PlannedReading, PanelScore, PanelStatistics, Rank, FrozenRanking,
):  # fmt: skip
    open_to(inside, *FUND)
open_to(Step, *FUND, Role.ADMINISTRATOR)
