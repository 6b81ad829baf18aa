"""Geometry of figures over time and of figures side by side; templates in components/ draw it.

As in charts.py: lengths are strings; horizontal ones are percentages, vertical ones pixels, so
that one drawing serves a phone and a wide screen.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from .charts import in_percent
from .money import ZERO

TOP, HEIGHT, FOOT = 28, 240, 32  # pixels
APART = 22  # between two labels
Scale = Callable[[Decimal], float]


@dataclass(frozen=True)
class Level:
    """How the money stood from a day on, in EUR."""

    day: date
    cap: Decimal
    committed: Decimal
    paid: Decimal

    @property
    def left(self) -> Decimal:
        return self.cap - self.committed


@dataclass(frozen=True)
class Area:
    """A rectangle of one kind: "paid" or "unpaid"."""

    kind: str
    x: str
    width: str
    y: str
    height: str


@dataclass(frozen=True)
class Stroke:
    """A piece of a step line: "cap" or "left"."""

    kind: str
    x1: str
    x2: str
    y1: str
    y2: str


@dataclass(frozen=True)
class Named:
    """What a band or a line is, and its last amount in EUR, at the right end."""

    kind: str
    words: str
    amount: Decimal
    y: str


@dataclass(frozen=True)
class BurnDown:
    areas: list[Area]
    strokes: list[Stroke]
    labels: list[Named]
    ticks: list[tuple[str, str, date]]  # place, anchor, day
    height: int
    base: int


def burn_down(levels: Sequence[Level], until: date) -> BurnDown:
    """What is left falls from the cap towards the base; above it stands what was committed, still
    to be paid and paid. Each level holds until the next, the last until that day."""
    most = max([one.cap for one in levels] + [one.committed for one in levels] + [Decimal(1)])
    begin = levels[0].day if levels else until
    days = max((until - begin).days, 1)

    def x(day: date) -> float:
        return min(max((day - begin).days / days * 100, 0.0), 100.0)

    def y(amount: Decimal) -> float:
        return TOP + HEIGHT - float(max(amount, ZERO) / most) * HEIGHT

    ends = [x(one.day) for one in levels[1:]] + [100.0]
    spans = (
        [(one, x(one.day), end) for one, end in zip(levels, ends, strict=True)] if levels else []
    )
    return BurnDown(
        areas=[area for span in spans for area in _areas(*span, y)],
        strokes=list(_strokes(spans, y)),
        labels=_labels(levels[-1], y) if levels else [],
        ticks=_ticks(begin, until),
        height=TOP + HEIGHT + FOOT,
        base=TOP + HEIGHT,
    )


def _areas(level: Level, start: float, end: float, y: Scale) -> Iterator[Area]:
    unpaid_to = level.cap - level.paid
    for kind, low, high in (("unpaid", level.left, unpaid_to), ("paid", unpaid_to, level.cap)):
        if high > low and end > start:
            top, height = y(high), y(low) - y(high)
            yield Area(
                kind, in_percent(start), in_percent(end - start), _pixels(top), _pixels(height)
            )


def _strokes(spans: Sequence[tuple[Level, float, float]], y: Scale) -> Iterator[Stroke]:
    """Along each level, and up or down to the next."""
    for kind in ("left", "cap"):
        before: float | None = None
        for level, start, end in spans:
            height, at = y(getattr(level, kind)), in_percent(start)
            if before is not None and before != height:
                yield Stroke(kind, at, at, _pixels(before), _pixels(height))
            yield Stroke(kind, at, in_percent(end), _pixels(height), _pixels(height))
            before = height


def _labels(last: Level, y: Scale) -> list[Named]:
    """From the top down, none upon another, each as near to its band as there is room."""
    unpaid = last.committed - last.paid
    wanted = [
        ("cap", _("cap"), last.cap, y(last.cap) - 8),
        ("paid", _("paid"), last.paid, y(last.cap - last.paid / 2) + 5),
        ("unpaid", _("committed, still to be paid"), unpaid, y(last.left + unpaid / 2) + 5),
        ("left", _("left"), last.left, y(last.left / 2) + 5),
    ]
    shown = [one for one in wanted if one[2] > ZERO]
    places = _spread([one[3] for one in shown], TOP + HEIGHT - 6)
    return [
        Named(kind, words, amount, _pixels(place))
        for (kind, words, amount, _at), place in zip(shown, places, strict=True)
    ]


def _spread(places: Sequence[float], bottom: float) -> list[float]:
    """The same places with room between them: pushed down, then up from the bottom."""
    found: list[float] = []
    for place in places:
        found.append(max(place, found[-1] + APART) if found else place)
    for at in range(len(found) - 1, -1, -1):
        lowest = bottom if at == len(found) - 1 else found[at + 1] - APART
        found[at] = min(found[at], lowest)
    return found


def _ticks(begin: date, until: date) -> list[tuple[str, str, date]]:
    if begin >= until:
        return [("100%", "end", until)]
    return [("0%", "start", begin), ("100%", "end", until)]


@dataclass(frozen=True)
class Pair:
    """One row's bar: a part within a whole, both on the scale of the longest of all."""

    whole: str
    part: str


def pairs(rows: Sequence[tuple[Decimal, Decimal]]) -> list[Pair]:
    """Widths of (whole, part), each in EUR."""
    most = max([max(row) for row in rows] + [Decimal(1)])
    return [
        Pair(in_percent(whole / most * 100), in_percent(part / most * 100)) for whole, part in rows
    ]


def _pixels(value: float) -> str:
    return f"{value:.1f}"
