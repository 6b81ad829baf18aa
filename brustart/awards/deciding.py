"""Deciding on a file: approve, refuse, reject, keep waiting.

Reviewers of the call's panel, not in conflict, approve or refuse what a fund manager proposed.
The approval that completes the quorum commits the money in the same transaction, or is refused.
Locks, in this order: file, undertaking, envelope, award.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import lifecycle, timeline
from applications.models import Application
from applications.states import State
from brustart.accounts.models import Role
from brustart.accounts.verifying import proves_nothing
from brustart.core import audit, mail
from brustart.core.errors import Refused
from brustart.core.locking import retried
from brustart.core.money import ZERO
from brustart.fund import accounts, deminimis, ledger
from scoring.review import conflicts
from scoring.review.models import ConflictOfInterest, Panelist
from scoring.screening.conditions import conditions

from . import binding, offering, promoting
from .models import Award, Opinion, Proposal, Rejection, Vote
from .proposing import (
    Changed,
    end,
    given,
    locked,
    opinion_on,
    reference,
    require_active,
    require_young,
    undertaking_of,
)

FACTOR_COUNTS = timedelta(minutes=5)


class NotAllowedToVote(Refused):
    """Not a reviewer of the panel, in conflict, the proposer, or one who voted before."""


class NotConfirmed(Refused):
    """The second factor was not shown within the last five minutes."""


class OpinionMissing(Refused):
    """The call asks for the Finance Inspector's favourable opinion before money is committed."""


@retried
@transaction.atomic
def approve(
    proposal: Proposal,
    *,
    actor: Any,
    read_hash: str,
    now: datetime,
    factor_at: datetime | None = None,
) -> Award | None:
    """Approve what was read (`read_hash`), having shown the second factor at `factor_at`. The
    approval that completes the quorum awards.

    Raises NotAllowedToVote, NotConfirmed, Changed, OpinionMissing, WrongState, TooOld, NotActive,
    ledger.OverCap, deminimis.OverCeiling: then nothing at all is written, and the proposal stays
    as it was.
    """
    application, proposal = _open_for_vote(proposal, actor)
    _require_factor(actor, factor_at, now=now)
    if read_hash != proposal.sha256:
        raise Changed(_("The proposal changed since you opened it. Read it again, then decide."))
    if not binding.holds(proposal):
        raise Changed(
            _(
                "The file, its marks or the ranking changed after this was proposed. The fund "
                "manager has to propose it anew."
            )
        )
    _vote(proposal, actor=actor, approves=True, factor_at=factor_at, now=now)
    number = approvals(proposal).count()
    timeline.write(
        application, "approved", now=now, actor=actor, for_applicant=False,
        number=number, quorum=application.call.quorum,
    )  # fmt: skip
    if number < application.call.quorum:
        return None
    return _award(application, proposal, actor=actor, now=now)


def needs_factor(actor: Any, factor_at: datetime | None, *, now: datetime) -> bool:
    """Whether this person must show the second factor before an approval; nobody of the demo."""
    if proves_nothing(actor):
        return False
    return factor_at is None or not timedelta(0) <= now - factor_at <= FACTOR_COUNTS


def _require_factor(actor: Any, factor_at: datetime | None, *, now: datetime) -> None:
    if needs_factor(actor, factor_at, now=now):
        raise NotConfirmed(
            _("Show your second factor once more: an approval needs it within five minutes.")
        )


def _award(application: Application, proposal: Proposal, *, actor: Any, now: datetime) -> Award:
    """Commit the money and say so, in the transaction of the last approval."""
    require_young(application, now=now)
    require_active(application)
    _require_opinion(proposal)
    deminimis.grant(
        undertaking_of(application),
        proposal.amount,
        on=timezone.localdate(now),
        now=now,
        reference=reference(proposal),
    )
    envelope = application.call.envelope.account
    account = accounts.open_award_account(
        envelope, asked=application.requested or ZERO, track=application.track
    )
    award = offering.offer(proposal, account=account, now=now)
    end(proposal, Proposal.State.APPROVED, now=now)
    lifecycle.move(
        application, State.AWARDED, kind="awarded", now=now, actor=actor, amount=proposal.amount
    )
    lifecycle.tell(
        application, "awarded", now=now, fact=f"awarded:{award.pk}",
        award=award, reasons=proposal.reasons, conditions=conditions(application),
    )  # fmt: skip
    # Last, because the entry locks the envelope: others wait for its commit, not for the above.
    ledger.commit(account, proposal.amount, actor=actor, now=now, reference=reference(proposal))
    return award


def _require_opinion(proposal: Proposal) -> None:
    if not proposal.application.call.inspector_needed:
        return
    opinion = opinion_on(proposal)
    if opinion is None or opinion.result != Opinion.Result.FAVOURABLE:
        raise OpinionMissing(
            _(
                "This call asks for the Finance Inspector's favourable opinion on the proposal as "
                "it is now, and there is none. The fund manager records it; your approval can "
                "follow then."
            )
        )


@retried
@transaction.atomic
def refuse(proposal: Proposal, *, actor: Any, reason: str, now: datetime) -> None:
    """One refusal with its reason ends the proposal; the file is reviewed as before."""
    reason = given(reason)
    application, proposal = _open_for_vote(proposal, actor)
    _vote(proposal, actor=actor, approves=False, reason=reason, now=now)
    end(proposal, Proposal.State.REFUSED, now=now)
    deminimis.release(reference(proposal), now=now)
    lifecycle.move(
        application, State.REVIEWED, kind="proposal_refused", now=now, actor=actor,
        for_applicant=False, reason=reason,
    )  # fmt: skip
    mail.write(
        "proposal_refused", to=proposal.proposed_by, about=application, now=now,
        proposal=proposal, reviewer=actor, reason=reason,
    )  # fmt: skip


@retried
@transaction.atomic
def reject(application: Application, *, grounds: str, actor: Any, now: datetime) -> Rejection:
    """Decide not to award, on grounds that the applicant reads."""
    grounds = given(grounds)
    application = lifecycle.move(
        application, State.REJECTED, kind="rejected", now=now, actor=actor, grounds=grounds
    )
    rejection = Rejection.objects.create(
        application=application, grounds=grounds, decided_by=actor, decided_at=now
    )
    lifecycle.tell(
        application, "rejected", now=now, fact=f"rejected:{rejection.pk}", grounds=grounds
    )
    if promoting.was_next(application, now=now):
        promoting.released(application, now=now)
    return rejection


@retried
@transaction.atomic
def reject_all(
    decisions: Iterable[tuple[Application, str]], *, actor: Any, now: datetime
) -> list[Rejection]:
    """Several files with their grounds, all or none, in the order of their numbers (locks)."""
    rows = sorted(decisions, key=lambda one: one[0].pk)
    return [reject(file, grounds=grounds, actor=actor, now=now) for file, grounds in rows]


@retried
@transaction.atomic
def keep_waiting(application: Application, *, actor: Any, now: datetime) -> None:
    """Good enough, but no money left for it now."""
    moved = lifecycle.move(application, State.WAITING, kind="waiting", now=now, actor=actor)
    lifecycle.tell(moved, "waiting", now=now)


@transaction.atomic
def void_after_withdrawal(application: int, *, now: datetime) -> None:
    """A withdrawn file's open proposal comes to nothing; what it would have taken may serve the
    waiting list. Twice does no harm."""
    open_ones = list(Proposal.objects.filter(application=application, state=Proposal.State.OPEN))
    for proposal in open_ones:
        end(proposal, Proposal.State.VOID, now=now)
        deminimis.release(reference(proposal), now=now)
    file = Application.objects.select_related("call").get(pk=application)
    if open_ones or promoting.was_next(file, now=now):
        promoting.released(file, now=now)


def approvals(proposal: Proposal) -> QuerySet[Vote]:
    """The approvals that count: of what the proposal says now, and none of a reviewer who has
    since declared a conflict. While the proposal is open, those of the panel as it is now: two of
    its members decide (domain.md section 8), and the last approval commits for all."""
    in_conflict = ConflictOfInterest.objects.blocking().filter(application=proposal.application_id)
    votes = _approving(proposal).exclude(reviewer__in=in_conflict.values("reviewer"))
    if proposal.state == Proposal.State.OPEN:
        votes = votes.filter(reviewer__in=_panel(proposal))
    return votes


def unseated(proposal: Proposal) -> QuerySet[Vote]:
    """Approvals that no longer count, as whoever gave them no longer approves for the panel; none
    once the proposal is decided."""
    if proposal.state != Proposal.State.OPEN:
        return proposal.votes.none()
    return _approving(proposal).exclude(reviewer__in=_panel(proposal))


def _approving(proposal: Proposal) -> QuerySet[Vote]:
    return proposal.votes.filter(approves=True, sha256=proposal.sha256)


def _panel(proposal: Proposal) -> QuerySet[Panelist, Any]:
    """Those who may approve for the panel of the call now."""
    seats = Panelist.objects.filter(call=proposal.application.call_id, approves=True)
    of_reviewers = seats.filter(reviewer__role=Role.REVIEWER, reviewer__is_active=True)
    return of_reviewers.values("reviewer")


def voided(proposal: Proposal) -> QuerySet[Vote]:
    """Approvals of what the proposal said before."""
    return proposal.votes.filter(approves=True).exclude(sha256=proposal.sha256)


def why_not_vote(proposal: Proposal, reviewer: Any) -> str:
    """Empty when the person may vote on the proposal; else the reason, for people."""
    application = proposal.application
    seat = Panelist.objects.filter(call=application.call_id, reviewer=reviewer, approves=True)
    if not reviewer.is_reviewer or not seat.exists():
        return _("Only the panel reviewers of this call approve or refuse.")
    if conflicts.blocks(application, reviewer):
        return _("You have a conflict of interest with this file.")
    if not conflicts.has_spoken(application, reviewer):
        return _("Say first whether you have a tie to this file.")
    if application.startup.members.filter(pk=reviewer.pk).exists():
        return _("You belong to the startup.")
    if proposal.proposed_by_id == reviewer.pk:
        return _("Whoever proposes an amount does not approve it.")
    if proposal.votes.filter(reviewer=reviewer, sha256=proposal.sha256).exists():
        return _("You have already decided on this proposal.")
    return ""


def _open_for_vote(proposal: Proposal, actor: Any) -> tuple[Application, Proposal]:
    application, proposal = locked(proposal)
    if why := why_not_vote(proposal, actor):
        raise NotAllowedToVote(why)
    return application, proposal


def _vote(
    proposal: Proposal,
    *,
    actor: Any,
    approves: bool,
    now: datetime,
    reason: str = "",
    factor_at: datetime | None = None,
) -> None:
    vote = Vote.objects.create(
        proposal=proposal,
        reviewer=actor,
        approves=approves,
        reason=reason,
        sha256=proposal.sha256,
        factor_at=factor_at,
        at=now,
    )
    act = "proposal.approved" if approves else "proposal.refused"
    audit.record(act, about=vote, actor=actor, now=now, proposal=proposal.pk, reason=reason)
