"""The sole road to money: each act is the insertion of one entry, which the database judges.

The trigger of migration 0002 locks the envelope's account, then the award's, moves the balances
and chains the entry; the CHECKs on Account refuse what breaks an invariant (domain.md section 8).
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from psycopg.errors import CheckViolation, UniqueViolation

from brustart.core.errors import Refused
from brustart.core.money import euros

from .models import Account, Entry

_INSERT = """
    INSERT INTO fund_entry (account_id, kind, amount, at, actor_id, reference)
    VALUES (%s, %s, %s, %s, %s, %s) RETURNING *
"""


class OverCap(Refused):
    """The cap would be broken. Carries what is left and what was asked, in EUR."""

    def __init__(self, left: Decimal, asked: Decimal) -> None:
        self.left, self.asked = left, asked
        super().__init__(
            _("The cap refuses: %(left)s left, %(asked)s asked.")
            % {"left": euros(left), "asked": euros(asked)}
        )


class OutOfOrder(Refused):
    """A stage would exceed the one before it: award, liquidated, ordered, paid, recovered."""


class AlreadyPosted(Refused):
    """The same reference was entered before: the money moved once."""


def post(
    account: Account, kind: str, amount: Decimal, *, actor: Any, now: datetime, reference: str
) -> Entry:
    """Insert one entry (amount in EUR) or raise OverCap, OutOfOrder or AlreadyPosted."""
    row = (account.pk, kind, amount, now, actor.pk if actor else None, reference)
    try:
        with transaction.atomic():
            return Entry.objects.raw(_INSERT, row)[0]
    except IntegrityError as error:
        raise _explained(error, account, amount) from error


def _explained(error: IntegrityError, account: Account, amount: Decimal) -> Exception:
    cause = error.__cause__
    if isinstance(cause, UniqueViolation):
        return AlreadyPosted(_("This has been entered in the ledger before; nothing was changed."))
    if not isinstance(cause, CheckViolation):
        return error
    if cause.diag.constraint_name == "account_committed_within_cap":
        now = Account.objects.select_related("parent", "part").get(pk=account.pk)
        held = (now, now.parent or now, now.part or now)
        return OverCap(min(one.cap - one.committed for one in held), amount)
    return OutOfOrder(
        _(
            "Refused: an award is at least what is liquidated, that what is ordered, that what is "
            "paid, and that what is recovered."
        )
    )


def change_cap(envelope: Account, by: Decimal, **how: Any) -> Entry:
    """Open an envelope with its cap; or raise that later, or lower it (negative) as far as it is
    not committed. Later the database asks for two people: `capping` alone comes here then."""
    return post(envelope, Entry.Kind.CAP, by, **how)


def commit(award: Account, amount: Decimal, **how: Any) -> Entry:
    return post(award, Entry.Kind.COMMIT, amount, **how)


def decommit(award: Account, amount: Decimal, **how: Any) -> Entry:
    """Give back to the envelope what of the award is not liquidated."""
    return post(award, Entry.Kind.DECOMMIT, amount, **how)


def liquidate(award: Account, amount: Decimal, **how: Any) -> Entry:
    return post(award, Entry.Kind.LIQUIDATE, amount, **how)


def take_back(award: Account, amount: Decimal, **how: Any) -> Entry:
    """A liquidation that was a mistake, undone by one below zero. What is ordered stays: then it
    raises OutOfOrder."""
    return post(award, Entry.Kind.LIQUIDATE, -amount, **how)


def order(award: Account, amount: Decimal, **how: Any) -> Entry:
    return post(award, Entry.Kind.ORDER, amount, **how)


def pay(award: Account, amount: Decimal, **how: Any) -> Entry:
    return post(award, Entry.Kind.PAY, amount, **how)


def recover(award: Account, amount: Decimal, **how: Any) -> Entry:
    """Take money back from the startup. It gives no capacity back."""
    return post(award, Entry.Kind.RECOVER, amount, **how)
