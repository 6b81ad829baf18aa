"""Raising or lowering the cap of an envelope: one person asks, another confirms or refuses.

The database takes a cap change from nobody else (migration 0005); what opens an envelope is its
first entry, and no change.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from brustart.core import audit
from brustart.core.errors import Refused
from brustart.core.money import ZERO, euros

from . import ledger
from .models import Account, CapAnswer, CapChange, Entry


class BelowCommitted(Refused):
    """The cap would come under what is committed. Carries both in EUR."""

    def __init__(self, committed: Decimal, cap: Decimal) -> None:
        self.committed, self.cap = committed, cap
        super().__init__(
            _("The cap cannot become %(cap)s: %(committed)s is committed already.")
            % {"cap": euros(cap), "committed": euros(committed)}
        )


class CannotChange(Refused):
    """Nothing would change, another change waits, or it was answered already."""


class NotByOne(Refused):
    """Asking and answering are for two people; taking back is for who asked."""


class ReasonMissing(Refused):
    """Why a cap changes must be known later."""


def open_change(envelope: Account) -> CapChange | None:
    """The change that waits for its second person."""
    return envelope.cap_changes.filter(answer=None).select_related("asked_by").first()


@transaction.atomic
def ask(envelope: Account, by: Decimal, *, reason: str, actor: Any, now: datetime) -> CapChange:
    """Ask to raise the cap, or to lower it (`by` below zero, in EUR). Nothing moves yet.

    Raises ReasonMissing, CannotChange, BelowCommitted.
    """
    return _ask(envelope, _free_place(envelope), by, reason=reason, actor=actor, now=now)


@transaction.atomic
def ask_for(
    envelope: Account, cap: Decimal, *, reason: str, actor: Any, now: datetime
) -> CapChange:
    """Ask that the cap become so much (EUR), whatever it is by now; else as `ask`."""
    place = _free_place(envelope)
    envelope.refresh_from_db()  # after the place: a change in between would take that
    return _ask(envelope, place, cap - envelope.cap, reason=reason, actor=actor, now=now)


def _free_place(envelope: Account) -> int:
    """Counted before one looks whether a change waits, so that two never find the same free."""
    place = envelope.cap_changes.count() + 1
    if open_change(envelope):
        raise _waits()
    return place


def _ask(
    envelope: Account, place: int, by: Decimal, *, reason: str, actor: Any, now: datetime
) -> CapChange:
    reason = _given(reason)
    _require_possible(envelope, by)
    row = {"account": envelope, "place": place, "amount": by, "reason": reason}
    try:
        with transaction.atomic():
            asked = CapChange.objects.create(**row, asked_by=actor, asked_at=now)
    except IntegrityError as error:
        raise _waits() from error  # two asked at the same instant
    audit.record("cap.asked", about=asked, actor=actor, now=now, amount=by, reason=reason)
    return asked


@transaction.atomic
def confirm(change: CapChange, *, actor: Any, now: datetime) -> Entry:
    """The second person says yes: the cap moves in the same transaction.

    Raises NotByOne, CannotChange, BelowCommitted; then nothing is written.
    """
    _require_another(change, actor)
    _answer(change, accepted=True, actor=actor, now=now)
    try:
        return ledger.change_cap(
            change.account, change.amount, actor=actor, now=now, reference=change.reference
        )
    except ledger.OverCap as error:
        account = Account.objects.get(pk=change.account_id)
        raise BelowCommitted(account.committed, account.cap + change.amount) from error


@transaction.atomic
def refuse(change: CapChange, *, reason: str, actor: Any, now: datetime) -> CapAnswer:
    """The second person says no, with a reason. Raises ReasonMissing, NotByOne, CannotChange."""
    _require_another(change, actor)
    return _answer(change, accepted=False, reason=_given(reason), actor=actor, now=now)


@transaction.atomic
def take_back(change: CapChange, *, actor: Any, now: datetime) -> CapAnswer:
    """Whoever asked thinks better of it. Raises NotByOne, CannotChange."""
    if change.asked_by_id != actor.pk:
        raise NotByOne(_("Only the person who asked takes it back."))
    return _answer(change, accepted=False, actor=actor, now=now)


def _answer(
    change: CapChange, *, accepted: bool, actor: Any, now: datetime, reason: str = ""
) -> CapAnswer:
    answer, is_new = CapAnswer.objects.get_or_create(
        change=change,
        defaults={
            "accepted": accepted,
            "reason": reason,
            "answered_by": actor,
            "answered_at": now,
        },
    )
    if not is_new:
        raise CannotChange(_("This was answered already. Nothing was changed."))
    own = "taken_back" if change.asked_by_id == actor.pk else "refused"
    audit.record(
        f"cap.{'confirmed' if accepted else own}", about=change, actor=actor, now=now,
        amount=change.amount, reason=reason,
    )  # fmt: skip
    return answer


def _require_possible(envelope: Account, by: Decimal) -> None:
    envelope.refresh_from_db()
    if by == ZERO:
        raise CannotChange(
            _("The cap is %(cap)s already. Give another amount.") % {"cap": euros(envelope.cap)}
        )
    if envelope.cap + by < envelope.committed:
        raise BelowCommitted(envelope.committed, envelope.cap + by)


def _require_another(change: CapChange, actor: Any) -> None:
    if change.asked_by_id == actor.pk:
        raise NotByOne(_("Another person than the one who asked must answer."))


def _waits() -> CannotChange:
    return CannotChange(
        _("A change of this cap waits for its second person already. Answer that one first.")
    )


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing(_("Give the reason: it stands beside the change for good."))
    return reason.strip()
