"""Recomputing the ledger from its entries: balances, places in the chain, and hashes."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from brustart.core.hashing import sha256
from brustart.core.money import ZERO

from .models import Account, Entry

MOVES = {  # what an entry of each kind adds to which balance
    Entry.Kind.CAP: {"cap": 1},
    Entry.Kind.COMMIT: {"committed": 1},
    Entry.Kind.DECOMMIT: {"committed": -1, "decommitted": 1},
    Entry.Kind.LIQUIDATE: {"liquidated": 1},
    Entry.Kind.ORDER: {"ordered": 1},
    Entry.Kind.PAY: {"paid": 1},
    Entry.Kind.RECOVER: {"recovered": 1},
}
BALANCES = ("cap", "committed", "decommitted", "liquidated", "ordered", "paid", "recovered")


def entry_hash(entry: Entry) -> str:
    """The hash that the database should have written (migration 0002)."""
    return sha256(
        {
            "schema": 1,
            "account": entry.account_id,
            "actor": entry.actor_id,
            "after": entry.after,
            "amount": entry.amount,
            "at": entry.at,
            "before": entry.before,
            "envelope": entry.envelope_id,
            "kind": entry.kind,
            "previous": entry.previous,
            "recorded_at": entry.recorded_at,
            "reference": entry.reference,
            "sequence": entry.sequence,
        }
    )


def differences() -> Iterator[str]:
    """Each way in which the ledger is not what its entries say; nothing when it is whole."""
    for envelope in Account.objects.filter(parent=None).order_by("pk"):
        yield from _chain(envelope)


def _chain(envelope: Account) -> Iterator[str]:
    balances: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    head, sequence = "", 0
    for entry in Entry.objects.filter(envelope=envelope).order_by("sequence").iterator():
        sequence += 1
        where = f"envelope account {envelope.pk}, entry {entry.sequence}"
        if entry.sequence != sequence:
            yield f"{where}: entry {sequence} is missing"
            sequence = entry.sequence
        if entry.previous != head:
            yield f"{where}: its previous hash is not that of the entry before it"
        if entry.hash != entry_hash(entry):
            yield f"{where}: its hash is not that of its content"
        column = next(iter(MOVES[Entry.Kind(entry.kind)]))
        if entry.before != balances[envelope.pk][column]:
            yield f"{where}: {entry.before} before, {balances[envelope.pk][column]} recomputed"
        for account in {envelope.pk, entry.account_id}:
            for name, sign in MOVES[Entry.Kind(entry.kind)].items():
                balances[account][name] += sign * entry.amount
        if entry.after != balances[envelope.pk][column]:
            yield f"{where}: {entry.after} after, {balances[envelope.pk][column]} recomputed"
        head = entry.hash
    yield from _compare(envelope, balances, head=head, sequence=sequence)


def _compare(
    envelope: Account, balances: dict[int, Any], *, head: str, sequence: int
) -> Iterator[str]:
    """The stored balances against the recomputed ones."""
    if (envelope.head, envelope.sequence) != (head, sequence):
        yield f"envelope account {envelope.pk}: its head is not the last entry"
    _part(envelope, balances)
    for account in [envelope, *envelope.awards.all()]:
        for name in BALANCES:
            if name == "cap" and account.parent_id:
                continue  # what was asked for: set at opening, not by an entry
            if getattr(account, name) != balances[account.pk][name]:
                yield (
                    f"account {account.pk}: {name} is {getattr(account, name)}, "
                    f"{balances[account.pk][name]} recomputed"
                )


def _part(account: Account, balances: dict[int, Any]) -> None:
    """What the awards that count in this part moved: their entries are in the envelope's chain."""
    moved = Entry.objects.filter(account__part=account).exclude(account=account)
    for kind, total in moved.order_by().values_list("kind").annotate(total=Sum("amount")):
        for name, sign in MOVES[Entry.Kind(kind)].items():
            balances[account.pk][name] += sign * total
