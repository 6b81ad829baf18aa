"""What this person may do now with a file: its page's buttons. Each act checks again itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications import lifecycle
from applications.models import Application, Part
from applications.requesting import ASKABLE
from applications.sharing import WRITERS
from applications.states import JUDGED, MOVES, WITHDRAWABLE, State
from brustart.accounts.models import User
from brustart.awards import deciding
from brustart.awards.models import Proposal
from scoring.review import rounds
from scoring.review.assigning import OPEN_TO_REVIEW
from scoring.review.models import Review

AFTER_AWARD = frozenset({State.AWARDED, State.LAPSED, State.CLOSED})


@dataclass(frozen=True)
class Act:
    """A link to the page of an act; `look` is the end of a button's class."""

    label: Promise | str
    url: str
    look: str = "secondary"


def possible(user: User, application: Application) -> list[Act]:
    """The acts of this person on this file, the most likely first."""
    part = application.startup.memberships.filter(user=user).values_list("part", flat=True).first()
    if part:
        return list(_of_applicant(application, part)) if user.is_applicant else []
    if user.is_fund_manager:
        return list(_of_manager(application))
    return list(_of_reviewer(user, application)) if user.is_reviewer else []


def _act(application: Application, label: Promise | str, name: str, look: str = "secondary") -> Act:
    return Act(label, reverse(name, args=[application.pk]), look)


def _is_asked(application: Application) -> bool:
    if application.state not in ASKABLE:
        return False
    return lifecycle.open_request(application, now=timezone.now()) is not None


def _of_applicant(application: Application, part: str) -> Iterator[Act]:
    state = State(application.state)
    if state in AFTER_AWARD and part in WRITERS:
        yield _act(application, _("Agreement and payments"), "award", "primary")
    if state == State.DRAFT:
        yield _act(application, _("Continue"), "tasks", "primary")
    elif part in WRITERS and _is_asked(application):
        yield _act(application, _("Answer the fund"), "tasks", "primary")
    if state in WITHDRAWABLE and part == Part.OWNER:
        yield _act(application, _("Withdraw the file"), "withdraw", "link")


def _of_manager(application: Application) -> Iterator[Act]:
    """What the table of states lets a fund manager do from here."""
    state = State(application.state)
    onward = MOVES[state]
    asked = _is_asked(application)
    if application.on_paper and (state == State.DRAFT or asked):
        yield _act(application, _("Enter the answers"), "tasks", "primary")
    if state in ASKABLE and not asked:
        yield _act(application, _("Ask for more information"), "ask")
    if state == State.ELIGIBLE:
        yield _act(application, _("Give to reviewers"), "assign", "primary")
    if State.PROPOSED in onward:
        yield _act(application, _("Propose an award"), "propose", "primary")
    if state == State.PROPOSED:
        yield _act(application, _("Propose it anew"), "revise")
        if application.call.inspector_needed:
            yield _act(application, _("Opinion of the Finance Inspector"), "opinion")
        yield _act(application, _("Take the proposal back"), "unpropose", "link")
    if state in AFTER_AWARD:
        yield _act(application, _("Agreement and payments"), "award", "primary")
    if state in OPEN_TO_REVIEW and state != State.ELIGIBLE:
        yield _act(application, _("Give to another reviewer"), "assign")
    if rounds.of(application.call).discusses and state in JUDGED:
        yield _act(application, _("Discussion"), "discussion")
    if State.WAITING in onward:
        yield _act(application, _("Put on the waiting list"), "wait")
    if State.REJECTED in onward:
        yield _act(application, _("Do not award"), "reject", "danger")
    if State.INELIGIBLE in onward:
        yield _act(application, _("Find not eligible"), "ineligible", "danger")


def _of_reviewer(user: User, application: Application) -> Iterator[Act]:
    review = application.reviews.filter(reviewer=user).first()
    proposal = application.proposals.filter(state=Proposal.State.OPEN).first()
    votes = proposal is not None and not deciding.why_not_vote(proposal, user)
    if votes:
        yield _act(application, _("Read and decide"), "decide", "primary")
    marks = application.state == State.IN_REVIEW and review is not None and review.is_open
    if marks:
        yield _act(application, _("Score this file"), "review", "primary")
    elif review is not None and review.state == Review.State.DONE:
        if rounds.phase_of(application) is rounds.Phase.TOGETHER:
            yield _act(application, _("Discussion"), "discussion", "primary")
        yield _act(application, _("Read your marks"), "review")
    if votes or marks:
        yield _act(application, _("Declare a conflict of interest"), "conflict")
