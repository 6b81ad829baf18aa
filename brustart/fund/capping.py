"""Raising or lowering a cap, an envelope's or that of a track's part in it: one person asks,
another confirms or refuses. The first cap of a part opens it, by the same acts.

The database takes a cap change from nobody else, and no part from one person (migrations 0005 and
0007); what opens an envelope is its first entry, and no change.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from brustart.accounts.models import Role, User
from brustart.core import audit, mail
from brustart.core.errors import Refused
from brustart.core.money import euros

from . import accounts, ledger
from .models import Account, CapAnswer, CapChange, Entry, Envelope, EnvelopePart

Capped = Envelope | EnvelopePart


class BelowCommitted(Refused):
    """The cap would come under what is committed. Carries both in EUR."""

    def __init__(self, committed: Decimal, cap: Decimal) -> None:
        self.committed, self.cap = committed, cap
        super().__init__(
            _("The cap cannot become %(cap)s: %(committed)s is committed already.")
            % {"cap": euros(cap), "committed": euros(committed)}
        )


class BeyondEnvelope(Refused):
    """The parts together would be more than their envelope."""


class CannotChange(Refused):
    """Nothing would change, another change waits, or it was answered already."""


class NotByOne(Refused):
    """Asking and answering are for two people; taking back is for who asked."""


class ReasonMissing(Refused):
    """Why a cap changes must be known later."""


def open_change(account: Account) -> CapChange | None:
    """The change that waits for its second person."""
    return account.cap_changes.filter(answer=None).select_related("asked_by").first()


def room(part: EnvelopePart) -> Decimal:
    """EUR that a part may have at most: what the other parts leave of the envelope's cap."""
    return part.envelope.account.cap - accounts.caps_of_parts(part.envelope, beside=part)


@transaction.atomic
def ask(
    held: Capped,
    cap: Decimal,
    *,
    reason: str,
    actor: Any,
    now: datetime,
    called: str | Promise = "",
) -> CapChange:
    """Ask that the cap of an envelope, or of a part, become so much (EUR), whatever it is by now.

    Nothing moves yet; the other fund managers hear of it. `called`: how a mail names a part.
    Raises ReasonMissing, CannotChange, BelowCommitted, BeyondEnvelope.
    """
    reason = _given(reason)
    if isinstance(held, EnvelopePart):
        held = accounts.keep_part(held)
    account = held.account
    # Counted before one looks whether a change waits, so that two never find the same place free.
    place = account.cap_changes.count() + 1
    if open_change(account):
        raise _waits()
    account.refresh_from_db()  # after the place: a change in between would take that
    _require_possible(held, cap)
    row = {"account": account, "place": place, "amount": cap - account.cap, "reason": reason}
    try:
        with transaction.atomic():
            asked = CapChange.objects.create(**row, asked_by=actor, asked_at=now)
    except IntegrityError as error:
        raise _waits() from error  # two asked at the same instant
    audit.record("cap.asked", about=asked, actor=actor, now=now, amount=asked.amount, reason=reason)
    _tell(asked, held, cap, called, now=now)
    return asked


def _tell(
    asked: CapChange, held: Capped, cap: Decimal, called: str | Promise, *, now: datetime
) -> None:
    managers = User.objects.filter(role=Role.FUND_MANAGER, is_active=True)
    known: dict[str, Any] = {
        "asked": asked,
        "cap": cap,
        "committed": accounts.committed_in(held),
        "part": held if isinstance(held, EnvelopePart) else None,
        "envelope": held.envelope if isinstance(held, EnvelopePart) else held,
        "called": called,
    }
    for manager in managers.exclude(pk=asked.asked_by_id).order_by("pk"):
        mail.write("cap_asked", to=manager, about=asked, now=now, **known)


@transaction.atomic
def confirm(change: CapChange, *, actor: Any, now: datetime) -> Entry:
    """The second person says yes: the cap moves in the same transaction.

    Raises NotByOne, CannotChange, BelowCommitted, BeyondEnvelope; then nothing is written.
    """
    _require_another(change, actor)
    _answer(change, accepted=True, actor=actor, now=now)
    try:
        return ledger.change_cap(
            change.account, change.amount, actor=actor, now=now, reference=change.reference
        )
    except (ledger.OverCap, ledger.OutOfOrder):
        held = accounts.held_by(change.account)
        _require_possible(held, held.account.cap + change.amount)  # says why not, by the figures
        raise


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


def _require_possible(held: Capped, cap: Decimal) -> None:
    if cap == held.account.cap:
        raise CannotChange(
            _("The cap is %(cap)s already. Give another amount.") % {"cap": euros(cap)}
        )
    if cap < (committed := accounts.committed_in(held)):
        raise BelowCommitted(committed, cap)
    if isinstance(held, EnvelopePart):
        _require_room(held, cap)
    elif cap < (parts := accounts.caps_of_parts(held)):
        raise BeyondEnvelope(
            _(
                "The cap cannot become %(cap)s: the caps of its tracks come to %(sum)s together. "
                "Lower one of them first."
            )
            % {"cap": euros(cap), "sum": euros(parts)}
        )


def _require_room(part: EnvelopePart, cap: Decimal) -> None:
    if cap > (most := room(part)):
        raise BeyondEnvelope(
            _(
                "The cap cannot become %(cap)s: the envelope and the caps of its other tracks "
                "leave at most %(most)s."
            )
            % {"cap": euros(cap), "most": euros(most)}
        )


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
