"""The ranked list of a call beside the money that is left."""

from dataclasses import dataclass
from decimal import Decimal

from applications.models import Application
from applications.states import JUDGED, TONES, State
from brustart.core import queue
from brustart.core.money import ZERO
from brustart.fund.models import Call

from ..grid import TOP_MARK, Criterion
from .models import PanelScore, Rank, Step

UNDECIDED = frozenset({State.REVIEWED, State.WAITING, State.PROPOSED})
BAR_STEP, BAR_HEIGHT = 16, 40  # pixels


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
class Ranked:
    """One line. `running`: EUR asked so far by the files that are still undecided and meet the
    thresholds, this one included; None for the others."""

    place: int
    application: Application
    score: PanelScore
    running: Decimal | None
    fits: bool

    @property
    def bars(self) -> list["Bar"]:
        """A median a criterion, in the order of the grid."""
        medians = [Decimal(self.score.medians.get(one, 0)) for one in Criterion]
        return [
            Bar(str(one.label), median, BAR_STEP * place, round(BAR_HEIGHT * median / TOP_MARK))
            for place, (one, median) in enumerate(zip(Criterion, medians, strict=True))
        ]

    @property
    def width(self) -> str:
        """The total as a length for the picture, free of the language's decimal sign."""
        return f"{self.score.total:.2f}%"

    @property
    def tone(self) -> str:
        return TONES[State(self.application.state)]


def ranked(call: Call, *, left: Decimal) -> list[Ranked]:
    """The call's judged files by place, with the sum asked so far against what is left (EUR)."""
    ranks = Rank.objects.filter(call=call, application__state__in=JUDGED).select_related(
        "application__startup", "application__panel_score"
    )
    lines, running = [], ZERO
    for rank in ranks.order_by("place", "application"):
        file, score = rank.application, rank.application.panel_score
        counts = score.passes and file.state in UNDECIDED
        running += (file.requested or ZERO) if counts else ZERO
        lines.append(Ranked(rank.place, file, score, running if counts else None, running <= left))
    return lines


def is_being_ranked(call: Call) -> bool:
    """Whether marks are being added up, or places given, so that the list may change."""
    busy = Step.objects.filter(call=call, state__in=[queue.State.QUEUED, queue.State.RUNNING])
    return busy.exists()
