"""The ranked list of a call beside the money that is left."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Sum, Value, When, Window
from django.db.models.functions import Coalesce

from applications.models import Application
from applications.states import JUDGED, TONES, State
from brustart.core import queue
from brustart.core.money import ZERO
from brustart.fund.models import Call

from ..grid import TOP_MARK, Criterion
from .models import PanelScore, Rank, Step

UNDECIDED = frozenset({State.REVIEWED, State.WAITING, State.PROPOSED})
BAR_STEP, BAR_HEIGHT = 16, 40  # pixels
HALF = Decimal("0.5")  # a place is as wide as one, around its number


@dataclass(frozen=True)
class Bar:
    """A criterion's median as an upright bar; lengths in pixels."""

    label: str
    median: Decimal
    x: int
    height: int

    @property
    def y(self) -> int:
        return BAR_HEIGHT - self.height


@dataclass(frozen=True)
class Interval:
    """An expected rank and its 50 % interval as lengths of a drawing, in percent."""

    low: str
    width: str
    expected: str
    line: str

    @classmethod
    def of(cls, rank: Rank, *, last: int, line: Decimal | None) -> "Interval":
        def along(place: Decimal) -> Decimal:
            return (place - Decimal("0.5")) / max(last, 1) * 100

        low, high = along(rank.low - HALF), along(rank.high + HALF)
        return cls(
            low=f"{low:.2f}%",
            width=f"{high - low:.2f}%",
            expected=f"{along(rank.expected):.2f}%",
            line="" if line is None else f"{along(line + HALF):.2f}%",
        )


@dataclass(frozen=True)
class Ranked:
    """One line. `running`: EUR asked so far by the files that are still undecided and meet the
    thresholds, this one included; None for the others."""

    rank: Any  # a row of `rows`
    left: Decimal
    line: Decimal | None  # line_of
    last: int  # how many files there are

    @property
    def application(self) -> Application:
        file: Application = self.rank.application
        return file

    @property
    def score(self) -> PanelScore:
        return self.application.panel_score

    @property
    def running(self) -> Decimal | None:
        return self.rank.running if self.rank.counted is not None else None

    @property
    def fits(self) -> bool:
        return (self.running or ZERO) <= self.left

    @property
    def is_close(self) -> bool:
        """The funding line runs through the interval of the rank: too close to call."""
        counts = self.running is not None and self.line is not None
        return counts and self.rank.low <= self.line <= self.rank.high

    @property
    def interval(self) -> Interval:
        """The picture of the rank: from best (left) to last (right)."""
        return Interval.of(self.rank, last=self.last, line=self.line)

    @property
    def bars(self) -> list["Bar"]:
        """A median a criterion, in the order of the grid."""
        medians = [Decimal(self.score.medians.get(one, 0)) for one in Criterion]
        return [
            Bar(str(one.label), median, BAR_STEP * place, round(BAR_HEIGHT * median / TOP_MARK))
            for place, (one, median) in enumerate(zip(Criterion, medians, strict=True))
        ]

    @property
    def tone(self) -> str:
        return TONES[State(self.application.state)]


def rows(call: Call) -> QuerySet[Rank]:
    """The call's judged files by place. `counted`: EUR asked by a file that is still undecided and
    meets the thresholds; `running`: these added up, this one included."""
    counts = Q(application__panel_score__passes=True, application__state__in=UNDECIDED)
    total = Window(Sum("counted"), order_by=[F("place").asc(), F("application_id").asc()])
    return (
        Rank.objects.filter(call=call, application__state__in=JUDGED)
        .annotate(
            counted=Case(When(counts, then=F("application__requested"))),
            running=Coalesce(total, Value(ZERO)),
        )
        .select_related("application__startup", "application__panel_score")
        .order_by("place", "application_id")
    )


def line_of(rows: QuerySet[Any], left: Decimal) -> Decimal | None:
    """Where the money ends: the expected rank of the last file that `left` EUR still reach."""
    within = rows.filter(counted__isnull=False, running__lte=left)
    last = within.order_by("-place", "-application_id").first()
    return last.expected if last else None


def is_being_ranked(call: Call) -> bool:
    """Whether marks are being added up, or places given, so that the list may change."""
    busy = Step.objects.filter(call=call, state__in=[queue.State.QUEUED, queue.State.RUNNING])
    return busy.exists()
