"""Proposing an award: to the panel, in versions, and with the Finance Inspector's opinion.

Locks, in this order: file, undertaking, envelope, award.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from applications import lifecycle, ownership, timeline
from applications.models import Application
from applications.states import State
from brustart.cbe import lookup
from brustart.core import audit, mail
from brustart.core.errors import Refused
from brustart.core.hashing import plain, sha256
from brustart.core.locking import retried
from brustart.core.money import ZERO, euros
from brustart.fund import deminimis
from brustart.fund.models import Account
from scoring.review import conflicts
from scoring.review.models import Panelist
from scoring.screening import reasons as rule_reasons
from scoring.screening import verdicts
from scoring.screening.models import Run
from scoring.screening.registered import looked_up

from . import attaching, binding
from .models import Opinion, Promotion, Proposal, Terms


class ReasonMissing(Refused):
    """A decision without reasons cannot be issued (law of 29 July 1991)."""


class Changed(Refused):
    """What was read is no longer what stands."""


class NotRegistered(Refused):
    """Money can be promised to a registered enterprise alone."""


class TooOld(Refused):
    """The rule on age is met at submission, and no longer on the day of the award."""


class NotActive(Refused):
    """The company register no longer has the enterprise, or says that it is being wound up."""


class OverRequest(Refused):
    """More than was asked for cannot be awarded."""


class Unchanged(Refused):
    """There is nothing to propose anew."""


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
    conditions: str = "",
) -> Proposal:
    """Put an award (EUR) before the panel. It reserves de minimis headroom, nothing of the cap.

    Raises ReasonMissing, NotRegistered, TooOld, NotActive, OverRequest, deminimis.OverCeiling,
    WrongState.
    """
    reasons = given(reasons)
    application = lifecycle.lock(application)
    _require_possible(application, amount, now=now)
    lifecycle.move(
        application, State.PROPOSED, kind="proposed", now=now, actor=actor, for_applicant=False,
        amount=amount,
    )  # fmt: skip
    proposal = Proposal(
        application=application,
        amount=amount,
        instrument=instrument,
        conditions=conditions.strip(),
        reasons=reasons,
        proposed_by=actor,
        proposed_at=now,
    )
    _write_terms(proposal, actor=actor, now=now)
    _reserve(proposal, now=now)
    Promotion.objects.filter(application=application, state=Promotion.State.OPEN).update(
        state=Promotion.State.PROPOSED, ended_at=now
    )
    audit.record("proposal.made", about=proposal, actor=actor, now=now, amount=amount)
    _tell(proposal, "proposed", now=now)
    return proposal


@retried
@transaction.atomic
def revise(
    proposal: Proposal,
    *,
    amount: Decimal,
    instrument: str,
    reasons: str,
    read_hash: str,
    actor: Any,
    now: datetime,
    conditions: str = "",
) -> Proposal:
    """Put what was read (`read_hash`) before the panel anew: what was approved before counts no
    longer, and stays seen.

    Also when only what lies under it changed: the file, its marks, the frozen ranking. Raises
    what `propose` does, Changed and Unchanged.
    """
    reasons = given(reasons)
    application, proposal = locked(proposal)
    if read_hash != proposal.sha256:
        raise Changed(
            _(
                "%(name)s has proposed %(amount)s since you opened this page, and that stands. "
                "Propose again if yours has to take its place."
            )
            % {"name": proposal.proposed_by, "amount": euros(proposal.amount)}
        )
    _require_possible(application, amount, now=now)
    proposal.amount, proposal.instrument = amount, instrument
    proposal.reasons, proposal.conditions = reasons, conditions.strip()
    if binding.holds(proposal):
        raise Unchanged(_("Nothing is different, so the approvals given still count."))
    deminimis.release(reference(proposal), now=now)
    proposal.version += 1
    proposal.proposed_by, proposal.proposed_at = actor, now
    _write_terms(proposal, actor=actor, now=now)
    _reserve(proposal, now=now)
    timeline.write(
        application, "proposal_revised", now=now, actor=actor, for_applicant=False, amount=amount
    )
    audit.record(
        "proposal.revised", about=proposal, actor=actor, now=now, amount=amount,
        version=proposal.version, sha256=proposal.sha256,
    )  # fmt: skip
    _tell(proposal, "proposed", now=now)
    return proposal


@retried
@transaction.atomic
def take_back(proposal: Proposal, *, reason: str, actor: Any, now: datetime) -> None:
    """The fund no longer proposes it; the file is reviewed as before."""
    reason = given(reason)
    application, proposal = locked(proposal)
    end(proposal, Proposal.State.VOID, now=now)
    deminimis.release(reference(proposal), now=now)
    lifecycle.move(
        application, State.REVIEWED, kind="proposal_taken_back", now=now, actor=actor,
        for_applicant=False, reason=reason,
    )  # fmt: skip


@retried
@transaction.atomic
def record_opinion(
    proposal: Proposal,
    *,
    result: str,
    given_on: date,
    upload: Any,
    read_hash: str,
    actor: Any,
    now: datetime,
) -> Opinion:
    """Keep what the Finance Inspector says of the proposal as it was read (`read_hash`), with the
    document. Raises Changed, attaching.NotAttached, attaching.NotScanned, inspecting.BadDocument,
    WrongState.
    """
    application, proposal = locked(proposal)
    if read_hash != proposal.sha256:
        raise Changed(
            _(
                "The proposal was put forward anew since you opened this page. See whether the "
                "opinion is about what stands now; if so, open the page again."
            )
        )
    if given_on > timezone.localdate(now):
        raise Refused(_("The opinion cannot be of a day that has not come yet."), field="given_on")
    kept = attaching.keep(application, upload, internal=True, scan=True, actor=actor, now=now)
    opinion = Opinion.objects.create(
        proposal=proposal, result=result, given_on=given_on, document=kept,
        sha256=proposal.sha256, by=actor, at=now,
    )  # fmt: skip
    kind = "opinion_" + result
    timeline.write(application, kind, now=now, actor=actor, for_applicant=False)
    audit.record("proposal.opinion", about=opinion, actor=actor, now=now, result=result)
    return opinion


def opinion_on(proposal: Proposal) -> Opinion | None:
    """The last opinion on the proposal's present version."""
    return proposal.opinions.filter(sha256=proposal.sha256).last()


def locked(proposal: Proposal) -> tuple[Application, Proposal]:
    """File and proposal until the transaction ends, as they are now. Raises WrongState."""
    application = lifecycle.lock(proposal.application)
    proposal = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if application.state != State.PROPOSED or proposal.state != Proposal.State.OPEN:
        raise lifecycle.WrongState(_("This proposal is no longer open. Nothing was changed."))
    proposal.application = application
    return application, proposal


def end(proposal: Proposal, state: Proposal.State, *, now: datetime) -> None:
    proposal.state, proposal.ended_at = state, now
    proposal.save()


def voters(application: Application) -> list[Panelist]:
    """Panel reviewers who may vote on the file, as far as is known now."""
    in_conflict = application.conflicts.blocking().values("reviewer")
    seats = Panelist.objects.filter(call=application.call_id, approves=True)
    return list(seats.exclude(reviewer__in=in_conflict).select_related("reviewer"))


def undertaking_of(application: Application) -> frozenset[str]:
    """The enterprise numbers that share the startup's de minimis ceiling, its own among them."""
    size, owners = (application.handed_in.answers(key) for key in ("size", "ownership"))
    return ownership.group(size, owners).undertaking | {application.enterprise_number}


def proposed_total(envelope: Account, track: str = "") -> Decimal:
    """EUR of all open proposals on the envelope, or of those of one track."""
    open_ones = Proposal.objects.filter(
        state=Proposal.State.OPEN, application__call__envelope__account=envelope
    )
    if track:
        open_ones = open_ones.filter(application__track=track)
    return open_ones.aggregate(total=Sum("amount"))["total"] or ZERO


def reference(proposal: Proposal) -> str:
    """By which the ledger and the de minimis register know this version of it."""
    return f"proposal:{proposal.pk}" + (f".{proposal.version}" if proposal.version > 1 else "")


def given(reasons: str) -> str:
    if not reasons.strip():
        raise ReasonMissing(_("Give the reasons: a decision without them cannot be issued."))
    return reasons.strip()


def require_young(application: Application, *, now: datetime) -> None:
    """The age counts on the day of the award too: RISE does so, and article 22 of the GBER [P]."""
    if found := verdicts.age_at_award(application, on=timezone.localdate(now)):
        raise TooOld(
            _("%(reason)s An award can no longer be made. Nothing was changed.")
            % {"reason": rule_reasons.sentence(found.reason, plain(found.inputs))}
        )


def require_active(application: Application) -> None:
    """Raise NotActive when the register that knew the enterprise at its screening has it no longer,
    or no longer in its normal situation. Without a register nothing is known, and nothing refused.
    """
    run = Run.objects.of(application.submission_id)
    before = ((run.facts if run else None) or {}).get("registered") or {}
    if not before.get("found") or not lookup.has_register():
        return
    entry = looked_up(application.enterprise_number, {})
    if entry.found and entry.is_normal:
        return
    raise NotActive(
        _(
            "The company register of %(day)s no longer has this enterprise as active. Ask the "
            "startup first; nothing was changed."
        )
        % {"day": date_format(lookup.register_date() or timezone.localdate(), "DATE_FORMAT")}
    )


def _require_possible(application: Application, amount: Decimal, *, now: datetime) -> None:
    if not application.enterprise_number:
        raise NotRegistered(
            _("The startup has no enterprise number yet. Ask it for the number before you propose.")
        )
    require_young(application, now=now)
    require_active(application)
    if application.requested is None or amount > application.requested:
        raise OverRequest(
            _("%(asked)s was asked for; an award cannot be higher.")
            % {"asked": euros(application.requested or ZERO)}
        )


def _write_terms(proposal: Proposal, *, actor: Any, now: datetime) -> None:
    """Save the proposal with the hash of what it says now, and keep that for good."""
    said = binding.of(proposal)
    proposal.sha256 = sha256(said)
    proposal.save()
    Terms.objects.create(
        proposal=proposal, version=proposal.version, content=said, sha256=proposal.sha256,
        by=actor, at=now,
    )  # fmt: skip


def _reserve(proposal: Proposal, *, now: datetime) -> None:
    deminimis.reserve(
        undertaking_of(proposal.application),
        proposal.amount,
        on=timezone.localdate(now),
        reference=reference(proposal),
    )


def _tell(proposal: Proposal, template: str, *, now: datetime) -> None:
    application = proposal.application
    conflicts.look(application.call, now=now, files=[application.pk])
    for seat in voters(application):
        mail.write(
            template, to=seat.reviewer, about=application, now=now, proposal=proposal,
            spoken=conflicts.has_spoken(application, seat.reviewer),
        )  # fmt: skip
