"""An award is an offer: the startup accepts the agreement, declines, or lets the day pass.

What is declined or lapses gives its money back at once, and the waiting list moves on
(promoting.py).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from applications import lifecycle, timeline
from applications.models import Application, Membership, Part
from applications.states import State
from brustart.core import audit, outbox, queue
from brustart.core.errors import Refused
from brustart.core.locking import retried
from brustart.core.money import ZERO
from brustart.fund import deminimis, ledger
from brustart.fund.figures import figure
from brustart.fund.models import Account

from . import attaching
from .models import Award, Letter, Proposal, Tranche
from .proposing import reference


class NotTheirs(Refused):
    """Only an owner of the startup, or the fund on paper, answers an offer."""


class NotOffered(Refused):
    """The award is no longer an offer."""


def offer(proposal: Proposal, *, account: Account, now: datetime) -> Award:
    """The award as an offer, with its tranches and letters; the money is committed already."""
    application, today = proposal.application, timezone.localdate(now)
    award = Award.objects.create(
        application=application,
        proposal=proposal,
        account=account,
        amount=proposal.amount,
        instrument=proposal.instrument,
        decided_at=now,
        offer_until=today + timedelta(days=int(figure("offer.days", today).value)),
    )
    Tranche.objects.bulk_create(_tranches(award, on=today))
    for letter in _letters(application):
        queue.enqueue(letter, now=now)
    return award


def _letters(application: Application) -> Iterator[Letter]:
    """Each in the file's language; the decision in English too, for who reads neither."""
    for name in Letter.Name:
        yield Letter(application=application, name=name, language=application.language)
    if application.language != "en":
        yield Letter(application=application, name=Letter.Name.AWARD, language="en", courtesy=True)


def _tranches(award: Award, *, on: Any) -> Iterator[Tranche]:
    """At the start, half-way and at the end, in the shares of figures.toml; whole euros, the
    last one takes what remains."""
    with translation.override(award.application.language):
        milestones = (
            _("Agreement accepted, work begun"),
            _("Half-way: interim results shown"),
            _("End of the project: final results shown"),
        )
    left = award.amount
    for position, milestone in enumerate(milestones, start=1):
        share = figure(f"tranche.{position}", on).value
        part = (award.amount * share).quantize(Decimal(1), ROUND_DOWN)
        amount = left if position == len(milestones) else part
        left -= amount
        if amount > 0:
            yield Tranche(award=award, position=position, milestone=milestone, amount=amount)


@retried
@transaction.atomic
def accept(award: Award, *, actor: Any, now: datetime, upload: Any = None) -> Award:
    """The startup accepts the agreement, online or with the signed paper. Raises NotTheirs,
    NotOffered, attaching.NotScanned, inspecting.BadDocument; a second click finds it accepted."""
    application, award = locked(award)
    require_owner(application, actor)
    if award.state == Award.State.RUNNING:
        return award
    _require_offer(award, now=now)
    if upload is not None:
        award.agreement = attaching.keep(
            application, upload, internal=False, scan=True, actor=actor, now=now
        )
    award.state, award.accepted_at, award.accepted_by = Award.State.RUNNING, now, actor
    award.save()
    timeline.write(application, "agreement_accepted", now=now, actor=actor)
    audit.record("award.accepted", about=award, actor=actor, now=now, sha256=award.proposal.sha256)
    return award


@retried
@transaction.atomic
def decline(award: Award, *, actor: Any, now: datetime, reason: str = "") -> Award:
    """The startup does not take the offer. Raises NotTheirs, NotOffered."""
    application, award = locked(award)
    require_owner(application, actor)
    _require_offer(award, now=now)
    return _lapse(
        application, award, Award.State.DECLINED, kind="award_declined", actor=actor, now=now,
        reason=reason.strip(),
    )  # fmt: skip


def expire(now: datetime) -> int:
    """Offers whose day has passed lapse: the beat's act. How many did."""
    late = Award.objects.filter(state=Award.State.OFFERED, offer_until__lt=timezone.localdate(now))
    return sum(_expire(award, now=now) for award in late.order_by("pk"))


@retried
@transaction.atomic
def _expire(award: Award, *, now: datetime) -> bool:
    application, award = locked(award)
    if award.state != Award.State.OFFERED or timezone.localdate(now) <= award.offer_until:
        return False
    _lapse(application, award, Award.State.EXPIRED, kind="award_expired", actor=None, now=now)
    lifecycle.tell(
        application, "award_expired", now=now, fact=f"award_expired:{award.pk}", award=award
    )
    return True


def _lapse(
    application: Application,
    award: Award,
    to: Award.State,
    *,
    kind: str,
    actor: Any,
    now: datetime,
    **details: Any,
) -> Award:
    """All its money goes back to the envelope, and it counts as de minimis aid no longer: the
    right to it was never taken up [P]."""
    award.state, award.ended_at = to, now
    award.save()
    deminimis.take_back(reference(award.proposal), now=now)
    give_back(award, award.account.committed, actor=actor, now=now, why=kind)
    lifecycle.move(application, State.LAPSED, kind=kind, now=now, actor=actor, **details)
    return award


def give_back(award: Award, amount: Decimal, *, actor: Any, now: datetime, why: str) -> None:
    """Decommit EUR of the award; whoever waits for money hears of it."""
    if amount <= ZERO:
        return
    number = award.account.entries.filter(kind="decommit").count() + 1
    ledger.decommit(
        award.account, amount, actor=actor, now=now, reference=f"{why}:{award.pk}.{number}"
    )
    outbox.put(
        "money.released", now=now, envelope=award.application.call.envelope_id,
        why=audit.reference(award),
    )  # fmt: skip


def locked(award: Award) -> tuple[Application, Award]:
    """File and award until the transaction ends, as they are now."""
    application = lifecycle.lock(award.application)
    award = Award.objects.select_for_update(of=("self",)).get(pk=award.pk)
    award.application = application
    return application, award


def require_owner(application: Application, actor: Any) -> None:
    """An owner of the startup; a fund manager for a file on paper."""
    if application.on_paper and actor.is_fund_manager:
        return
    owners = Membership.objects.filter(startup=application.startup_id, part=Part.OWNER)
    if not owners.filter(user=actor).exists():
        raise NotTheirs(_("Only an owner of the startup can answer for it. Nothing was changed."))


def _require_offer(award: Award, *, now: datetime) -> None:
    if award.state != Award.State.OFFERED:
        raise NotOffered(_("This offer is answered already. Nothing was changed."))
    if timezone.localdate(now) > award.offer_until:
        raise NotOffered(_("The day until which this offer held has passed. Write to the fund."))
