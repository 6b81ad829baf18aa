"""From a milestone to a payment order: claimed by the startup, verified by one fund manager
(liquidation), ordered by another. Neither ever approved the award.

Sources: domain.md section 8 (stages; segregation [P]).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import lifecycle, timeline
from applications.models import Application
from brustart.core import audit
from brustart.core.errors import Refused
from brustart.core.locking import retried
from brustart.fund import ledger
from brustart.fund.figures import figure
from scoring.screening.conditions import conditions

from . import attaching, banking
from .models import Award, Claim, Tranche
from .offering import locked, require_owner


class NotClaimable(Refused):
    """The award is not running, or the tranche is claimed already."""


class NotTheirTurn(Refused):
    """Somebody else has to do this step."""


@retried
@transaction.atomic
def claim(
    tranche: Tranche, *, words: str, uploads: Iterable[Any], actor: Any, now: datetime
) -> Claim:
    """The startup shows that a milestone is reached, with at least one document: who verifies has
    to see from evidence that the claim is due and exact (domain.md section 8, liquidation).

    Raises offering.NotTheirs, NotClaimable, inspecting.BadDocument.
    """
    application, award = locked(tranche.award)
    require_owner(application, actor)
    _require_running(award)
    tranche = _as_planned(award, tranche)
    if not words.strip():
        raise NotClaimable(_("Say what was done, so that the fund can verify it."), field="words")
    uploads = list(uploads)
    if not uploads:
        raise NotClaimable(
            _("Add at least one document that shows what was done."), field="uploads"
        )
    days = int(figure("payment.days", timezone.localdate(now)).value)
    try:
        with transaction.atomic():
            made = Claim.objects.create(
                tranche=tranche,
                amount=tranche.amount,
                words=words.strip(),
                made_by=actor,
                made_at=now,
                due_on=timezone.localdate(now) + timedelta(days=days),
            )
    except IntegrityError as error:
        raise NotClaimable(_("This tranche is claimed already. Nothing was changed.")) from error
    kept = [
        attaching.keep(application, one, internal=False, actor=actor, now=now) for one in uploads
    ]
    made.evidence.set(kept)
    _say(application, made, "claimed", actor=actor, now=now)
    return made


def _as_planned(award: Award, tranche: Tranche) -> Tranche:
    """The tranche as it is now: its milestones may have been changed meanwhile."""
    if found := award.tranches.filter(pk=tranche.pk).first():
        return found
    raise NotClaimable(
        _("The milestones changed since you opened this page. Look at them again, then claim.")
    )


@retried
@transaction.atomic
def verify(claim: Claim, *, actor: Any, now: datetime, conditions_met: bool = False) -> Claim:
    """The evidence shows that the claim is due and exact: liquidation. `conditions_met`: this
    person saw what had to be shown before any payment.

    Raises NotTheirTurn, NotClaimable, ledger.OutOfOrder.
    """
    application, award, claim = _in(claim, Claim.State.MADE, actor)
    _require_running(award)
    if not conditions_met and (award.proposal.conditions or conditions(application)):
        raise NotClaimable(
            _("This award has conditions. Say that they are met, or send the claim back."),
            field="conditions_met",
        )
    ledger.liquidate(
        award.account, claim.amount, actor=actor, now=now, reference=f"claim:{claim.pk}"
    )
    claim.state, claim.verified_by, claim.verified_at = Claim.State.VERIFIED, actor, now
    claim.save()
    _say(application, claim, "claim_verified", actor=actor, now=now)
    return claim


@retried
@transaction.atomic
def send_back(claim: Claim, *, reason: str, actor: Any, now: datetime) -> Claim:
    """The evidence does not show it; the startup may claim again. Also while payments are
    suspended, as an award ends only once no claim is under way. Raises NotTheirTurn."""
    application, _award, claim = _in(claim, Claim.State.MADE, actor)
    return _returned(application, claim, reason=reason, actor=actor, now=now)


@retried
@transaction.atomic
def take_back(claim: Claim, *, reason: str, actor: Any, now: datetime) -> Claim:
    """A claim that was verified by mistake goes back to the startup: its liquidation is undone in
    the ledger. Whoever verified it may do it, or another; not once the payment is ordered. Also
    while payments are suspended. Raises NotTheirTurn, NotClaimable."""
    application, award, claim = _in(claim, Claim.State.VERIFIED, actor)
    back = f"claim:{claim.pk}:back"
    ledger.take_back(award.account, claim.amount, actor=actor, now=now, reference=back)
    return _returned(application, claim, reason=reason, actor=actor, now=now)


def _returned(
    application: Application, claim: Claim, *, reason: str, actor: Any, now: datetime
) -> Claim:
    """Who verified it, if somebody did, stays on the claim."""
    if not reason.strip():
        raise NotClaimable(
            _("Say what is missing, so that the startup can claim again."), field="reason"
        )
    claim.state, claim.returned_because = Claim.State.RETURNED, reason.strip()
    claim.save()
    _say(application, claim, "claim_returned", actor=actor, now=now, reason=reason.strip())
    lifecycle.tell(
        application, "claim_returned", now=now, fact=f"claim_returned:{claim.pk}",
        claim=claim, reason=reason.strip(),
    )  # fmt: skip
    return claim


@retried
@transaction.atomic
def order(claim: Claim, *, actor: Any, now: datetime) -> Claim:
    """Another fund manager orders the payment. Raises NotTheirTurn, NotClaimable."""
    application, award, claim = _in(claim, Claim.State.VERIFIED, actor)
    _require_running(award)
    if claim.verified_by_id == actor.pk:
        raise NotTheirTurn(_("You verified this claim, so a colleague orders the payment."))
    if banking.confirmed(award) is None:
        raise NotClaimable(_("No account of the startup is confirmed yet, so nothing can be paid."))
    ledger.order(award.account, claim.amount, actor=actor, now=now, reference=f"claim:{claim.pk}")
    claim.state, claim.ordered_by, claim.ordered_at = Claim.State.ORDERED, actor, now
    claim.save()
    _say(application, claim, "payment_ordered", actor=actor, now=now)
    return claim


def why_not_handle(award: Award, actor: Any) -> str:
    """Empty when this person may verify or order claims of the award; else the reason."""
    if not actor.is_fund_manager:
        return _("A fund manager does this.")
    if award.proposal.votes.filter(reviewer=actor).exists():
        return _("You decided on this award, so others pay it.")
    return ""


def _in(claim: Claim, state: Claim.State, actor: Any) -> tuple[Application, Award, Claim]:
    """File, award and claim locked, the claim in that state, and the person allowed."""
    application, award = locked(claim.tranche.award)
    claim = Claim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if claim.state != state:
        raise NotClaimable(_("This claim has moved on since you opened it. Nothing was changed."))
    if why := why_not_handle(award, actor):
        raise NotTheirTurn(why)
    return application, award, claim


def _require_running(award: Award) -> None:
    if award.state == Award.State.SUSPENDED:
        raise NotClaimable(_("Payments of this award are suspended. Nothing was changed."))
    if award.state != Award.State.RUNNING:
        raise NotClaimable(
            _("The agreement of this award is not in force, so nothing can be claimed or paid.")
        )


def _say(
    application: Application, claim: Claim, kind: str, *, actor: Any, now: datetime, **more: Any
) -> None:
    timeline.write(application, kind, now=now, actor=actor, amount=claim.amount, **more)
    audit.record(f"award.{kind}", about=claim, actor=actor, now=now, amount=claim.amount, **more)
