"""The ledger as of any moment: balances, and how the money went down over time.

What counts is `at`, the instant of the decision or the payment, as it stands in the entry: readers
ask what was promised on a day, whenever the database wrote it. `recorded_at` is for auditors, and
in every export.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.contrib.postgres.fields import ArrayField
from django.db.models import DateTimeField, F, Func, IntegerField, Min, QuerySet, Sum, Value
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
FIRST: dict[str, Callable[[date], date]] = {  # of the step that a day is in
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "quarter": lambda day: day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1),
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
    return _begin_of(day + timedelta(days=1)) - timedelta(microseconds=1)


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


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
    first = found.aggregate(first=Min("at"))["first"] or until
    step, today = step or _step(first, until), timezone.localdate(until)
    begins = list(_begins(timezone.localdate(first), today, step))
    by_place: dict[int, list[tuple[str, Decimal]]] = {}
    rows = found.annotate(place=_place(begins)).values_list("place", "kind")
    for place, kind, amount in rows.annotate(Sum("amount")):  # not in order: the server would sort
        by_place.setdefault(place, []).append((kind, amount))
    balances, points = Balances(), []
    for place in sorted(by_place):
        balances = _moved(balances, by_place[place])
        last = begins[place - 1] + LENGTHS[step] - timedelta(days=1)
        points.append(Point(min(last, today), balances))
    return step, points


def _step(first: datetime, until: datetime) -> str:
    days = (until - first).days
    return next((step for step, most in LONG if days <= most), "quarter")


def _begins(first: date, until: date, step: str) -> Iterator[date]:
    """The first day of each step between two days, which are in the first and the last."""
    day = FIRST[step](first)
    while day <= until:
        yield day
        day += LENGTHS[step]


def _place(begins: list[date]) -> Func:
    """In which step `at` is, from 1: comparing instants costs the server a quarter of turning each
    into a day of Brussels."""
    instants = Value([_begin_of(day) for day in begins], ArrayField(DateTimeField()))
    return Func(F("at"), instants, function="width_bucket", output_field=IntegerField())


def _moved(before: Balances, sums: Any) -> Balances:
    """After entries of these kinds, each kind added up."""
    held = {field.name: getattr(before, field.name) for field in fields(Balances)}
    for kind, amount in sums:
        for name, sign in MOVES[Entry.Kind(kind)].items():
            held[name] += sign * amount
    return Balances(**held)
