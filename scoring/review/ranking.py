"""The ranked list of a call beside the money that is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, Min, Q, QuerySet, Sum, When

from applications.models import Application
from applications.states import JUDGED, TONES, State
from brustart.core import queue
from brustart.core.money import ZERO
from brustart.fund.models import Call

from ..grid import TOP_MARK
from . import rubrics
from .models import PanelScore, Rank, Step
from .rubrics import Grid

UNDECIDED = frozenset({State.REVIEWED, State.WAITING, State.PROPOSED})
BAR_STEP, BAR_HEIGHT = 16, 40  # pixels
HALF = Decimal("0.5")  # a place is as wide as one, around its number


@dataclass(frozen=True)
class Bar:
    """A criterion's median as an upright bar; lengths in pixels."""

    label: str
    median: Decimal | None
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
            return (place - HALF) / max(last, 1) * 100

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
    running: Decimal | None
    left: Decimal
    line: Decimal | None  # line_of
    last: int  # how many files there are
    grid: Grid

    @property
    def application(self) -> Application:
        file: Application = self.rank.application
        return file

    @property
    def score(self) -> PanelScore:
        return self.application.panel_score

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
        """A median a criterion, in the order of the grid; none where it applies to nobody."""
        return [
            Bar(one.label, median, BAR_STEP * place, round(BAR_HEIGHT * (median or 0) / TOP_MARK))
            for place, one in enumerate(self.grid.measures)
            for median in [_decimal(self.score.medians.get(one.key))]
        ]

    @property
    def bars_width(self) -> int:
        return BAR_STEP * len(self.grid.measures)

    @property
    def tone(self) -> str:
        return TONES[State(self.application.state)]


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _judged(call: Call) -> QuerySet[Rank]:
    ranked = Rank.objects.filter(call=call, application__state__in=JUDGED)
    return ranked.order_by("place", "application_id")


def keys(call: Call) -> QuerySet[Any, int]:
    """The judged files' places alone, to turn pages by."""
    return _judged(call).values_list("pk", flat=True)


def rows(call: Call) -> QuerySet[Any]:
    """The call's judged files by place. `counted`: EUR asked by a file that is still undecided and
    meets the thresholds, None of the others."""
    counts = Q(application__panel_score__passes=True, application__state__in=UNDECIDED)
    return (
        _judged(call)
        .annotate(counted=Case(When(counts, then=F("application__requested"))))
        .select_related("application__startup", "application__panel_score")
    )


def lines(call: Call, shown: Sequence[Any], *, left: Decimal, last: int) -> list[Ranked]:
    """These neighbouring rows with what is asked so far; `last`: how many files there are. Its
    cost is that of the rows shown, and of one sum over those before them."""
    if not shown:
        return []
    line, grid, running = line_of(call, left), rubrics.of(call), _asked_before(call, shown[0])
    found = []
    for rank in shown:
        running += rank.counted or ZERO
        so_far = None if rank.counted is None else running
        found.append(Ranked(rank, so_far, left, line, last, grid))
    return found


def _asked_before(call: Call, first: Rank) -> Decimal:
    """EUR counted in all rows before this one."""
    tied = Q(place=first.place, application_id__lt=first.application_id)
    earlier = Q(place__lt=first.place) | tied
    total = rows(call).filter(earlier, counted__isnull=False).aggregate(sum=Sum("counted"))["sum"]
    return total or ZERO


def line_of(call: Call, left: Decimal) -> Decimal | None:
    """Where the money ends: the expected rank of the last file that `left` EUR still reach. No
    further than that many of the smallest awards could reach."""
    most = int(left / max(call.minimum, Decimal(1))) + 1
    found, running = None, ZERO
    asked = rows(call).filter(counted__isnull=False).values_list("expected", "counted")
    for expected, counted in asked[:most]:
        running += counted
        if running > left:
            break
        found = expected
    return found


@dataclass(frozen=True)
class AtWork:
    """What the worker does of a call's marks: files added up of those asked for, and whether
    severities and places are being found."""

    done: int
    total: int
    ranking: bool
    failed: bool

    @property
    def going(self) -> bool:
        return self.ranking or self.done < self.total

    @property
    def width(self) -> str:
        """The bar's length: the ranking counts as one more."""
        return f"{self.done / (self.total + 1) * 100:.0f}%"


def at_work(call: Call) -> AtWork:
    """How far the steps are that were asked for since the oldest open one. Three queries."""
    steps = Step.objects.filter(call=call, name__in=[Step.Name.SCORE, Step.Name.RANK])
    open_ones = steps.filter(state__in=[queue.State.QUEUED, queue.State.RUNNING])
    begun = open_ones.aggregate(first=Min("queued_at"))["first"]
    since = steps.filter(queued_at__gte=begun) if begun else steps.none()
    rows = list(since.values_list("name", "state"))
    files = [state for name, state in rows if name == Step.Name.SCORE]
    return AtWork(
        done=files.count(queue.State.DONE),
        total=len(files),
        ranking=any(name == Step.Name.RANK and state != queue.State.DONE for name, state in rows),
        failed=steps.filter(state=queue.State.FAILED).exists(),
    )


def is_being_ranked(call: Call) -> bool:
    """Whether marks are being added up, or places given, so that the list may change."""
    busy = Step.objects.filter(call=call, state__in=[queue.State.QUEUED, queue.State.RUNNING])
    return busy.exists()
