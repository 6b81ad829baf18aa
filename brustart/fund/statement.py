"""The statement of a year: what an envelope held at its beginning, what moved, what it holds now.

Each column adds up: opening and movements make the closing. The year is that of Brussels; what
counts is `at`, as in history.py.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Min, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from brustart.core.money import ZERO

from . import history
from .history import Balances
from .models import Account, Entry
from .verifying import MOVES

COLUMNS = ("cap", "committed", "left", "liquidated", "ordered", "paid", "recovered")
Cells = tuple[Decimal, ...]


@dataclass(frozen=True)
class Movement:
    """Entries of one kind in one month: their number, their sum in EUR, and what that does to
    each of COLUMNS."""

    month: date
    kind: Entry.Kind
    number: int
    amount: Decimal

    @property
    def cells(self) -> Cells:
        return _cells(_moves(self.kind, self.amount))


@dataclass(frozen=True)
class OfKind:
    """All entries of one kind in the year."""

    kind: Entry.Kind
    number: int
    cells: Cells


@dataclass(frozen=True)
class Month:
    """The sums in EUR of one month, one for each kind that moved in the year."""

    begins: date
    number: int
    amounts: Cells


@dataclass(frozen=True)
class Statement:
    """`until`: the end of the year, or now; `opening` and `closing` are of COLUMNS, in EUR."""

    year: int
    until: datetime
    opening: Cells
    movements: tuple[Movement, ...]

    @property
    def is_over(self) -> bool:
        return self.until == history.end_of(date(self.year, 12, 31))

    @property
    def number(self) -> int:
        """How many entries the year has."""
        return sum(one.number for one in self.movements)

    @property
    def closing(self) -> Cells:
        return _added([self.opening, *(one.cells for one in self.movements)])

    @property
    def kinds(self) -> list[Entry.Kind]:
        """Those that moved, in the order of the stages of a spending."""
        moved = {one.kind for one in self.movements}
        return [kind for kind in Entry.Kind if kind in moved]

    @property
    def by_kind(self) -> list[OfKind]:
        found = [(kind, [one for one in self.movements if one.kind == kind]) for kind in self.kinds]
        return [
            OfKind(kind, sum(one.number for one in ones), _added([one.cells for one in ones]))
            for kind, ones in found
        ]

    @property
    def by_month(self) -> list[Month]:
        """Each month until the last one of the statement, those in which nothing moved too."""
        last = timezone.localdate(self.until).month
        return [self._month(date(self.year, month, 1)) for month in range(1, last + 1)]

    @property
    def totals(self) -> Cells:
        """The sums of the year under `by_month`."""
        return _added([one.amounts for one in self.by_month])

    def _month(self, begins: date) -> Month:
        ones = {one.kind: one for one in self.movements if one.month == begins}
        amounts = tuple(ones[kind].amount if kind in ones else ZERO for kind in self.kinds)
        return Month(begins, sum(one.number for one in ones.values()), amounts)


def of(envelope: Account, year: int, *, now: datetime) -> Statement:
    """The statement of an envelope's account. Two queries, whatever the number of entries."""
    before = history.end_of(date(year - 1, 12, 31))
    until = min(history.end_of(date(year, 12, 31)), now)
    moved = history.entries(envelope, until=until).filter(at__gt=before).order_by()
    rows = moved.annotate(month=TruncMonth("at")).values_list("month", "kind")
    sums = rows.annotate(Count("pk"), Sum("amount")).order_by("month", "kind")
    return Statement(
        year=year,
        until=until,
        opening=_cells(history.as_of(envelope, before)),
        movements=tuple(
            Movement(month.date(), Entry.Kind(kind), number, amount)
            for month, kind, number, amount in sums
        ),
    )


def years(envelope: Account, *, now: datetime) -> list[int]:
    """Those from its first entry to this one, the latest first; none before it has one."""
    first = history.entries(envelope, until=now).order_by().aggregate(first=Min("at"))["first"]
    if first is None:
        return []
    return list(range(timezone.localdate(now).year, timezone.localdate(first).year - 1, -1))


def _moves(kind: Entry.Kind, amount: Decimal) -> Balances:
    return Balances(**{name: sign * amount for name, sign in MOVES[kind].items()})


def _cells(held: Balances) -> Cells:
    return tuple(getattr(held, name) for name in COLUMNS)


def _added(rows: list[Cells]) -> Cells:
    return tuple(sum(column, ZERO) for column in zip(*rows, strict=True))
