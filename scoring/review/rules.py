"""Reviewers see the files they were given, and those of their panel that wait for approval, once
they have said that nothing ties them to these; a file in conflict with them is hidden from them
everywhere. Where a call hides who applies, its files are read through one's own review alone
(blinding.py): the file itself, its documents and papers do not exist for their readers.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Q

from applications.models import Application
from applications.states import State
from brustart.accounts.access import NO_ROW, Reader, follow, open_to, register
from brustart.accounts.models import Role, User

from .models import (
    AssignmentPlan,
    ConflictOfInterest,
    Declaration,
    FrozenRanking,
    Mark,
    MarkChange,
    PanelComment,
    PanelInvitation,
    Panelist,
    PanelScore,
    PanelStatistics,
    Pitch,
    PlannedReading,
    Rank,
    Review,
    Round,
    Rubric,
    Step,
    Suggestion,
)

FUND = (Role.FUND_MANAGER, Role.AUDITOR)
VOTED_ON = {State.PROPOSED, State.AWARDED, State.LAPSED, State.CLOSED}


def _is_reviewer(reader: Reader) -> bool:
    return isinstance(reader, User) and reader.is_reviewer


def _blocked(reader: Reader) -> Q:
    """Of files: tied to the reader, or not spoken of yet."""
    ties = ConflictOfInterest.objects.blocking().filter(reviewer=reader.pk)
    said = Declaration.objects.filter(reviewer=reader.pk)
    return Q(pk__in=ties.values("application")) | ~Q(pk__in=said.values("application"))


def _readable(reader: Reader) -> Q:
    if not _is_reviewer(reader):
        return NO_ROW
    given = Review.objects.active().filter(reviewer=reader.pk)
    panels = Panelist.objects.filter(reviewer=reader.pk, approves=True)
    return (
        Q(pk__in=given.exclude(application__call__round__is_blind=True).values("application"))
        | Q(state__in=VOTED_ON, call__in=panels.values("call"))
    ) & ~_blocked(reader)


def _own_reviews(reader: Reader) -> Q:
    """All but those of files in conflict, and those that the fund took back; before one has spoken,
    only the summary is shown."""
    if not _is_reviewer(reader):
        return NO_ROW
    ties = ConflictOfInterest.objects.blocking().filter(reviewer=reader.pk)
    closed = Q(state=Review.State.RELIEVED) | Q(application__in=ties.values("application"))
    return Q(reviewer=reader.pk) & ~closed


def _together(reader: Reader) -> Q:
    """Of rows with an `application`: marked by the reader too, all marks in, and the call wants
    them spoken of."""
    if not _is_reviewer(reader):
        return NO_ROW
    mine = Review.objects.filter(_own_reviews(reader), state=Review.State.DONE)
    return (
        Q(application__in=mine.values("application"))
        & Q(application__call__round__discusses=True)
        & ~Q(application__state=State.IN_REVIEW)
    )


def _read_by(reader: Reader) -> Q:
    return _own_reviews(reader) | (Q(state=Review.State.DONE) & _together(reader))


def _among(rows: Callable[[Reader], Q]) -> Callable[[Reader, Any], bool]:
    """The predicate that asks the list: what joins several tables is not written twice."""
    return lambda reader, row: type(row).objects.filter(rows(reader), pk=row.pk).exists()


register(Application, sees=_among(_readable), rows=_readable)
open_to(Review, *FUND)
register(Review, sees=_among(_read_by), rows=_read_by)
for spoken in (PanelComment, Pitch):
    open_to(spoken, *FUND)
    register(spoken, sees=_among(_together), rows=_together)
follow(Mark, "review")
follow(MarkChange, "review")


def _is_own(reader: Reader, row: Declaration | ConflictOfInterest | Panelist) -> bool:
    return reader.pk is not None and row.reviewer_id == reader.pk


for model in (Declaration, ConflictOfInterest, Panelist):
    open_to(model, *FUND)
    register(model, sees=_is_own, rows=lambda reader: Q(reviewer=reader.pk))
for inside in (
    Suggestion, AssignmentPlan, PlannedReading, PanelScore, PanelStatistics, Rank, FrozenRanking,
    Round, Rubric, PanelInvitation,
):  # fmt: skip
    open_to(inside, *FUND)
open_to(Step, *FUND, Role.ADMINISTRATOR)
