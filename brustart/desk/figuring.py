"""What became of the files, in figures: by call, track, stage, municipality and activity.

The database adds up; the number of queries does not depend on the number of files. Money comes
from the balances of the awards' accounts, never from adding up the ledger.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    Aggregate,
    Avg,
    BigIntegerField,
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from applications.models import Application, Track
from applications.states import TONES, State
from brustart.accounts.access import visible_to
from brustart.accounts.models import User
from brustart.core.money import ZERO
from brustart.fund.models import Call, Entry, Envelope, UndertakingMember

from . import placing

LARGEST = 5
REFUSED = Q(state=State.INELIGIBLE) | Q(rejection__isnull=False)


class MedianOf(Aggregate):
    """The middle one: half are below."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    function = "percentile_cont"
    allow_distinct = False


@dataclass(frozen=True)
class Sums:
    """Of some files: numbers, and EUR. `decided`: awarded, not awarded or not eligible."""

    files: int = 0
    asked: Decimal = ZERO
    awards: int = 0
    committed: Decimal = ZERO
    paid: Decimal = ZERO
    decided: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(a + b for a, b in zip(self.parts, other.parts, strict=True)))

    @property
    def parts(self) -> tuple[Any, ...]:
        return (self.files, self.asked, self.awards, self.committed, self.paid, self.decided)

    @property
    def success(self) -> Decimal | None:
        """Awards of what was decided, of one; nothing before the first decision."""
        return Decimal(self.awards) / self.decided if self.decided else None


@dataclass(frozen=True)
class Line:
    """One row of a breakdown; `query`: what the list of files must be asked for to show exactly
    these."""

    key: str
    label: str
    sums: Sums
    query: str
    tone: str = ""


@dataclass(frozen=True)
class Holder:
    """An undertaking and what is committed to it, in EUR; `share`: of all, of one."""

    name: str
    files: int
    committed: Decimal
    share: Decimal
    query: str


@dataclass(frozen=True)
class Summary:
    """The average award in EUR; medians of days from submission to the decision, and from there to
    the first payment. None where nothing is known yet."""

    average: Decimal | None
    days_to_decision: Decimal | None
    days_to_payment: Decimal | None


SUMS: dict[str, Any] = {
    "files": Count("pk"),
    "asked": Coalesce(Sum("requested"), ZERO),
    "awards": Count("award"),
    "committed": Coalesce(Sum("award__account__committed"), ZERO),
    "paid": Coalesce(Sum("award__account__paid"), ZERO),
    "decided": Count("pk", filter=Q(award__isnull=False) | REFUSED),
}


def counted(user: User, envelope: Envelope | None = None) -> QuerySet[Application]:
    """The files that the figures are about: handed in, in calls that are no trial."""
    files = visible_to(user, Application).filter(submitted_at__isnull=False, call__listed=True)
    files = files.order_by()
    return files.filter(call__envelope=envelope) if envelope else files


@dataclass
class Figures:
    """The breakdowns of some files. Each part asks the database when it is first read, once."""

    user: User
    envelope: Envelope | None = None

    def query(self, **more: str) -> str:
        """What finds these files in their list, or some of them."""
        envelope = {"envelope": self.envelope.code} if self.envelope else {}
        return urlencode({"trial": "no", **envelope, **more})

    @cached_property
    def _by_kind(self) -> list[tuple[tuple[Any, ...], Sums]]:
        """Summed by call, track and state."""
        return self._summed(counted(self.user, self.envelope), "call", "track", "state")

    @cached_property
    def _by_place(self) -> list[tuple[tuple[Any, ...], Sums]]:
        """Summed by municipality and activity: what lies in the answers is read once."""
        files = placing.placed(counted(self.user, self.envelope))
        return self._summed(files, "municipality", "division")

    @staticmethod
    def _summed(files: QuerySet[Application], *by: str) -> list[tuple[tuple[Any, ...], Sums]]:
        rows = files.values(*by).annotate(**{f"sum_{name}": sum for name, sum in SUMS.items()})
        return [
            (tuple(row[name] for name in by), Sums(**{name: row[f"sum_{name}"] for name in SUMS}))
            for row in rows
        ]

    @cached_property
    def total(self) -> Sums:
        return sum((sums for _keys, sums in self._by_kind), Sums())

    @cached_property
    def by_call(self) -> list[Line]:
        calls = {call.pk: call for call in Call.objects.filter(listed=True).order_by("-opens_at")}
        found = self._lines(self._by_kind, 0, "call", lambda key: str(calls[key]))
        order = list(map(str, calls))
        return sorted(found, key=lambda line: order.index(line.key))

    @cached_property
    def by_track(self) -> list[Line]:
        return self._lines(self._by_kind, 1, "track", lambda key: str(Track(key).label))

    @cached_property
    def by_stage(self) -> list[Line]:
        """In the order of a file's life."""
        found = self._lines(self._by_kind, 2, "state", lambda key: str(State(key).label))
        order = list(State.values)
        return sorted(found, key=lambda line: order.index(line.key))

    @cached_property
    def by_municipality(self) -> list[Line]:
        return self._lines(self._by_place, 0, "municipality", placing.municipality_name)

    @cached_property
    def by_nace(self) -> list[Line]:
        names = placing.division_names({keys[1] for keys, _sums in self._by_place})
        return self._lines(self._by_place, 1, "nace", names.__getitem__)

    def _lines(
        self,
        rows: Iterable[tuple[tuple[Any, ...], Sums]],
        place: int,
        name: str,
        label: Callable[[Any], str],
    ) -> list[Line]:
        """One line for each value at that place of the keys, the one with most files first."""
        sums: dict[Any, Sums] = {}
        for keys, part in rows:
            sums[keys[place]] = sums.get(keys[place], Sums()) + part
        found = [
            Line(str(key), label(key), one, self.query(**{name: str(key)}), TONES.get(key, ""))
            for key, one in sums.items()
        ]
        return sorted(found, key=lambda line: (-line.sums.files, line.label))

    @cached_property
    def summary(self) -> Summary:
        """Two queries for the average and the medians."""
        files = counted(self.user, self.envelope).annotate(
            decided_at=Coalesce(
                "award__decided_at",
                "rejection__decided_at",
                Case(When(state=State.INELIGIBLE, then=F("state_since"))),
            ),
            waited=_between("decided_at", "submitted_at"),
        )
        found = files.aggregate(average=Avg("award__amount"), to_decision=_median("waited"))
        later = self._first_payments().aggregate(to_payment=_median("waited"))
        average = found["average"]
        return Summary(
            average=None if average is None else round(average, 2),
            days_to_decision=_days(found["to_decision"]),
            days_to_payment=_days(later["to_payment"]),
        )

    def _first_payments(self) -> QuerySet[Any, Any]:
        """One row for each award that was paid something, with `waited` since its decision."""
        files = counted(self.user, self.envelope)
        paid = Entry.objects.filter(
            kind=Entry.Kind.PAY, account__award__application__in=files
        ).order_by()
        first = paid.values("account").annotate(first=Min("at"))
        return first.annotate(waited=_between("first", "account__award__decided_at"))

    @cached_property
    def largest(self) -> list[Holder]:
        """The undertakings with most money committed to them."""
        files = holding(counted(self.user, self.envelope)).filter(award__account__committed__gt=0)
        rows = files.values("holder").annotate(
            name=Min("startup__name"), files=Count("pk"), money=Sum("award__account__committed")
        )
        return [
            Holder(
                name=row["name"],
                files=row["files"],
                committed=row["money"],
                share=row["money"] / self.total.committed,
                query=self.query(award="yes", undertaking=str(row["holder"])),
            )
            for row in rows.order_by("-money", "name")[:LARGEST]
        ]

    @property
    def concentration(self) -> Decimal | None:
        """The share of the largest in what is committed, of one."""
        return sum((one.share for one in self.largest), ZERO) if self.largest else None


def holding(files: QuerySet[Application]) -> QuerySet[Any]:
    """With `holder`: the undertaking of the startup, or less than zero the startup's own key when
    none is known."""
    member = UndertakingMember.objects.filter(enterprise_number=OuterRef("enterprise_number"))
    number = BigIntegerField()
    return files.annotate(
        holder=Coalesce(
            Subquery(member.values("undertaking")[:1]),
            Cast("startup", number) * Value(-1),
            output_field=number,
        )
    )


def _between(later: str, earlier: str) -> ExpressionWrapper:
    return ExpressionWrapper(F(later) - F(earlier), output_field=DurationField())


def _days(span: timedelta | None) -> Decimal | None:
    return None if span is None else round(Decimal(span.total_seconds()) / 86400, 1)


def _median(name: str) -> MedianOf:
    return MedianOf(name, output_field=DurationField())
