"""Whom a sum reaches: the ranked files against what is to be divided. It advises; people decide.

By rank: from the first place down, whole amounts while they last. The file at which the money ends
may get the rest, if that is its minimum at least; nobody behind it gets anything, however small.

Best total: the files whose calibrated means add up to the most within the sum. A file counts with
its whole mean from its minimum on, for that is the least with which its project can be done; what
is left above the minimums then goes to the best places first, up to what they ask. Found exactly
(OR-tools CP-SAT, proven optimal). Of equal totals the one with the better places is taken; of two
files alike in mean and track, the one that needs less.

The line and what is firm: domain.md, section 11. Pure functions of their arguments; money in EUR.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from functools import cached_property
from itertools import pairwise
from math import gcd

from brustart.core.money import ZERO

CENT = Decimal("0.01")
POINT = 10_000  # a mean has four decimals
SEED = 20_261


class Method(Enum):
    BY_RANK = "rank"
    BEST_TOTAL = "total"


class Why(Enum):
    """Why a file gets what it gets."""

    WHOLE = "whole"  # all it asked for
    PART = "part"  # less than it asked for, its minimum at least
    BY_HAND = "by_hand"  # the amount that a person gave it
    EXCLUDED = "excluded"  # left out by a person
    THRESHOLDS = "thresholds"  # the panel's marks do not meet them
    TOO_FAR = "too_far"  # behind the last place that may be funded
    TRACK = "track"  # the sum of its track is used up
    OUTSIDE = "outside"  # the sum is used up
    PASSED_OVER = "passed_over"  # its minimum would still fit in what is left
    HAND_TOO_HIGH = "hand_too_high"  # the amount that a person gave it does not fit


class Sure(Enum):
    """How far the ranking alone carries the choice."""

    FIRM = "firm"  # its 50 % interval lies on one side of the line, and so does the choice
    TIE = "tie"  # the interval crosses the line: another panel might have chosen otherwise
    APART = "apart"  # the choice is not the ranking's: a person's, a track's, the best total's


SHUT = frozenset({Why.TRACK, Why.OUTSIDE, Why.PASSED_OVER})  # would have been funded with more


@dataclass(frozen=True)
class Candidate:
    """A ranked file. `value`: its calibrated mean of 5; `expected`, `low`, `high`: of its rank;
    `forced`: the amount that a person gave it, whatever its place and thresholds."""

    file: int
    place: int
    value: Decimal
    asked: Decimal
    minimum: Decimal
    expected: Decimal
    low: Decimal
    high: Decimal
    track: str = ""
    passes: bool = True
    excluded: bool = False
    forced: Decimal | None = None

    @property
    def least(self) -> Decimal:
        """The smallest amount that is an award to this file."""
        return min(max(self.minimum, CENT), self.asked)


@dataclass(frozen=True)
class Money:
    """`total` to divide; `tracks`: the most for files of a track, of those that have a bound;
    `until`: the last place that may be funded."""

    total: Decimal
    tracks: Mapping[str, Decimal] = field(default_factory=dict)
    until: int | None = None


@dataclass(frozen=True)
class Choice:
    candidate: Candidate
    amount: Decimal
    why: Why
    sure: Sure

    @property
    def funded(self) -> bool:
        return self.amount > 0


@dataclass(frozen=True)
class Division:
    """What each file gets, in the order of places. `lines`: by track, or "" for those without a
    sum of their own: the expected rank of the last file that the money reaches; where nobody is
    left outside there is no line."""

    choices: tuple[Choice, ...]
    lines: Mapping[str, Decimal]
    left: Decimal

    @cached_property
    def funded(self) -> list[Choice]:
        return [one for one in self.choices if one.funded]

    @property
    def total(self) -> Decimal:
        return sum((one.amount for one in self.choices), ZERO)

    def share(self, track: str) -> Decimal | None:
        """What part of the money goes to the track, of 1; None when no money goes anywhere."""
        own = [one.amount for one in self.choices if one.candidate.track == track]
        return sum(own, ZERO) / self.total if self.total else None


def divide(candidates: Iterable[Candidate], money: Money, method: Method) -> Division:
    """Amounts by hand first, then the method on what is left."""
    ordered = sorted(candidates, key=lambda one: (one.place, one.file))
    purse = _Purse(money)
    given = _by_hand(ordered, purse)
    barred = {one.file: why for one in ordered if (why := _barred(one, money))}
    free = [one for one in ordered if one.file not in given and one.file not in barred]
    found = _by_rank(free, purse) if method is Method.BY_RANK else _best_total(free, purse)
    outcome = {file: (ZERO, why) for file, why in barred.items()} | given | found
    return _judged(ordered, outcome, money, purse.left)


class _Purse:
    """What is left of the sum, and of the sum of each track that has one."""

    def __init__(self, money: Money) -> None:
        self.left = max(money.total, ZERO)
        self.tracks = {track: max(most, ZERO) for track, most in money.tracks.items()}

    def room(self, track: str) -> Decimal:
        return min(self.left, self.tracks.get(track, self.left))

    def take(self, track: str, amount: Decimal) -> None:
        self.left -= amount
        if track in self.tracks:
            self.tracks[track] -= amount


Outcome = dict[int, tuple[Decimal, Why]]


def _by_hand(ordered: Sequence[Candidate], purse: _Purse) -> Outcome:
    """Amounts that people gave, the best places first: all of it, or nothing where it does not
    fit."""
    given: Outcome = {}
    for one in ordered:
        if one.forced is None or one.excluded:
            continue
        amount = min(one.forced, one.asked)
        if amount > purse.room(one.track):
            given[one.file] = (ZERO, Why.HAND_TOO_HIGH)
            continue
        purse.take(one.track, amount)
        given[one.file] = (amount, Why.BY_HAND)
    return given


def _barred(one: Candidate, money: Money) -> Why | None:
    if one.excluded:
        return Why.EXCLUDED
    if not one.passes:
        return Why.THRESHOLDS
    return Why.TOO_FAR if money.until is not None and one.place > money.until else None


def _whole(one: Candidate, amount: Decimal) -> tuple[Decimal, Why]:
    return amount, Why.WHOLE if amount == one.asked else Why.PART


def _by_rank(free: Sequence[Candidate], purse: _Purse) -> Outcome:
    """Down the list until something is used up; a track that is used up stops its own files."""
    found: Outcome = {}
    shut: set[str] = set()
    over = False
    for one in free:
        if over or one.track in shut:
            found[one.file] = (ZERO, _left_out(one, purse))
            continue
        room = purse.room(one.track)
        amount = one.asked if one.asked <= room else room if room >= one.least else ZERO
        if amount < one.asked:
            over = room == purse.left
            shut.add(one.track)
        purse.take(one.track, amount)
        found[one.file] = _whole(one, amount) if amount else (ZERO, _left_out(one, purse))
    return found


def _left_out(one: Candidate, purse: _Purse) -> Why:
    if one.least <= purse.room(one.track):
        return Why.PASSED_OVER
    return Why.TRACK if one.least <= purse.left else Why.OUTSIDE


def _best_total(free: Sequence[Candidate], purse: _Purse) -> Outcome:
    """The best set at its minimums, then what is left to its best places."""
    chosen = _best_set(free, purse)
    for one in chosen:
        purse.take(one.track, one.least)
    found: Outcome = {}
    for one in chosen:
        more = min(one.asked - one.least, purse.room(one.track))
        purse.take(one.track, more)
        found[one.file] = _whole(one, one.least + more)
    return found | {
        one.file: (ZERO, _left_out(one, purse)) for one in free if one.file not in found
    }


def _best_set(free: Sequence[Candidate], purse: _Purse) -> list[Candidate]:
    """The files of the highest sum of means whose minimums fit, in the order of places."""
    fitting = [one for one in free if one.least <= purse.room(one.track)]
    if not fitting:
        return []
    from ortools.sat.python import cp_model  # large, and rarely needed

    model = cp_model.CpModel()
    taken = [model.new_bool_var(str(one.file)) for one in fitting]
    for tracks, most in ((None, purse.left), *purse.tracks.items()):
        rows = [place for place, one in enumerate(fitting) if tracks in (None, one.track)]
        costs, bound = _scaled([fitting[place].least for place in rows], most)
        model.add(sum(cost * taken[row] for cost, row in zip(costs, rows, strict=True)) <= bound)
    for cheaper, dearer in _alike(fitting):
        model.add_implication(taken[dearer], taken[cheaper])
    model.maximize(sum(w * one for w, one in zip(_worth(fitting), taken, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.random_seed = 1, SEED
    if solver.solve(model) != cp_model.OPTIMAL:  # every set may be empty, so there is an optimum
        raise RuntimeError("the best total was not proven")
    return [one for one, variable in zip(fitting, taken, strict=True) if solver.value(variable)]


def _scaled(amounts: Sequence[Decimal], most: Decimal) -> tuple[list[int], int]:
    """In whole units, as large as all amounts allow."""
    cents = [int(amount * 100) for amount in amounts]
    unit = gcd(*cents) or 1
    return [one // unit for one in cents], int(most * 100) // unit


def _worth(fitting: Sequence[Candidate]) -> list[int]:
    """The mean in ten-thousandths, and far below it the place."""
    number = len(fitting)
    above = number * (number + 1) // 2 + 1
    return [int(one.value * POINT) * above + number - place for place, one in enumerate(fitting)]


def _alike(fitting: Sequence[Candidate]) -> list[tuple[int, int]]:
    """Neighbours of equal mean in a track: who needs less, and who is funded only after it."""
    groups: dict[tuple[Decimal, str], list[int]] = defaultdict(list)
    for row, one in enumerate(fitting):
        groups[one.value, one.track].append(row)
    pairs: list[tuple[int, int]] = []
    for rows in groups.values():
        rows.sort(key=lambda row: (fitting[row].least, row))
        pairs += pairwise(rows)
    return pairs


def _judged(
    ordered: Sequence[Candidate], outcome: Outcome, money: Money, left: Decimal
) -> Division:
    lines = _lines(ordered, outcome, money)
    choices = []
    for one in ordered:
        amount, why = outcome[one.file]
        line = lines.get(one.track if one.track in money.tracks else "")
        choices.append(Choice(one, amount, why, _sure(one, amount, why, line)))
    return Division(tuple(choices), lines, left)


def _lines(ordered: Sequence[Candidate], outcome: Outcome, money: Money) -> dict[str, Decimal]:
    """The expected rank of the last file that the money reaches, where it does not reach all."""
    reached: dict[str, Decimal] = {}
    short: set[str] = set()
    for one in ordered:
        group = one.track if one.track in money.tracks else ""
        amount, why = outcome[one.file]
        if amount and why is not Why.BY_HAND:
            reached[group] = max(one.expected, reached.get(group, ZERO))
        elif why in SHUT or why is Why.TOO_FAR:
            short.add(group)
    return {group: line for group, line in reached.items() if group in short}


def _sure(one: Candidate, amount: Decimal, why: Why, line: Decimal | None) -> Sure:
    if why in {Why.EXCLUDED, Why.BY_HAND, Why.HAND_TOO_HIGH}:
        return Sure.APART
    if line is None or why is Why.THRESHOLDS:
        return Sure.FIRM
    if one.low <= line <= one.high:
        return Sure.TIE
    return Sure.FIRM if (one.high < line) == (amount > 0) else Sure.APART
