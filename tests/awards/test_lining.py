"""The funding line on small lists that a reader can work out by hand."""

from decimal import Decimal
from time import perf_counter
from typing import Any

import pytest

from brustart.awards.lining import Candidate, Division, Method, Money, Sure, Why, divide


def file(place: int, asked: int, **changes: Any) -> Candidate:
    known: dict[str, Any] = {
        "file": place,
        "place": place,
        "value": Decimal(50 - place) / 10,
        "asked": Decimal(asked),
        "minimum": Decimal(asked) * 6 / 10,
        "expected": Decimal(place),
        "low": Decimal(max(1, place - 1)),
        "high": Decimal(place + 1),
        "track": "digital",
    }
    return Candidate(**known | changes)


def by_rank(files: list[Candidate], total: int, **money: Any) -> Division:
    return divide(files, Money(Decimal(total), **money), Method.BY_RANK)


def best(files: list[Candidate], total: int, **money: Any) -> Division:
    return divide(files, Money(Decimal(total), **money), Method.BEST_TOTAL)


def amounts(found: Division) -> list[int]:
    return [int(one.amount) for one in found.choices]


def whys(found: Division) -> list[Why]:
    return [one.why for one in found.choices]


def test_the_last_file_by_rank_may_get_a_part() -> None:
    found = by_rank([file(1, 100), file(2, 100), file(3, 100)], 170)
    assert amounts(found) == [100, 70, 0]
    assert whys(found) == [Why.WHOLE, Why.PART, Why.OUTSIDE]
    assert found.left == 0


def test_by_rank_stops_at_the_first_that_does_not_fit() -> None:
    found = by_rank([file(1, 100), file(2, 100), file(3, 40)], 150)
    assert amounts(found) == [100, 0, 0]
    assert whys(found) == [Why.WHOLE, Why.OUTSIDE, Why.PASSED_OVER]
    assert found.left == 50


def test_a_track_that_is_used_up_stops_its_own_files_alone() -> None:
    files = [file(1, 100), file(2, 100), file(3, 100, track="ehealth"), file(4, 50)]
    found = by_rank(files, 1000, tracks={"digital": Decimal(120)})
    assert amounts(found) == [100, 0, 100, 0]
    assert whys(found) == [Why.WHOLE, Why.TRACK, Why.WHOLE, Why.TRACK]
    assert found.lines == {"digital": 1}


def test_the_best_total_skips_what_costs_more_than_it_adds() -> None:
    files = [file(1, 300, minimum=Decimal(300)), file(2, 150), file(3, 150)]
    assert amounts(by_rank(files, 300)) == [300, 0, 0]
    found = best(files, 300)
    assert amounts(found) == [0, 150, 150]
    assert whys(found)[0] is Why.OUTSIDE


def test_what_is_left_above_the_minimums_goes_to_the_best_place() -> None:
    found = best([file(1, 100), file(2, 100), file(3, 100)], 230)
    assert amounts(found) == [100, 70, 60]


def test_of_two_alike_the_one_that_needs_less() -> None:
    files = [file(1, 100, value=Decimal(4)), file(2, 80, value=Decimal(4))]
    assert amounts(best(files, 55)) == [0, 55]
    assert amounts(best(files, 70)) == [0, 70]


def test_of_equal_totals_the_better_places() -> None:
    """5 + 1 and 3 + 3 are worth the same and cost the same."""
    worth_and_least = [(5, 150), (4, 900), (3, 100), (3, 100), (1, 50)]
    files = [
        file(place, 1000, value=Decimal(worth), minimum=Decimal(least))
        for place, (worth, least) in enumerate(worth_and_least, start=1)
    ]
    assert amounts(best(files, 200)) == [150, 0, 0, 0, 50]


def test_an_amount_by_hand_comes_first_whatever_the_place() -> None:
    files = [file(1, 100), file(2, 100, passes=False, forced=Decimal(30)), file(3, 100)]
    found = by_rank(files, 130)
    assert amounts(found) == [100, 30, 0]
    assert found.choices[1].sure is Sure.APART


def test_an_amount_by_hand_that_does_not_fit_gives_nothing() -> None:
    found = by_rank([file(1, 100, forced=Decimal(100)), file(2, 50)], 60)
    assert amounts(found) == [0, 50]
    assert whys(found)[0] is Why.HAND_TOO_HIGH


@pytest.mark.parametrize("method", Method)
def test_thresholds_exclusion_and_the_last_place_bar_a_file(method: Method) -> None:
    files = [file(1, 10, passes=False), file(2, 10, excluded=True), file(3, 10), file(4, 10)]
    found = divide(files, Money(Decimal(1000), until=3), method)
    assert whys(found) == [Why.THRESHOLDS, Why.EXCLUDED, Why.WHOLE, Why.TOO_FAR]


def test_firm_and_tie_band() -> None:
    files = [file(place, 100) for place in range(1, 6)]
    found = by_rank(files, 300)
    assert found.lines == {"": 3}
    sure = [one.sure for one in found.choices]
    assert sure == [Sure.FIRM, Sure.TIE, Sure.TIE, Sure.TIE, Sure.FIRM]


def test_where_all_are_reached_there_is_no_line() -> None:
    found = by_rank([file(1, 100), file(2, 100)], 1000)
    assert found.lines == {}
    assert {one.sure for one in found.choices} == {Sure.FIRM}


@pytest.mark.parametrize("method", Method)
def test_nothing_to_divide_and_nobody_to_fund(method: Method) -> None:
    assert amounts(divide([file(1, 100)], Money(Decimal(0)), method)) == [0]
    assert divide([], Money(Decimal(100)), method).choices == ()


def test_a_thousand_files_take_seconds() -> None:
    files = [
        file(place, 25_000 + place * 7919 % 225_000, value=Decimal(60_000 - place * 37) / 10_000)
        for place in range(1, 1001)
    ]
    begun = perf_counter()
    found = best(files, 40_000_000)
    assert perf_counter() - begun < 20
    assert found == best(files, 40_000_000)
    assert found.total <= 40_000_000
