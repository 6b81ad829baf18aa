"""Geometry of the small SVG charts; the templates in components/ draw it.

Lengths are strings, so that no language puts a decimal comma into an attribute. Horizontal ones
are percentages and text keeps its size: one drawing serves a phone and a wide screen.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from django.utils.translation import gettext as _

from brustart.core.money import ZERO

BAR_TOP, BAR_HEIGHT, LABEL_HEIGHT = 32, 48, 28  # pixels
INSET = 1.5  # percent between a segment's edge and the line to its label
DOT_STEP, DOT_LEFT, DOT_BASE, DOT_GAP = 48, 16, 52, 17  # pixels


class Capacity(Protocol):
    """What the bar needs to know of an envelope; amounts in EUR."""

    @property
    def cap(self) -> Decimal: ...
    @property
    def committed(self) -> Decimal: ...
    @property
    def paid(self) -> Decimal: ...
    @property
    def proposed(self) -> Decimal: ...
    @property
    def left(self) -> Decimal: ...
    @property
    def left_if_all_pass(self) -> Decimal: ...


@dataclass(frozen=True)
class Segment:
    """A stretch of the bar with its direct label: where the line falls, which way the text runs."""

    kind: str
    words: str
    amount: Decimal
    x: str
    width: str
    label_x: str
    anchor: str
    shift: str
    label_y: int
    line_start: int
    line_end: int


@dataclass(frozen=True)
class Bar:
    segments: list[Segment]
    height: int
    cap_x: str
    unpaid: Decimal
    excess: Decimal


def money_bar(capacity: Capacity, public: bool = False) -> Bar:
    """The bar runs to the cap, or beyond it when the open proposals ask for more than is left."""
    proposed = ZERO if public else capacity.proposed
    unpaid = capacity.committed - capacity.paid
    end = max(capacity.cap, capacity.committed + proposed, Decimal(1))
    stretches = [
        ("paid", _("paid"), capacity.paid, ZERO),
        ("unpaid", _("committed, still to be paid"), unpaid, capacity.paid),
        ("left", _("left"), capacity.left, capacity.committed),
        ("proposed", _("proposed"), proposed, capacity.committed),
    ]
    drawn = [stretch for stretch in stretches if stretch[2] > 0]
    segments = [_segment(row, end, *stretch) for row, stretch in enumerate(drawn)]
    return Bar(
        segments=segments,
        height=BAR_TOP + BAR_HEIGHT + 8 + LABEL_HEIGHT * len(segments),
        cap_x=in_percent(capacity.cap / end * 100),
        unpaid=unpaid,
        excess=max(ZERO, capacity.committed + proposed - capacity.cap),
    )


def _segment(
    row: int, end: Decimal, kind: str, words: str, amount: Decimal, start: Decimal
) -> Segment:
    """The label runs towards the roomier side, so that it fits at 360 pixels too."""
    x, width = float(start / end * 100), float(amount / end * 100)
    inset = min(width / 2, INSET)
    rightward = 100 - x >= x + width
    label_y = BAR_TOP + BAR_HEIGHT + 8 + LABEL_HEIGHT * row + 18
    return Segment(
        kind=kind,
        words=words,
        amount=amount,
        x=in_percent(x),
        width=in_percent(width),
        label_x=in_percent(x + inset if rightward else x + width - inset),
        anchor="start" if rightward else "end",
        shift="8" if rightward else "-8",
        label_y=label_y,
        line_start=60 if kind == "proposed" else 73,
        line_end=label_y + 2,
    )


def in_percent(value: float | Decimal) -> str:
    """A horizontal length."""
    return f"{value:.3f}%"


@dataclass(frozen=True)
class Stretch:
    """A part of a plain bar; places in percent."""

    kind: str
    x: str
    width: str


def stretches(parts: Sequence[tuple[str, Decimal]]) -> list[Stretch]:
    """Parts (kind, EUR) side by side, filling the whole width; none for what is nothing."""
    total = sum((amount for _kind, amount in parts), ZERO) or Decimal(1)
    drawn, start = [], ZERO
    for kind, amount in parts:
        if amount > 0:
            drawn.append(
                Stretch(kind, in_percent(start / total * 100), in_percent(amount / total * 100))
            )
        start += amount
    return drawn


@dataclass(frozen=True)
class Contribution:
    label: str
    value: Decimal | None
    maximum: Decimal
    why: str
    width: str
    floor: Decimal | None = None
    floor_at: str = ""


def contribution(row: Mapping[str, Any]) -> Contribution:
    """A row of a score: label, value, maximum and why; `floor`, if given, is marked in the bar."""
    value, maximum, floor = row["value"], row["maximum"], row.get("floor")

    def along(amount: Any) -> str:
        return in_percent(min(float(amount or 0) / float(maximum or 1) * 100, 100.0))

    return Contribution(
        label=str(row["label"]),
        value=value,
        maximum=maximum,
        why=str(row["why"] or ""),
        width=along(value),
        floor=floor,
        floor_at=along(floor) if floor is not None else "",
    )


@dataclass(frozen=True)
class Dots:
    points: list[tuple[int, int]]
    ticks: list[tuple[int, int]]
    median_x: str
    top: int
    height: int


def dots(marks: Sequence[Decimal | int], median: Decimal | float | None) -> Dots:
    """Equal marks stand on each other; coordinates in pixels, the scale 0 to 5 below."""
    seen: Counter[Decimal | int] = Counter()
    points = []
    for mark in sorted(marks):
        points.append((DOT_LEFT + int(mark * DOT_STEP), DOT_BASE - 12 - seen[mark] * DOT_GAP))
        seen[mark] += 1
    top = min([y for _x, y in points], default=DOT_BASE - 12) - 12
    return Dots(
        points=points,
        ticks=[(step, DOT_LEFT + step * DOT_STEP) for step in range(6)],
        median_x="" if median is None else f"{DOT_LEFT + float(median) * DOT_STEP:.1f}",
        top=top,
        height=DOT_BASE + 36 - top,
    )
