"""The ceiling of one undertaking, with dates and amounts on both sides of each edge."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from brustart.fund import deminimis
from brustart.fund.figures import figure
from brustart.fund.models import Aid

pytestmark = pytest.mark.django_db
NUMBER, SISTER, OTHER = "1999000064", "1999000161", "1999000258"
DAY = date(2026, 11, 22)
NOW = timezone.now()


def grant(amount: int, on: date, reference: str) -> None:
    deminimis.grant([NUMBER], Decimal(amount), on=on, now=NOW, reference=reference)


@pytest.mark.parametrize(
    ("granted_on", "used"),
    [
        (date(2023, 11, 22), 100_000),  # three years to the day still count: the cautious reading
        (date(2023, 11, 21), 0),
        (date(2026, 11, 22), 100_000),
    ],
)
def test_three_calendar_years_look_back(granted_on: date, used: int) -> None:
    Aid.objects.create(
        undertaking=deminimis.undertaking(NUMBER),
        kind=Aid.Kind.GRANTED,
        amount=100_000,
        counted_on=granted_on,
        reference="old",
    )
    assert deminimis.used([NUMBER], DAY) == used


def test_a_leap_day_counts_until_the_last_of_february() -> None:
    grant(1, date(2024, 2, 29), "leap")
    assert deminimis.used([NUMBER], date(2027, 2, 28)) == 1
    assert deminimis.used([NUMBER], date(2027, 3, 1)) == 0


def test_the_whole_ceiling_may_be_used_and_not_a_cent_more() -> None:
    grant(300_000, DAY, "all")
    with pytest.raises(deminimis.OverCeiling) as refusal:
        deminimis.reserve([NUMBER], Decimal("0.01"), on=DAY, reference="more")
    assert (refusal.value.headroom, refusal.value.asked) == (0, Decimal("0.01"))


def test_a_proposal_reserves_and_its_award_takes_the_place_of_the_reservation() -> None:
    deminimis.reserve([NUMBER], Decimal(200_000), on=DAY, reference="proposal:1")
    assert deminimis.headroom([NUMBER], DAY) == 100_000
    with pytest.raises(deminimis.OverCeiling):
        deminimis.reserve([NUMBER], Decimal(150_000), on=DAY, reference="proposal:2")
    grant(200_000, DAY, "proposal:1")
    assert deminimis.headroom([NUMBER], DAY) == 100_000


def test_a_released_reservation_gives_its_headroom_back() -> None:
    deminimis.reserve([NUMBER], Decimal(200_000), on=DAY, reference="proposal:1")
    deminimis.release("proposal:1", now=NOW)
    assert deminimis.headroom([NUMBER], DAY) == 300_000


def declare(file: int, *received: tuple[int, date], number: str = NUMBER) -> None:
    deminimis.declare(
        number,
        [(Decimal(amount), day) for amount, day in received],
        on=DAY,
        declaration=f"application:{file}",
    )


def test_files_that_declare_the_same_aid_count_it_once_and_the_highest_word_counts() -> None:
    for file, amount in enumerate((50_000, 70_000, 50_000)):
        declare(file, (amount, DAY))
    declare(9)
    grant(10_000, DAY, "award")
    assert deminimis.used([NUMBER], DAY) == 80_000


def test_a_declaration_is_the_sum_of_its_rows_each_by_its_own_day() -> None:
    declare(1, (50_000, DAY), (7_000, date(2023, 11, 22)), (9_000, date(2023, 11, 21)))
    assert deminimis.used([NUMBER], DAY) == 57_000
    declare(2, (30_000, DAY), (20_000, DAY), (10_000, DAY))
    assert deminimis.used([NUMBER], DAY) == 60_000


def test_a_files_later_word_replaces_its_own() -> None:
    for amount in (70_000, 50_000):
        declare(1, (amount, DAY))
    assert deminimis.used([NUMBER], DAY) == 50_000
    declare(1)
    assert deminimis.used([NUMBER], DAY) == 0
    assert Aid.objects.get().amount == 0  # having received nothing is declared too


def test_a_declaration_of_more_than_three_years_ago_counts_no_more() -> None:
    declare(1, (50_000, date(2023, 11, 21)))
    declare(2, (20_000, DAY))
    assert deminimis.used([NUMBER], DAY) == 20_000


def test_another_undertaking_has_a_ceiling_of_its_own() -> None:
    grant(300_000, DAY, "all")
    assert deminimis.headroom([SISTER], DAY) == 300_000


def test_enterprises_of_one_undertaking_share_its_ceiling() -> None:
    grant(100_000, DAY, "own")
    deminimis.grant([SISTER], Decimal(150_000), on=DAY, now=NOW, reference="sister's")
    assert deminimis.headroom([NUMBER, SISTER], DAY) == 50_000
    with pytest.raises(deminimis.OverCeiling):
        deminimis.reserve([NUMBER, SISTER], Decimal(50_001), on=DAY, reference="proposal")
    deminimis.reserve([NUMBER, SISTER], Decimal(50_000), on=DAY, reference="proposal")
    for number in (NUMBER, SISTER):
        assert deminimis.headroom([number], DAY) == 0


def test_undertakings_that_were_joined_stay_one() -> None:
    first = deminimis.join([NUMBER, SISTER])
    assert deminimis.join([SISTER, OTHER]) == first
    deminimis.grant([OTHER], Decimal(1_000), on=DAY, now=NOW, reference="award")
    assert deminimis.used([NUMBER], DAY) == 1_000
    assert {deminimis.undertaking(one) for one in (NUMBER, SISTER, OTHER)} == {first}


def test_looking_joins_nothing() -> None:
    grant(1_000, DAY, "award")
    assert deminimis.used([NUMBER, SISTER], DAY) == 1_000
    assert deminimis.used([SISTER], DAY) == 0


def test_no_figure_is_guessed_outside_its_dates() -> None:
    assert figure("deminimis.ceiling", date(2030, 12, 31)).value == 300_000
    with pytest.raises(LookupError, match="2031-01-01"):
        figure("deminimis.ceiling", date(2031, 1, 1))
