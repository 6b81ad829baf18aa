"""The tour: seven steps through the main job, each with whom to become and where to go."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.awards import deciding
from brustart.awards.models import Proposal
from brustart.fund.models import Call
from scoring.review.models import Panelist, Review

from .people import everybody


@dataclass(frozen=True)
class Stop:
    """Whom to become, and the address to go to."""

    person: User | None
    url: str


def _first(role: Role) -> User | None:
    return everybody().filter(role=role).order_by("pk").first()


def _files() -> QuerySet[Application]:
    return Application.objects.filter(call__listed=True)


def apply() -> Stop:
    """The main applicant's draft in the open call, or the page where it begins."""
    person = _first(Role.APPLICANT)
    call = Call.objects.filter(listed=True).open(timezone.now()).order_by("closes_at").first()
    draft = _files().filter(author=person, state=State.DRAFT, call=call).first()
    if draft:
        return Stop(person, reverse("tasks", args=[draft.pk]))
    return Stop(person, reverse("call", args=[call.code]) if call else reverse("my_files"))


def watch() -> Stop:
    """The main applicant's latest file; before there is one, somebody else's."""
    person = _first(Role.APPLICANT)
    handed_in = _files().exclude(submitted_at=None).order_by("-submitted_at")
    others = handed_in.filter(author__in=everybody())
    found = (
        handed_in.filter(author=person).first()
        or others.filter(state=State.SUBMITTED).first()
        or others.first()
    )
    if found is None:
        return Stop(person, reverse("my_files"))
    return Stop(found.author, reverse("file", args=[found.pk]))


def score() -> Stop:
    """A file to score, and whoever was given it: a panel reviewer if there is one."""
    open_ones = (
        Review.objects.open()
        .filter(
            application__state=State.IN_REVIEW,
            application__call__listed=True,
            reviewer__in=everybody(),
        )
        .select_related("reviewer")
    )
    panel = Panelist.objects.filter(approves=True).values("reviewer")
    found = open_ones.filter(reviewer__in=panel).order_by("pk").first() or open_ones.first()
    if found is None:
        return Stop(_first(Role.REVIEWER), reverse("reviewing"))
    return Stop(found.reviewer, reverse("review", args=[found.application_id]))


def propose() -> Stop:
    """The reviewed file of Brustart with the best panel score."""
    person = _first(Role.FUND_MANAGER)
    reviewed = _files().filter(
        state=State.REVIEWED, panel_score__passes=True, call__envelope__code="brustart"
    )
    best = reviewed.order_by("-panel_score__total").first()
    return Stop(person, reverse("propose", args=[best.pk]) if best else reverse("capacity"))


def _one_short() -> QuerySet[Proposal]:
    """Open proposals that one approval more would decide."""
    approvals = Count("votes", filter=Q(votes__approves=True, votes__sha256=F("sha256")))
    return Proposal.objects.annotate(approvals=approvals).filter(
        state=Proposal.State.OPEN,
        application__call__listed=True,
        application__call__quorum=F("approvals") + 1,
    )


def _decide(proposal: Proposal | None) -> Stop:
    for person in everybody().filter(role=Role.REVIEWER).order_by("pk") if proposal else ():
        if proposal and not deciding.why_not_vote(proposal, person):
            return Stop(person, reverse("decide", args=[proposal.application_id]))
    return Stop(_first(Role.REVIEWER), reverse("reviewing"))


def approve() -> Stop:
    """The smallest proposal that is one approval short."""
    return _decide(_one_short().order_by("amount", "pk").first())


def be_refused() -> Stop:
    """The largest one: after the smallest was approved, more than is left."""
    return _decide(_one_short().order_by("-amount", "pk").first())


def read_capacity() -> Stop:
    return Stop(_first(Role.FUND_MANAGER), reverse("capacity"))


@dataclass(frozen=True)
class Step:
    """What to do, in two sentences; the words of its button; and where that leads."""

    title: Promise
    text: Promise
    label: Promise
    stop: Callable[[], Stop]


STEPS = (
    Step(
        _("Apply."),
        _("You are a startup. Begin an application, fill it with an example, and submit it."),
        _("Go to the application"),
        apply,
    ),
    Step(
        _("Watch the screening."),
        _("The computer checks the rules in a few seconds. Each gives its reason and its source."),
        _("Go to the file"),
        watch,
    ),
    Step(
        _("Score."),
        _("You are a reviewer. Read the file on the left, mark the five criteria on the right."),
        _("Go to the marks"),
        score,
    ),
    Step(
        _("Propose."),
        _("You are a fund manager. Propose an award for a file that the reviewers found good."),
        _("Go to the proposal"),
        propose,
    ),
    Step(
        _("Approve."),
        _("You are on the panel. One approval is missing: with yours the money is committed."),
        _("Go to the approval"),
        approve,
    ),
    Step(
        _("Be refused at the cap."),
        _("Approve one more, for more than is left: the database says no, with the numbers."),
        _("Go to the approval"),
        be_refused,
    ),
    Step(
        _("Read the capacity."),
        _("You are a fund manager again: see what is paid, committed, left, and what waits."),
        _("Go to the capacity"),
        read_capacity,
    ),
)
BEGINS = {Role.APPLICANT: 1, Role.REVIEWER: 3, Role.FUND_MANAGER: 4}  # by the card chosen
KEY = "tour"
