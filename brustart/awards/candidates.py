"""The ranked files of a call as the funding line takes them, and the line as people look at it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.models import Application, Track
from applications.states import TONES, State
from brustart.accounts.access import Reader, visible_to
from brustart.core.money import ZERO
from brustart.fund.capacity import Capacity
from brustart.fund.models import Call
from scoring.review.models import FrozenRanking, Rank
from scoring.review.ranking import Interval

from . import lining
from .lining import CENT, Candidate, Choice, Division, Money, Sure, Why
from .models import Scenario, ScenarioLine
from .reading import left_in

CHOOSABLE = frozenset({State.REVIEWED, State.WAITING})
NUMBERS = ("calibrated", "expected", "low", "high")
WHY: dict[Why, Promise | str] = {
    Why.WHOLE: _("all that is asked"),
    Why.PART: _("part of what is asked"),
    Why.BY_HAND: _("set by hand"),
    Why.EXCLUDED: _("left out by hand"),
    Why.THRESHOLDS: _("thresholds not met"),
    Why.TOO_FAR: _("behind the last place"),
    Why.TRACK: _("its track has no more"),
    Why.OUTSIDE: _("no money left"),
    Why.PASSED_OVER: _("passed over: its minimum would still fit"),
    Why.HAND_TOO_HIGH: _("the amount set by hand does not fit"),
}
SURE: dict[Sure, tuple[Promise | str, str]] = {
    Sure.FIRM: (_("firm"), "good"),
    Sure.TIE: (_("tie band"), "warn"),
    Sure.APART: (_("not by its place"), "neutral"),
}


@dataclass(frozen=True)
class Placed:
    """A file's place and whether it meets the thresholds, as a ranking has it."""

    rank: Rank
    passes: bool

    @property
    def figures(self) -> tuple[Any, ...]:
        numbers = (getattr(self.rank, name) for name in NUMBERS)
        return (self.rank.place, self.passes, *numbers)


@dataclass(frozen=True)
class Row:
    """A ranked file. `choice`: None when it is decided upon already; `after`: EUR of the sum left
    after it and all before it."""

    application: Application
    placed: Placed
    choice: Choice | None
    kept: ScenarioLine
    least: Decimal
    after: Decimal
    interval: Interval

    @property
    def why(self) -> Promise | str:
        return WHY[self.choice.why] if self.choice else ""

    @property
    def sure(self) -> tuple[Promise | str, str]:
        assert self.choice is not None
        return SURE[self.choice.sure]

    @property
    def tone(self) -> str:
        return TONES[State(self.application.state)]


@dataclass(frozen=True)
class Picture:
    """The line as it is now. `differs`: the live ranking is not the frozen one any more."""

    scenario: Scenario
    rows: list[Row]
    division: Division
    capacity: Capacity
    differs: bool

    @property
    def left_after(self) -> Decimal:
        """Of the envelope, if every open proposal and this scenario pass; below zero the cap would
        refuse some of it."""
        return self.capacity.left_if_all_pass - self.division.total

    @property
    def in_tie(self) -> int:
        return sum(one.sure is Sure.TIE for one in self.division.choices)

    @property
    def ehealth(self) -> Decimal | None:
        """Its share of the money, of 1."""
        return self.division.share(Track.EHEALTH)

    @property
    def passed_over(self) -> int:
        return sum(one.why is Why.PASSED_OVER for one in self.division.choices)

    @cached_property
    def funded(self) -> int:
        return len(self.division.funded)


def picture(scenario: Scenario, *, reader: Reader) -> Picture:
    """The scenario worked out on its ranking and the files as they are. Nine queries at most."""
    call = scenario.call
    live = _live(call)
    placed = _frozen(scenario.frozen) if scenario.frozen else live
    files = visible_to(reader, Application).filter(call=call, pk__in=placed)
    known = files.select_related("startup").in_bulk()
    lines = _lines(scenario)
    kept = {key: lines.get(key) or ScenarioLine(application_id=key) for key in placed}
    candidates = [
        _candidate(file, placed[file.pk], kept[file.pk], scenario.share)
        for file in known.values()
        if file.state in CHOOSABLE and file.requested is not None
    ]
    division = lining.divide(candidates, money(scenario), lining.Method(scenario.method))
    return Picture(
        scenario=scenario,
        rows=list(_rows(placed, known, kept, division, scenario)),
        division=division,
        capacity=left_in(call.envelope),
        differs=scenario.frozen is not None and _figures(placed) != _figures(live),
    )


def money(scenario: Scenario) -> Money:
    """What the scenario divides."""
    bounds = {Track.DIGITAL: scenario.digital, Track.EHEALTH: scenario.ehealth}
    tracks = {str(track): most for track, most in bounds.items() if most is not None}
    return Money(scenario.amount, tracks, scenario.until)


def least_of(asked: Decimal, share: int) -> Decimal:
    """The minimum of a file without one of its own: so many percent of what it asks."""
    return (asked * share / 100).quantize(CENT)


def _lines(scenario: Scenario) -> dict[int, ScenarioLine]:
    if scenario.pk is None:
        return {}
    return {one.application_id: one for one in scenario.lines.all()}


def _live(call: Call) -> dict[int, Placed]:
    ranks = Rank.objects.filter(call=call).select_related("application__panel_score")
    return {
        one.application_id: Placed(one, one.application.panel_score.passes)
        for one in ranks.order_by("place", "application_id")
    }


def _frozen(frozen: FrozenRanking) -> dict[int, Placed]:
    found = {}
    for line in frozen.content["lines"]:
        numbers = {name: Decimal(line[name]) for name in NUMBERS}
        rank = Rank(application_id=line["file"], place=line["place"], **numbers)
        found[line["file"]] = Placed(rank, line["passes"])
    return found


def _figures(placed: Mapping[int, Placed]) -> dict[int, tuple[Any, ...]]:
    return {key: one.figures for key, one in placed.items()}


def _candidate(file: Application, placed: Placed, kept: ScenarioLine, share: int) -> Candidate:
    asked, rank = file.requested or ZERO, placed.rank
    return Candidate(
        file=file.pk,
        place=rank.place,
        value=rank.calibrated,
        asked=asked,
        minimum=least_of(asked, share) if kept.minimum is None else kept.minimum,
        expected=rank.expected,
        low=rank.low,
        high=rank.high,
        track=file.track,
        passes=placed.passes,
        excluded=kept.excluded,
        forced=kept.forced,
    )


def _rows(
    placed: Mapping[int, Placed],
    known: Mapping[int, Application],
    kept: Mapping[int, ScenarioLine],
    division: Division,
    scenario: Scenario,
) -> Iterator[Row]:
    choices = {one.candidate.file: one for one in division.choices}
    bounded, after = money(scenario).tracks, scenario.amount
    for key, one in placed.items():
        if key not in known:
            continue
        choice = choices.get(key)
        after -= choice.amount if choice else ZERO
        line = division.lines.get(known[key].track if known[key].track in bounded else "")
        yield Row(
            application=known[key],
            placed=one,
            choice=choice,
            kept=kept[key],
            least=choice.candidate.least if choice else ZERO,
            after=after,
            interval=Interval.of(one.rank, last=len(placed), line=line),
        )
