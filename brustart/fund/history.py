"""The ledger as of any moment: balances, and how the money went down over time.

What counts is `at`, the instant of the decision or the payment, as it stands in the entry: readers
ask what was promised on a day, whenever the database wrote it. `recorded_at` is for auditors, and
in every export.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Min, QuerySet, Sum
from django.db.models.functions import Trunc
from django.utils import timezone

from brustart.core.money import ZERO

from .models import Account, Entry
from .verifying import MOVES

LONG = (("day", 62), ("week", 366), ("month", 366 * 5))  # a step, for spans of at most so many days
LENGTHS = {
    "day": relativedelta(days=1),
    "week": relativedelta(weeks=1),
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
}


@dataclass(frozen=True)
class Balances:
    """What an account's entries add up to, in EUR; `committed` is net of what was given back."""

    cap: Decimal = ZERO
    committed: Decimal = ZERO
    decommitted: Decimal = ZERO
    liquidated: Decimal = ZERO
    ordered: Decimal = ZERO
    paid: Decimal = ZERO
    recovered: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        return self.cap - self.committed

    @property
    def unpaid(self) -> Decimal:
        """Committed, still to be paid."""
        return self.committed - self.paid


@dataclass(frozen=True)
class Point:
    """How an envelope stood at the end of `day`, the last of a step, in Brussels."""

    day: date
    balances: Balances


def end_of(day: date) -> datetime:
    """The last instant of a day in Brussels."""
    following = datetime.combine(day + timedelta(days=1), datetime.min.time())
    return timezone.make_aware(following) - timedelta(microseconds=1)


def entries(account: Account, *, until: datetime | None = None) -> QuerySet[Entry]:
    """Of an award, or of an envelope with all its awards; up to an instant, that one included."""
    field = "account" if account.parent_id else "envelope"
    found = Entry.objects.filter(**{field: account})
    return found.filter(at__lte=until) if until else found


def as_of(account: Account, moment: datetime) -> Balances:
    """What the account held at that moment: one query, added up by the database."""
    sums = entries(account, until=moment).order_by().values_list("kind").annotate(Sum("amount"))
    return _moved(Balances(), sums)


def burn_down(account: Account, *, until: datetime, step: str = "") -> tuple[str, list[Point]]:
    """The envelope at the end of each step ("day", "week", "month" or "quarter") in which money
    moved, the oldest first; a step is chosen that makes some sixty points at most.

    Two queries, whatever the number of entries.
    """
    found = entries(account, until=until).order_by()
    step = step or _step(found.aggregate(first=Min("at"))["first"], until)
    by_step: dict[date, list[tuple[str, Decimal]]] = {}
    rows = found.annotate(step=Trunc("at", step)).values("step", "kind")
    for row in rows.annotate(sum=Sum("amount")).order_by("step"):
        by_step.setdefault(row["step"].date(), []).append((row["kind"], row["sum"]))
    return step, list(_points(by_step, step, timezone.localdate(until)))


def _points(
    by_step: dict[date, list[tuple[str, Decimal]]], step: str, until: date
) -> Iterator[Point]:
    balances = Balances()
    for begin, sums in by_step.items():
        balances = _moved(balances, sums)
        last = begin + LENGTHS[step] - timedelta(days=1)
        yield Point(min(last, until), balances)


def _step(first: datetime | None, until: datetime) -> str:
    days = (until - first).days if first else 0
    return next((step for step, most in LONG if days <= most), "quarter")


def _moved(before: Balances, sums: Any) -> Balances:
    """After entries of these kinds, each kind added up."""
    held = {field.name: getattr(before, field.name) for field in fields(Balances)}
    for kind, amount in sums:
        for name, sign in MOVES[Entry.Kind(kind)].items():
            held[name] += sign * amount
    return Balances(**held)
