"""Pictures over time, and side by side, must say what the figures say."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from django.template import Context, Template
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from brustart.core import lines
from brustart.core.lines import HEIGHT, TOP, Level

BEGIN = date(2026, 1, 1)


def level(days: int, *, cap: int, committed: int = 0, paid: int = 0) -> Level:
    day = BEGIN + timedelta(days=days)
    return Level(day, Decimal(cap), Decimal(committed), Decimal(paid))


LEVELS = [
    level(0, cap=1000),
    level(25, cap=1000, committed=400),
    level(50, cap=2000, committed=1000, paid=500),
]


def test_what_is_left_falls_in_steps_below_the_cap() -> None:
    picture = lines.burn_down(LEVELS, BEGIN + timedelta(days=100))
    flat = {
        kind: [(one.x1, one.x2, float(one.y1)) for one in picture.strokes
               if one.kind == kind and one.x1 != one.x2]
        for kind in ("left", "cap")
    }  # fmt: skip
    bottom = TOP + HEIGHT
    assert flat["left"] == [
        ("0.000%", "25.000%", bottom - HEIGHT / 2),
        ("25.000%", "50.000%", bottom - HEIGHT * 0.3),
        ("50.000%", "100.000%", bottom - HEIGHT / 2),
    ]
    assert [y for _x, _to, y in flat["cap"]] == [bottom - HEIGHT / 2] * 2 + [TOP]


def test_areas_are_what_was_committed_and_paid() -> None:
    picture = lines.burn_down(LEVELS, BEGIN + timedelta(days=100))
    last = {one.kind: one for one in picture.areas if one.x == "50.000%"}
    assert {kind: float(one.height) for kind, one in last.items()} == {
        "paid": HEIGHT / 4,
        "unpaid": HEIGHT / 4,
    }
    assert float(last["paid"].y) == TOP  # it hangs from the cap
    assert {one.words: one.amount for one in picture.labels} == {
        "cap": 2000, "paid": 500, "committed, still to be paid": 500, "left": 1000,
    }  # fmt: skip


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(1, 9_999), st.floats(0, 1), st.floats(0, 1)),
        min_size=1,
        max_size=20,
    )
)
def test_nothing_leaves_the_picture_and_no_label_covers_another(
    told: list[tuple[int, int, float, float]],
) -> None:
    found = []
    for days, cap, share, of_that in sorted(told):
        committed = int(cap * share)
        found.append(level(days, cap=cap, committed=committed, paid=int(committed * of_that)))
    picture = lines.burn_down(found, found[-1].day + timedelta(days=1))
    for area in picture.areas:
        assert 0 <= float(area.x[:-1]) <= float(area.x[:-1]) + float(area.width[:-1]) <= 100.01
        assert TOP - 0.1 <= float(area.y) <= float(area.y) + float(area.height) <= 268.2
    for stroke in picture.strokes:
        assert min(float(stroke.y1), float(stroke.y2)) >= TOP - 0.1
        assert max(float(stroke.y1), float(stroke.y2)) <= TOP + HEIGHT + 0.1
    places = [float(one.y) for one in picture.labels]
    assert all(b - a >= lines.APART - 0.2 for a, b in pairwise(places))
    assert all(0 < place <= TOP + HEIGHT for place in places)


def test_nothing_yet_is_an_empty_picture() -> None:
    picture = lines.burn_down([], BEGIN)
    assert (picture.areas, picture.strokes, picture.labels) == ([], [], [])


def test_one_day_is_as_wide_as_the_picture() -> None:
    picture = lines.burn_down([level(0, cap=10)], BEGIN)
    assert [(one.x1, one.x2) for one in picture.strokes] == [("0.000%", "100.000%")] * 2
    assert len(picture.ticks) == 1


def test_bars_share_one_scale() -> None:
    found = lines.pairs([(Decimal(400), Decimal(100)), (Decimal(200), Decimal(0))])
    assert [(one.whole, one.part) for one in found] == [
        ("100.000%", "25.000%"),
        ("50.000%", "0.000%"),
    ]
    assert lines.pairs([]) == []
    assert lines.pairs([(Decimal(0), Decimal(0))])[0].whole == "0.000%"


def test_the_table_has_the_figures_of_the_picture() -> None:
    picture = lines.burn_down(LEVELS, BEGIN + timedelta(days=100))
    page = Template("{% burn_down picture levels %}")
    with translation.override("fr"):  # a decimal comma must not come into an attribute
        html = page.render(Context({"picture": picture, "levels": LEVELS}))
    figures = ("2\N{NARROW NO-BREAK SPACE}000", "2\N{NO-BREAK SPACE}000")
    assert any(one in html for one in figures)
    assert html.count("<tr>") == 1 + len(LEVELS)
    assert 'x1="25,000%"' not in html
    assert 'x1="25.000%"' in html
