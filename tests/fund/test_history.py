"""The ledger as of any moment."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brustart.fund import accounts, history, ledger
from brustart.fund.history import Balances
from brustart.fund.models import Account

pytestmark = pytest.mark.django_db
OPENED = datetime(2026, 3, 2, 9, tzinfo=UTC)


def on(days: int) -> dict[str, Any]:
    """How something is entered so many days after the opening."""
    return {"actor": None, "now": OPENED + timedelta(days=days)}


@pytest.fixture
def envelope() -> Account:
    account = accounts.open_envelope_account()
    ledger.change_cap(account, Decimal(1_000_000), reference="opening", **on(0))
    return account


@pytest.fixture
def award(envelope: Account) -> Account:
    """300,000 committed on the 10th day; half of it paid on the 40th; 50,000 given back then."""
    account = accounts.open_award_account(envelope, asked=Decimal(300_000))
    ledger.commit(account, Decimal(300_000), reference="award", **on(10))
    for act in (ledger.liquidate, ledger.order, ledger.pay):
        act(account, Decimal(150_000), reference="claim", **on(40))
    ledger.decommit(account, Decimal(50_000), reference="less", **on(40))
    return account


def at(days: int) -> datetime:
    return OPENED + timedelta(days=days)


def test_balances_of_each_moment(envelope: Account, award: Account) -> None:
    assert history.as_of(envelope, at(-1)) == Balances()
    assert history.as_of(envelope, at(0)) == Balances(cap=Decimal(1_000_000))
    before = history.as_of(envelope, at(10) - timedelta(microseconds=1))
    assert (before.committed, before.left) == (0, 1_000_000)
    assert history.as_of(envelope, at(10)).left == 700_000  # the instant itself counts
    later = history.as_of(envelope, at(40))
    assert (later.committed, later.decommitted, later.paid) == (250_000, 50_000, 150_000)
    assert later.unpaid == 100_000


def test_today_is_what_the_account_says(envelope: Account, award: Account) -> None:
    for account in (envelope, award):
        account.refresh_from_db()
        found = history.as_of(account, at(400))
        for name in ("committed", "decommitted", "liquidated", "ordered", "paid", "recovered"):
            assert getattr(found, name) == getattr(account, name)
    assert history.as_of(envelope, at(400)).cap == envelope.cap


def test_what_happened_counts_not_when_it_was_written(envelope: Account) -> None:
    """An entry made today of a payment of last week."""
    account = accounts.open_award_account(envelope, asked=Decimal(100_000))
    ledger.commit(account, Decimal(60_000), reference="later", **on(20))
    ledger.commit(account, Decimal(40_000), reference="told late", **on(5))
    assert history.as_of(envelope, at(6)).committed == 40_000
    assert history.as_of(envelope, at(21)).committed == 100_000
    _step, points = history.burn_down(envelope, until=at(30))
    assert [one.balances.committed for one in points] == [0, 40_000, 100_000]


def test_another_envelope_does_not_count(envelope: Account, award: Account) -> None:
    other = accounts.open_envelope_account()
    ledger.change_cap(other, Decimal(5), reference="opening", **on(0))
    assert history.as_of(other, at(400)) == Balances(cap=Decimal(5))


def test_the_burn_down_by_day(envelope: Account, award: Account) -> None:
    step, points = history.burn_down(envelope, until=at(50))
    assert step == "day"
    assert [(one.day, one.balances.left) for one in points] == [
        (date(2026, 3, 2), 1_000_000),
        (date(2026, 3, 12), 700_000),
        (date(2026, 4, 11), 750_000),
    ]


@pytest.mark.parametrize(
    ("days", "step", "last"),
    [
        (62, "day", date(2026, 4, 11)),
        (63, "week", date(2026, 4, 12)),
        (400, "month", date(2026, 4, 30)),
        (4000, "quarter", date(2026, 6, 30)),
    ],
)
def test_longer_spans_have_longer_steps(
    envelope: Account, award: Account, days: int, step: str, last: date
) -> None:
    found, points = history.burn_down(envelope, until=at(days))
    assert (found, points[-1].day) == (step, last)
    assert points[-1].balances == history.as_of(envelope, at(days))
    assert len(points) <= 64


EDGES = [  # in UTC: midnights of Brussels, in winter, in summer, and on the days the clock changes
    datetime(2026, 3, 28, 23, tzinfo=UTC),
    datetime(2026, 3, 29, 22, tzinfo=UTC),
    datetime(2026, 3, 31, 22, tzinfo=UTC),
    datetime(2026, 6, 30, 22, tzinfo=UTC),
    datetime(2026, 10, 24, 22, tzinfo=UTC),
    datetime(2026, 10, 25, 23, tzinfo=UTC),
    datetime(2026, 12, 31, 23, tzinfo=UTC),
]


@pytest.mark.parametrize("step", history.LENGTHS)
def test_each_point_is_the_ledger_at_the_end_of_its_day(envelope: Account, step: str) -> None:
    account = accounts.open_award_account(envelope, asked=Decimal(100_000))
    for number, midnight in enumerate(EDGES):
        for name, now in (("before", midnight - timedelta(microseconds=1)), ("at", midnight)):
            how: dict[str, Any] = {"actor": None, "now": now, "reference": f"{name} {number}"}
            ledger.commit(account, Decimal(100), **how)
    found, points = history.burn_down(envelope, until=EDGES[-1], step=step)
    assert found == step
    assert points[-1].balances.committed == 200 * len(EDGES)
    for one in points[:-1]:
        assert one.balances == history.as_of(envelope, history.end_of(one.day)), one.day
    ends = [one.day + timedelta(days=1) for one in points[:-1]]
    assert all(_begins_a(step, day) for day in ends), ends


def _begins_a(step: str, day: date) -> bool:
    first = {"week": day.weekday() == 0, "month": day.day == 1}
    first["quarter"] = first["month"] and day.month in (1, 4, 7, 10)
    return first.get(step, True)


def test_nothing_moved_makes_no_points() -> None:
    account = accounts.open_envelope_account()
    assert history.burn_down(account, until=OPENED) == ("day", [])


def test_a_step_that_is_not_over_ends_today(envelope: Account) -> None:
    account = accounts.open_award_account(envelope, asked=Decimal(100_000))
    ledger.commit(account, Decimal(60_000), reference="award", **on(399))
    _step, points = history.burn_down(envelope, until=at(400))
    assert points[-1].day == at(400).date()


def test_a_day_is_a_day_in_brussels(envelope: Account) -> None:
    account = accounts.open_award_account(envelope, asked=Decimal(100_000))
    late = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)  # half past midnight on the 10th in Brussels
    ledger.commit(account, Decimal(60_000), actor=None, now=late, reference="award")
    _step, points = history.burn_down(envelope, until=at(20))
    assert points[-1].day == date(2026, 3, 10)
    assert history.as_of(envelope, history.end_of(date(2026, 3, 9))).committed == 0
    assert history.as_of(envelope, history.end_of(date(2026, 3, 10))).committed == 60_000


def test_a_hundred_entries_cost_what_one_costs(envelope: Account) -> None:
    account = accounts.open_award_account(envelope, asked=Decimal(100_000))

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            history.as_of(envelope, at(50))
            history.burn_down(envelope, until=at(50))
        return len(queries)

    one = cost()
    for number in range(100):
        ledger.commit(account, Decimal(10), reference=f"part {number}", **on(number % 50))
    assert cost() == one == 3
    assert history.as_of(envelope, at(50)).committed == 1_000
