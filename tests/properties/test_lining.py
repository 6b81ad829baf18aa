"""Whatever is ranked and however little is left: the line never gives more than there is, less
than a minimum or more than is asked; the best total is what trying every set gives."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from brustart.awards.lining import (
    SHUT,
    Candidate,
    Choice,
    Division,
    Method,
    Money,
    Sure,
    Why,
    divide,
)

HUNDREDS = st.integers(1, 40).map(lambda number: Decimal(number * 100))
EUROS = HUNDREDS | st.decimals("0.01", "4000", places=2)
VALUES = st.sampled_from([Decimal(one) for one in ("1.5", "2", "2.5", "3", "3.3333", "4.2", "5")])
TRACKS = ("digital", "ehealth")


@st.composite
def candidates(draw: st.DrawFn, most: int = 8) -> list[Candidate]:
    """Files by place, with equal places where means are equal."""
    values = sorted(draw(st.lists(VALUES, max_size=most)), reverse=True)
    found = []
    for number, value in enumerate(values):
        place, asked = values.index(value) + 1, draw(EUROS)
        low = draw(st.integers(1, place))
        found.append(
            Candidate(
                file=100 - number,
                place=place,
                value=value,
                asked=asked,
                minimum=draw(st.decimals(0, asked, places=2)),
                expected=Decimal(place),
                low=Decimal(low),
                high=Decimal(draw(st.integers(place, len(values)))),
                track=draw(st.sampled_from(TRACKS)),
                passes=draw(st.integers(0, 5)) > 0,
                excluded=draw(st.integers(0, 5)) == 0,
                forced=draw(st.none() | st.none() | st.decimals("0.01", asked, places=2)),
            )
        )
    return found


@st.composite
def money(draw: st.DrawFn) -> Money:
    sums = st.integers(0, 120).map(lambda number: Decimal(number * 100))
    bounds = draw(st.dictionaries(st.sampled_from(TRACKS), sums))
    return Money(draw(sums), bounds, draw(st.none() | st.none() | st.integers(1, 8)))


METHODS = st.sampled_from(Method)


def amounts(found: Division) -> dict[int, Decimal]:
    return {one.candidate.file: one.amount for one in found.choices}


@given(candidates(), money(), METHODS)
def test_what_is_given_fits(files: list[Candidate], there: Money, method: Method) -> None:
    found = divide(files, there, method)
    assert len(found.choices) == len(files)
    assert found.total + found.left == there.total
    assert found.left >= 0
    for track, most in there.tracks.items():
        assert sum(one.amount for one in found.choices if one.candidate.track == track) <= most
    for one in found.funded:
        least = one.candidate.least if one.why is not Why.BY_HAND else one.candidate.forced
        assert least is not None
        assert least <= one.amount <= one.candidate.asked
        assert not one.candidate.excluded
        assert one.candidate.passes or one.why is Why.BY_HAND
    assert all(one.amount == 0 for one in found.choices if one.why in SHUT)


@given(candidates(), money(), METHODS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    files: list[Candidate], there: Money, method: Method, chance: Random
) -> None:
    shuffled = list(files)
    chance.shuffle(shuffled)
    assert divide(shuffled, there, method) == divide(files, there, method)


@given(candidates(), money())
def test_by_rank_is_a_prefix_of_each_track(files: list[Candidate], there: Money) -> None:
    """Without a sum for the track, of the whole list; and only the last one gets a part."""
    found = divide(files, there, Method.BY_RANK)
    free = [one for one in found.choices if one.why in {Why.WHOLE, Why.PART} | SHUT]
    groups = {one.candidate.track for one in free} if there.tracks else {None}
    for track in groups:
        own = [one for one in free if track in (None, one.candidate.track)]
        whys = [one.why for one in own]
        reached = [one.funded for one in own]
        assert reached == sorted(reached, reverse=True)
        assert Why.PART not in whys[: max(sum(reached) - 1, 0)]


def _free(found: Division) -> list[Choice]:
    return [one for one in found.choices if one.why in {Why.WHOLE, Why.PART} | SHUT]


def _fits(chosen: Sequence[Candidate], room: Money) -> bool:
    return sum(one.least for one in chosen) <= room.total and all(
        sum(one.least for one in chosen if one.track == track) <= most
        for track, most in room.tracks.items()
    )


@settings(max_examples=200)
@given(candidates(), money())
def test_the_best_total_is_the_best_of_all_sets(files: list[Candidate], there: Money) -> None:
    found = divide(files, there, Method.BEST_TOTAL)
    by_hand = [one for one in found.choices if one.why is Why.BY_HAND]
    room = Money(
        there.total - sum(one.amount for one in by_hand),
        {
            track: most - sum(one.amount for one in by_hand if one.candidate.track == track)
            for track, most in there.tracks.items()
        },
    )
    free = [one.candidate for one in _free(found)]
    best = max(
        sum((one.value for one in chosen), Decimal(0))
        for number in range(len(free) + 1)
        for chosen in combinations(free, number)
        if _fits(chosen, room)
    )
    assert sum(one.candidate.value for one in _free(found) if one.funded) == best


@given(candidates(), money())
def test_the_best_total_leaves_no_money_that_a_funded_file_asks(
    files: list[Candidate], there: Money
) -> None:
    found = divide(files, there, Method.BEST_TOTAL)
    spent = {
        track: sum(one.amount for one in found.choices if one.candidate.track == track)
        for track in there.tracks
    }
    for one in found.choices:
        if one.why is Why.PART:
            track = one.candidate.track
            rest = there.tracks[track] - spent[track] if track in spent else found.left
            assert min(found.left, rest) == 0


@given(candidates(), money(), METHODS)
def test_leaving_a_funded_file_out_frees_its_money(
    files: list[Candidate], there: Money, method: Method
) -> None:
    before = divide(files, there, method)
    for one in before.funded:
        without = [
            replace(file, excluded=True) if file.file == one.candidate.file else file
            for file in files
        ]
        after = divide(without, there, method)
        assert amounts(after)[one.candidate.file] == 0


@given(candidates(), money(), METHODS)
def test_firm_is_on_its_side_of_the_line(
    files: list[Candidate], there: Money, method: Method
) -> None:
    found = divide(files, there, method)
    for one in found.choices:
        file = one.candidate
        line = found.lines.get(file.track if file.track in there.tracks else "")
        if one.sure is Sure.TIE:
            assert line is not None
            assert file.low <= line <= file.high
        elif one.sure is Sure.FIRM and line is not None and one.why is not Why.THRESHOLDS:
            assert (file.high < line) if one.funded else (file.low > line)
