"""Pictures that must say what the figures say."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from brustart.core import charts
from brustart.fund.capacity import Capacity

EUROS = st.integers(0, 4_000_000).map(Decimal)


def capacity(*, cap: int, committed: int, paid: int, proposed: int) -> Capacity:
    none = Decimal(0)
    return Capacity(
        cap=Decimal(cap),
        committed=Decimal(committed),
        decommitted=none,
        liquidated=Decimal(paid),
        ordered=Decimal(paid),
        paid=Decimal(paid),
        recovered=none,
        proposed=Decimal(proposed),
    )


def test_the_fund_as_one_bar() -> None:
    bar = charts.money_bar(
        capacity(cap=4_000_000, committed=3_700_000, paid=650_000, proposed=470_000)
    )
    amounts = {segment.kind: segment.amount for segment in bar.segments}
    assert amounts == {
        "paid": 650_000,
        "unpaid": 3_050_000,
        "left": 300_000,
        "proposed": 470_000,
    }
    assert (bar.unpaid, bar.excess) == (3_050_000, 170_000)
    assert bar.cap_x == f"{4_000_000 / 4_170_000 * 100:.3f}%"


def test_the_public_bar_leaves_proposals_out() -> None:
    bar = charts.money_bar(capacity(cap=100, committed=50, paid=0, proposed=90), public=True)
    assert {segment.kind for segment in bar.segments} == {"unpaid", "left"}
    assert (bar.cap_x, bar.excess) == ("100.000%", 0)


@given(cap=EUROS, shares=st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_no_segment_leaves_the_picture(cap: Decimal, shares: list[float]) -> None:
    committed = int(float(cap) * shares[0])
    paid = int(committed * shares[1])
    proposed = int(4_000_000 * shares[2])
    bar = charts.money_bar(
        capacity(cap=int(cap), committed=committed, paid=paid, proposed=proposed)
    )
    for segment in bar.segments:
        x, width = float(segment.x.rstrip("%")), float(segment.width.rstrip("%"))
        assert 0 <= x <= x + width <= 100.01


def test_equal_marks_stand_on_each_other() -> None:
    plot = charts.dots([Decimal(4), Decimal(4), Decimal("2.5")], Decimal(4))
    assert plot.points == [(136, 40), (208, 40), (208, 23)]
    assert plot.median_x == "208.0"


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_no_language_puts_a_comma_into_an_attribute(language: str) -> None:
    drawing = Template("{% marks_dots values median %}{% money_bar capacity %}")
    values = [Decimal("2.5"), Decimal("4.5"), None]
    known = {
        "values": values,
        "median": Decimal("3.5"),
        "capacity": capacity(cap=1000, committed=333, paid=111, proposed=77),
    }
    with translation.override(language):
        drawn = drawing.render(Context(known))
    attributes = [part for part in drawn.split() if part.startswith(("x", "cx=", "width=", "cy="))]
    assert attributes
    assert [one for one in attributes if "," in one] == []


@pytest.mark.parametrize(
    ("language", "filters"),
    [
        ("fr", "2,5|92,5\xa0%|\N{MINUS SIGN}\N{WORD JOINER}5\xa0€"),
        ("nl", "2,5|92,5\xa0%|\N{MINUS SIGN}\N{WORD JOINER}€\xa05"),
        ("en", "2.5|92.5%|\N{MINUS SIGN}\N{WORD JOINER}€5"),
    ],
)
def test_figures_as_each_language_writes_them(language: str, filters: str) -> None:
    template = Template("{{ mark|number }}|{{ share|percent }}|{{ amount|euros }}")
    known = {"mark": Decimal("2.50"), "share": Decimal("0.925"), "amount": Decimal(-5)}
    with translation.override(language):
        assert template.render(Context(known)) == filters
