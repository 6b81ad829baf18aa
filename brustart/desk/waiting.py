"""What waits for whom: reviews and proposals for a reviewer, proposals and files for the fund."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.states import TONES, State
from brustart.accounts.access import visible_to
from brustart.accounts.models import User
from brustart.awards.models import Proposal, Vote
from brustart.core import queue
from brustart.fund.models import Envelope
from scoring.review import room
from scoring.review.models import ConflictOfInterest, Panelist, Review
from scoring.screening.models import Override, Step
from scoring.screening.verdicts import SCREENED

_OF_FILE = ("application__startup", "application__call")


def to_score(reviewer: User) -> QuerySet[Review]:
    """Reviews this person may open and has not handed in, the oldest first, with `minutes`."""
    return room.with_minutes(room.in_hand(reviewer)).select_related(
        *_OF_FILE, "application__call__round"
    )


def to_approve(reviewer: User) -> QuerySet[Proposal]:
    """Open proposals this person may vote on (deciding.why_not_vote, as a condition on rows)."""
    seats = Panelist.objects.filter(reviewer=reviewer, approves=True)
    conflicts = ConflictOfInterest.objects.blocking().filter(reviewer=reviewer)
    votable = visible_to(reviewer, Proposal).filter(
        state=Proposal.State.OPEN,
        application__state=State.PROPOSED,
        application__call__in=seats.values("call"),
    )
    mine = (
        Q(application__in=conflicts.values("application"))
        | Q(application__startup__in=reviewer.startups.values("pk"))
        | Q(proposed_by=reviewer)
        | Q(
            Exists(
                Vote.objects.filter(
                    proposal=OuterRef("pk"), reviewer=reviewer, sha256=OuterRef("sha256")
                )
            )
        )
    )
    return _counted(votable.exclude(mine))


def handed_in(reviewer: User) -> QuerySet[Review]:
    """This person's finished reviews, the latest first."""
    done = visible_to(reviewer, Review).filter(reviewer=reviewer, state=Review.State.DONE)
    return done.select_related(*_OF_FILE, "application__call__round").order_by("-done_at")


def voted(reviewer: User) -> QuerySet[Vote]:
    """This person's votes, the latest first."""
    mine = visible_to(reviewer, Vote).filter(reviewer=reviewer)
    return mine.select_related("proposal__application__startup").order_by("-at")


def open_proposals(envelope: Envelope) -> QuerySet[Proposal]:
    """Proposals on the envelope that wait for votes, in the order they were made."""
    return _counted(
        Proposal.objects.filter(
            state=Proposal.State.OPEN, application__call__envelope=envelope
        ).select_related("proposed_by")
    )


def _counted(proposals: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """With `approvals` counted, in the order they were made."""
    given = Vote.objects.filter(
        proposal=OuterRef("pk"), approves=True, sha256=OuterRef("sha256")
    ).order_by()
    number = given.values("proposal").annotate(number=Count("pk")).values("number")
    return (
        proposals.annotate(approvals=Coalesce(Subquery(number), 0))
        .select_related(*_OF_FILE)
        .order_by("proposed_at", "pk")
    )


@dataclass(frozen=True)
class InLine:
    """A proposal, and what would be left (EUR) once it and all before it had passed."""

    proposal: Proposal
    left_after: Decimal


def in_line(proposals: Iterable[Proposal], left: Decimal) -> Iterator[InLine]:
    for proposal in proposals:
        left -= proposal.amount
        yield InLine(proposal, left)


@dataclass(frozen=True)
class Pile:
    """Files in one state that need the fund manager next."""

    state: State
    label: Promise
    tone: str
    files: list[Application]
    count: int


# What a fund manager has to do with a file of each state; the others wait for somebody else.
PILES: dict[State, Promise] = {
    State.FAILS_RULES: _("Confirm that a rule is not met"),
    State.NEEDS_EVIDENCE: _("Look at the evidence"),
    State.ELIGIBLE: _("Give to reviewers"),
    State.REVIEWED: _("Propose, wait or reject"),
}
SHOWN = 5  # of each pile; the list of files has them all


def piles(user: User) -> list[Pile]:
    """The files that need a fund manager, oldest first, by what is to be done."""
    rows = visible_to(user, Application).filter(state__in=PILES, call__listed=True)
    first = ("state_since", "pk")
    shown = rows.annotate(
        number=Window(Count("pk"), partition_by="state"),
        place=Window(RowNumber(), partition_by="state", order_by=first),
    ).filter(place__lte=SHOWN)
    found: dict[State, list[Any]] = {state: [] for state in PILES}  # with number
    for file in shown.select_related("startup").order_by(*first):
        found[State(file.state)].append(file)
    return [
        Pile(state, PILES[state], TONES[state], files, files[0].number)
        for state, files in found.items()
        if files
    ]


def to_confirm(user: User) -> QuerySet[Override]:
    """Other verdicts that wait for a second person, who is not the one who asked; oldest first."""
    submission = F("finding__run__submission__application__submission")
    rows = visible_to(user, Override).filter(
        accepted=None,
        finding__run__is_current=True,
        finding__run__submission=submission,
        finding__run__submission__application__state__in=SCREENED,
    )
    parts = ("asked_by", "finding__run__submission__application__startup")
    return rows.exclude(asked_by=user).select_related(*parts).order_by("asked_at")


def stopped(user: User) -> QuerySet[Application]:
    """Files whose screening failed, and waits for somebody to try it again."""
    rows = screening_failed(visible_to(user, Application).filter(call__listed=True))
    return rows.select_related("startup").order_by("state_since", "pk")


def screening_failed(files: QuerySet[Application]) -> QuerySet[Application]:
    """Those of the files whose present screening has a step that failed for good."""
    failed = Step.objects.filter(state=queue.State.FAILED, run__is_current=True)
    return files.filter(submission__in=failed.values("run__submission"))


@dataclass(frozen=True)
class InState:
    """How many files are in a state."""

    state: State
    label: str
    tone: str
    count: int


def by_state(files: QuerySet[Application]) -> list[InState]:
    """Numbers of files, in the order of a file's life; states without files are left out."""
    counts = files.order_by().values_list("state").annotate(number=Count("pk"))
    number = dict(counts)
    return [
        InState(state, str(state.label), TONES[state], number[state])
        for state in State
        if number.get(state)
    ]
