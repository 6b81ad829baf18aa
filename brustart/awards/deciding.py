"""Deciding on a file: propose, approve, refuse, reject, keep waiting.

A fund manager proposes; reviewers of the call's panel, not in conflict, approve or refuse. The
approval that completes the quorum commits the money in the same transaction, or is refused.
Locks, in this order: file, undertaking, envelope, award.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import lifecycle, ownership, timeline
from applications.models import Application
from applications.states import State
from brustart.core import audit, mail
from brustart.core.errors import Refused
from brustart.core.hashing import plain, sha256
from brustart.core.locking import retried
from brustart.core.money import ZERO, euros
from brustart.fund import accounts, deminimis, ledger
from brustart.fund.models import Account
from scoring.review.models import ConflictOfInterest, Panelist
from scoring.screening import reasons as rule_reasons
from scoring.screening import verdicts
from scoring.screening.conditions import conditions

from .models import Award, Proposal, Rejection, Vote


class NotAllowedToVote(Refused):
    """Not a reviewer of the panel, in conflict, the proposer, or one who voted before."""


class ReasonMissing(Refused):
    """A decision without reasons cannot be issued (law of 29 July 1991)."""


class Changed(Refused):
    """What was read is no longer what would be approved."""


class NotRegistered(Refused):
    """Money can be promised to a registered enterprise alone."""


class TooOld(Refused):
    """The rule on age is met at submission, and no longer on the day of the award."""


class OverRequest(Refused):
    """More than was asked for cannot be awarded."""


def bound_hash(application: Application, *, amount: Decimal, instrument: str, reasons: str) -> str:
    """What an approval is bound to: the file as submitted, amount, instrument and reasons."""
    return sha256(
        {
            "schema": 1,
            "file": application.handed_in.sha256,
            "amount": amount.quantize(ZERO),
            "instrument": instrument,
            "reasons": reasons,
        }
    )


def undertaking_of(application: Application) -> frozenset[str]:
    """The enterprise numbers that share the startup's de minimis ceiling, its own among them."""
    size, owners = (application.handed_in.answers(key) for key in ("size", "ownership"))
    return ownership.group(size, owners).undertaking | {application.enterprise_number}


@retried
@transaction.atomic
def propose(
    application: Application,
    *,
    amount: Decimal,
    instrument: str,
    reasons: str,
    actor: Any,
    now: datetime,
) -> Proposal:
    """Put an award (EUR) before the panel. It reserves de minimis headroom, nothing of the cap.

    Raises ReasonMissing, NotRegistered, TooOld, OverRequest, deminimis.OverCeiling, WrongState.
    """
    reasons = _given(reasons)
    application = lifecycle.lock(application)
    if not application.enterprise_number:
        raise NotRegistered(
            _("The startup has no enterprise number yet. Ask it for the number before you propose.")
        )
    _require_young(application, now=now)
    if application.requested is None or amount > application.requested:
        raise OverRequest(
            _("%(asked)s was asked for; an award cannot be higher.")
            % {"asked": euros(application.requested or ZERO)}
        )
    lifecycle.move(
        application, State.PROPOSED, kind="proposed", now=now, actor=actor, for_applicant=False,
        amount=amount,
    )  # fmt: skip
    proposal = Proposal.objects.create(
        application=application,
        amount=amount,
        instrument=instrument,
        reasons=reasons,
        sha256=bound_hash(application, amount=amount, instrument=instrument, reasons=reasons),
        proposed_by=actor,
        proposed_at=now,
    )
    deminimis.reserve(
        undertaking_of(application),
        amount,
        on=timezone.localdate(now),
        reference=_reference(proposal),
    )
    audit.record("proposal.made", about=proposal, actor=actor, now=now, amount=amount)
    for seat in _voters(application):
        mail.write("proposed", to=seat.reviewer, about=application, now=now, proposal=proposal)
    return proposal


@retried
@transaction.atomic
def approve(proposal: Proposal, *, actor: Any, read_hash: str, now: datetime) -> Award | None:
    """Approve what was read (`read_hash`). The approval that completes the quorum awards.

    Raises NotAllowedToVote, Changed, WrongState, TooOld, ledger.OverCap, deminimis.OverCeiling:
    then nothing at all is written, and the proposal stays as it was.
    """
    application, proposal = _open_for_vote(proposal, actor)
    if read_hash != proposal.sha256:
        raise Changed(_("The proposal changed since you opened it. Read it again, then decide."))
    _vote(proposal, actor=actor, approves=True, now=now)
    number = approvals(proposal).count()
    timeline.write(
        application, "approved", now=now, actor=actor, for_applicant=False,
        number=number, quorum=application.call.quorum,
    )  # fmt: skip
    if number < application.call.quorum:
        return None
    return _award(application, proposal, actor=actor, now=now)


def _award(application: Application, proposal: Proposal, *, actor: Any, now: datetime) -> Award:
    """Commit the money and say so, in the transaction of the last approval."""
    _require_young(application, now=now)
    reference = _reference(proposal)
    deminimis.grant(
        undertaking_of(application),
        proposal.amount,
        on=timezone.localdate(now),
        now=now,
        reference=reference,
    )
    envelope = application.call.envelope.account
    asked = application.requested or ZERO
    account = accounts.open_award_account(envelope, asked=asked)
    ledger.commit(account, proposal.amount, actor=actor, now=now, reference=reference)
    award = Award.objects.create(
        application=application,
        proposal=proposal,
        account=account,
        amount=proposal.amount,
        instrument=proposal.instrument,
        decided_at=now,
    )
    _end(proposal, Proposal.State.APPROVED, now=now)
    lifecycle.move(
        application, State.AWARDED, kind="awarded", now=now, actor=actor, amount=proposal.amount
    )
    lifecycle.tell(
        application, "awarded", now=now, fact=f"awarded:{award.pk}",
        award=award, reasons=proposal.reasons, conditions=conditions(application),
    )  # fmt: skip
    return award


@retried
@transaction.atomic
def refuse(proposal: Proposal, *, actor: Any, reason: str, now: datetime) -> None:
    """One refusal with its reason ends the proposal; the file is reviewed as before."""
    reason = _given(reason)
    application, proposal = _open_for_vote(proposal, actor)
    _vote(proposal, actor=actor, approves=False, reason=reason, now=now)
    _end(proposal, Proposal.State.REFUSED, now=now)
    deminimis.release(_reference(proposal), now=now)
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
    grounds = _given(grounds)
    application = lifecycle.move(
        application, State.REJECTED, kind="rejected", now=now, actor=actor, grounds=grounds
    )
    rejection = Rejection.objects.create(
        application=application, grounds=grounds, decided_by=actor, decided_at=now
    )
    lifecycle.tell(
        application, "rejected", now=now, fact=f"rejected:{rejection.pk}", grounds=grounds
    )
    return rejection


@retried
@transaction.atomic
def keep_waiting(application: Application, *, actor: Any, now: datetime) -> None:
    """Good enough, but no money left for it now."""
    moved = lifecycle.move(application, State.WAITING, kind="waiting", now=now, actor=actor)
    lifecycle.tell(moved, "waiting", now=now)


@transaction.atomic
def void_after_withdrawal(application: int, *, now: datetime) -> None:
    """A withdrawn file's open proposal comes to nothing. Twice does no harm."""
    for proposal in Proposal.objects.filter(application=application, state=Proposal.State.OPEN):
        _end(proposal, Proposal.State.VOID, now=now)
        deminimis.release(_reference(proposal), now=now)


def approvals(proposal: Proposal) -> QuerySet[Vote]:
    """The approvals that count: none of a reviewer who has since declared a conflict."""
    in_conflict = ConflictOfInterest.objects.filter(application=proposal.application_id)
    given = proposal.votes.filter(approves=True)
    return given.exclude(reviewer__in=in_conflict.values("reviewer"))


def proposed_total(envelope: Account) -> Decimal:
    """EUR of all open proposals on the envelope."""
    open_ones = Proposal.objects.filter(
        state=Proposal.State.OPEN, application__call__envelope__account=envelope
    )
    return open_ones.aggregate(total=Sum("amount"))["total"] or ZERO


def why_not_vote(proposal: Proposal, reviewer: Any) -> str:
    """Empty when the person may vote on the proposal; else the reason, for people."""
    application = proposal.application
    seat = Panelist.objects.filter(call=application.call_id, reviewer=reviewer, approves=True)
    if not reviewer.is_reviewer or not seat.exists():
        return _("Only the panel reviewers of this call approve or refuse.")
    if ConflictOfInterest.objects.filter(application=application, reviewer=reviewer).exists():
        return _("You declared a conflict of interest with this file.")
    if application.startup.members.filter(pk=reviewer.pk).exists():
        return _("You belong to the startup.")
    if proposal.proposed_by_id == reviewer.pk:
        return _("Whoever proposes an amount does not approve it.")
    if proposal.votes.filter(reviewer=reviewer).exists():
        return _("You have already decided on this proposal.")
    return ""


def _open_for_vote(proposal: Proposal, actor: Any) -> tuple[Application, Proposal]:
    application = lifecycle.lock(proposal.application)
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if application.state != State.PROPOSED or proposal.state != Proposal.State.OPEN:
        raise lifecycle.WrongState(_("This proposal is no longer open. Nothing was changed."))
    if why := why_not_vote(proposal, actor):
        raise NotAllowedToVote(why)
    return application, proposal


def _vote(
    proposal: Proposal, *, actor: Any, approves: bool, now: datetime, reason: str = ""
) -> None:
    vote = Vote.objects.create(
        proposal=proposal,
        reviewer=actor,
        approves=approves,
        reason=reason,
        sha256=proposal.sha256,
        at=now,
    )
    act = "proposal.approved" if approves else "proposal.refused"
    audit.record(act, about=vote, actor=actor, now=now, proposal=proposal.pk, reason=reason)


def _end(proposal: Proposal, state: Proposal.State, *, now: datetime) -> None:
    proposal.state, proposal.ended_at = state, now
    proposal.save()


def _require_young(application: Application, *, now: datetime) -> None:
    """The age counts on the day of the award too: RISE does so, and article 22 of the GBER [P]."""
    if found := verdicts.age_at_award(application, on=timezone.localdate(now)):
        raise TooOld(
            _("%(reason)s An award can no longer be made. Nothing was changed.")
            % {"reason": rule_reasons.sentence(found.reason, plain(found.inputs))}
        )


def _voters(application: Application) -> list[Panelist]:
    """Panel reviewers who may vote on the file, as far as is known now."""
    in_conflict = application.conflicts.values("reviewer")
    seats = Panelist.objects.filter(call=application.call_id, approves=True)
    return list(seats.exclude(reviewer__in=in_conflict).select_related("reviewer"))


def _reference(proposal: Proposal) -> str:
    return f"proposal:{proposal.pk}"


def _given(reasons: str) -> str:
    if not reasons.strip():
        raise ReasonMissing(_("Give the reasons: a decision without them cannot be issued."))
    return reasons.strip()
