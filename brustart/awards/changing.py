"""After the agreement: milestones changed, payments suspended and resumed, money given back,
an award ended early. Each with its reason, which the startup reads."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications import lifecycle, timeline
from applications.models import Application
from applications.states import State
from brustart.core import audit
from brustart.core.errors import Refused
from brustart.core.hashing import plain
from brustart.core.locking import retried
from brustart.core.money import ZERO, euros

from .models import Award, Change, Claim, Tranche
from .offering import give_back, locked
from .proposing import given


class NotChangeable(Refused):
    """Not in this state, not by this much, or not of what is claimed already."""


@retried
@transaction.atomic
def replan(
    award: Award,
    *,
    tranches: Sequence[tuple[str, Decimal, date | None]],
    reason: str,
    actor: Any,
    now: datetime,
) -> Award:
    """New milestones (words, EUR, day) for what is not claimed yet; they add up to the same sum.

    Raises NotChangeable, ReasonMissing.
    """
    reason = given(reason)
    application, award = locked(award)
    _require(award, Award.State.OFFERED, Award.State.RUNNING, Award.State.SUSPENDED)
    open_ones = unclaimed(award)
    before, after = (
        sum((one.amount for one in open_ones), ZERO),
        sum((amount for _words, amount, _day in tranches), ZERO),
    )
    if before != after:
        raise NotChangeable(
            _("The tranches not claimed yet are %(before)s in all, and yours %(after)s.")
            % {"before": euros(before), "after": euros(after)}
        )
    if any(not words.strip() or amount <= 0 for words, amount, _day in tranches):
        raise NotChangeable(_("Each tranche has a milestone and an amount."))
    last = award.tranches.exclude(pk__in=[one.pk for one in open_ones]).order_by("position").last()
    start = last.position + 1 if last else 1
    old = [_as_row(one) for one in open_ones]
    Tranche.objects.filter(pk__in=[one.pk for one in open_ones]).delete()
    new = [
        Tranche(award=award, position=place, milestone=words.strip(), amount=amount, due_on=day)
        for place, (words, amount, day) in enumerate(tranches, start=start)
    ]
    Tranche.objects.bulk_create(new)
    _write(
        application, award, Change.Kind.AMENDED, reason, actor=actor, now=now,
        before=old, after=[_as_row(one) for one in new],
    )  # fmt: skip
    return award


def unclaimed(award: Award) -> list[Tranche]:
    """Tranches of which nothing is claimed, nor ever was."""
    return list(award.tranches.filter(claims=None).order_by("position"))


def _as_row(tranche: Tranche) -> dict[str, Any]:
    return {"milestone": tranche.milestone, "amount": tranche.amount, "due_on": tranche.due_on}


@retried
@transaction.atomic
def suspend(award: Award, *, reason: str, actor: Any, now: datetime) -> Award:
    """Nothing is claimed, verified, ordered or put into a payment file until it is resumed."""
    return _turn(
        award, Award.State.RUNNING, Award.State.SUSPENDED, Change.Kind.SUSPENDED, reason,
        actor=actor, now=now,
    )  # fmt: skip


@retried
@transaction.atomic
def resume(award: Award, *, reason: str, actor: Any, now: datetime) -> Award:
    return _turn(
        award, Award.State.SUSPENDED, Award.State.RUNNING, Change.Kind.RESUMED, reason,
        actor=actor, now=now,
    )  # fmt: skip


def _turn(
    award: Award,
    begins: Award.State,
    ends: Award.State,
    kind: Change.Kind,
    reason: str,
    *,
    actor: Any,
    now: datetime,
) -> Award:
    reason = given(reason)
    application, award = locked(award)
    _require(award, begins)
    award.state = ends
    award.save()
    _write(application, award, kind, reason, actor=actor, now=now)
    return award


def unused(award: Award) -> Decimal:
    """EUR that may be given back: committed and not liquidated."""
    award.account.refresh_from_db()
    return award.account.committed - award.account.liquidated


@retried
@transaction.atomic
def reduce(award: Award, *, amount: Decimal, reason: str, actor: Any, now: datetime) -> Award:
    """Give EUR of the award back to the envelope; tranches not claimed yet shrink, the last
    first. Raises NotChangeable, ledger.OutOfOrder."""
    reason = given(reason)
    application, award = locked(award)
    _require(award, Award.State.RUNNING, Award.State.SUSPENDED)
    open_ones = unclaimed(award)
    most = min(unused(award), sum((one.amount for one in open_ones), ZERO))
    if not ZERO < amount <= most:
        raise NotChangeable(
            _("At most %(most)s can be given back: the rest is claimed or paid.")
            % {"most": euros(most)},
            field="amount",
        )
    _shrink(open_ones, amount)
    give_back(award, amount, actor=actor, now=now, why="reduced")
    _write(application, award, Change.Kind.REDUCED, reason, actor=actor, now=now, amount=amount)
    return award


@retried
@transaction.atomic
def end(award: Award, *, reason: str, actor: Any, now: datetime) -> Award:
    """End the award early: what is not liquidated goes back; what was paid may be recovered.

    Raises NotChangeable while a claim is under way: finish it, or send it back, first.
    """
    reason = given(reason)
    application, award = locked(award)
    _require(award, Award.State.RUNNING, Award.State.SUSPENDED)
    require_nothing_under_way(award)
    amount = unused(award)
    give_back(award, amount, actor=actor, now=now, why="ended")
    award.state, award.ended_at = Award.State.ENDED, now
    award.save()
    _write(application, award, Change.Kind.ENDED, reason, actor=actor, now=now, amount=amount)
    lifecycle.move(
        application, State.LAPSED, kind="award_ended", now=now, actor=actor, reason=reason
    )
    return award


def require_nothing_under_way(award: Award) -> None:
    """Raise NotChangeable while a claim is neither paid nor sent back."""
    finished = (Claim.State.PAID, Claim.State.RETURNED)
    if Claim.objects.filter(tranche__award=award).exclude(state__in=finished).exists():
        raise NotChangeable(_("A claim is under way. Pay it, or send it back, first."))


def _shrink(tranches: Sequence[Tranche], by: Decimal) -> None:
    for tranche in reversed(tranches):
        part = min(by, tranche.amount)
        by -= part
        if part == tranche.amount:
            tranche.delete()
        elif part:
            tranche.amount -= part
            tranche.save()


def _require(award: Award, *states: Award.State) -> None:
    if award.state not in states:
        raise NotChangeable(
            _("This award is now “%(state)s”, so this can no longer be done. Nothing was changed.")
            % {"state": award.get_state_display()}
        )


def _write(
    application: Application,
    award: Award,
    kind: Change.Kind,
    reason: str,
    *,
    actor: Any,
    now: datetime,
    **details: Any,
) -> None:
    change = Change.objects.create(
        award=award, kind=kind, reason=reason, details=plain(details), by=actor, at=now
    )
    timeline.write(application, f"award_{kind}", now=now, actor=actor, reason=reason)
    audit.record(f"award.{kind}", about=change, actor=actor, now=now, reason=reason, **details)
    lifecycle.tell(
        application, "award_changed", now=now, fact=f"award_changed:{change.pk}",
        award=award, change=change, tranches=list(award.tranches.all()),
    )  # fmt: skip
