"""The statement of a year adds up, whatever moved and when."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from brustart.fund import accounts, history, ledger, statement
from brustart.fund.models import Account, Entry
from brustart.fund.statement import COLUMNS, Statement
from tests.properties.machines import bounded

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
STAGES = (ledger.liquidate, ledger.order, ledger.pay, ledger.recover, ledger.decommit)


def opened(cap: int, at: datetime) -> Account:
    envelope = accounts.open_envelope_account()
    ledger.change_cap(envelope, Decimal(cap), actor=None, now=at, reference="opening")
    return envelope


def committed(envelope: Account, amount: int, at: datetime, reference: str = "award") -> Account:
    award = accounts.open_award_account(envelope, asked=Decimal(amount))
    ledger.commit(award, Decimal(amount), actor=None, now=at, reference=reference)
    return award


def named(found: Statement, cells: tuple[Decimal, ...]) -> dict[str, Decimal]:
    return dict(zip(COLUMNS, cells, strict=True))


def test_a_year_begins_with_what_the_year_before_left() -> None:
    envelope = opened(1_000_000, datetime(2025, 3, 1, tzinfo=UTC))
    award = committed(envelope, 300_000, datetime(2025, 6, 1, tzinfo=UTC))
    for step in STAGES[:3]:
        step(award, Decimal(50_000), actor=None, now=NOW - timedelta(days=9), reference="first")
    ledger.decommit(award, Decimal(100_000), actor=None, now=NOW, reference="rest")
    before, this = (statement.of(envelope, year, now=NOW) for year in (2025, 2026))
    assert set(before.opening) == {0}
    assert before.closing == this.opening
    assert named(this, this.opening) == {
        "cap": 1_000_000, "committed": 300_000, "left": 700_000,
        "liquidated": 0, "ordered": 0, "paid": 0, "recovered": 0,
    }  # fmt: skip
    assert named(this, this.closing) == {
        "cap": 1_000_000, "committed": 200_000, "left": 800_000,
        "liquidated": 50_000, "ordered": 50_000, "paid": 50_000, "recovered": 0,
    }  # fmt: skip
    assert [(one.kind, one.number) for one in this.by_kind] == [
        (Entry.Kind.DECOMMIT, 1),
        (Entry.Kind.LIQUIDATE, 1),
        (Entry.Kind.ORDER, 1),
        (Entry.Kind.PAY, 1),
    ]
    given_back = this.by_kind[0]
    assert named(this, given_back.cells)["committed"] == -100_000
    assert named(this, given_back.cells)["left"] == 100_000


def test_new_years_eve_is_that_of_brussels() -> None:
    """23:30 UTC on 31 December is already the new year here."""
    envelope = opened(500, datetime(2025, 12, 31, 22, 59, 59, 999999, tzinfo=UTC))
    committed(envelope, 100, datetime(2025, 12, 31, 23, 0, tzinfo=UTC))
    before, this = (statement.of(envelope, year, now=NOW) for year in (2025, 2026))
    assert [one.kind for one in before.movements] == [Entry.Kind.CAP]
    assert [(one.kind, one.month) for one in this.movements] == [
        (Entry.Kind.COMMIT, date(2026, 1, 1))
    ]
    assert (before.is_over, this.is_over) == (True, False)


def test_a_year_that_runs_ends_now() -> None:
    envelope = opened(500, NOW - timedelta(days=1))
    committed(envelope, 100, NOW)
    committed(envelope, 100, NOW + timedelta(seconds=1), "later")
    found = statement.of(envelope, 2026, now=NOW)
    assert (found.until, found.number) == (NOW, 2)
    assert [one.begins.month for one in found.by_month] == list(range(1, 12))
    assert statement.years(envelope, now=NOW) == [2026]


def test_the_years_are_those_since_the_first_entry() -> None:
    assert statement.years(accounts.open_envelope_account(), now=NOW) == []
    envelope = opened(500, datetime(2024, 5, 1, tzinfo=UTC))
    assert statement.years(envelope, now=NOW) == [2026, 2025, 2024]


def test_an_envelope_shows_its_own_money_alone() -> None:
    envelope, other = opened(500, NOW), opened(900, NOW)
    committed(other, 900, NOW)
    assert statement.of(envelope, 2026, now=NOW).number == 1


MOVES = st.lists(
    st.tuples(
        st.sampled_from(STAGES),
        st.decimals(min_value="0.01", max_value="4000", places=2),
        st.integers(0, 1095 * 24).map(lambda hours: FIRST + timedelta(hours=hours)),
    ),
    max_size=25,
)


@bounded(examples=40, steps=1)
@given(moves=MOVES)
def test_every_column_adds_up_whatever_moved(moves: list) -> None:
    """Against the account's own balances, which the database kept."""
    with transaction.atomic():
        envelope = opened(10_000, datetime(2024, 1, 1, 12, tzinfo=UTC))
        award = committed(envelope, 10_000, datetime(2024, 2, 1, tzinfo=UTC))
        for number, (act, amount, at) in enumerate(moves):
            try:
                act(award, amount, actor=None, now=at, reference=f"{number}")
            except (ledger.OutOfOrder, ledger.OverCap):
                continue
        _check(envelope)
        transaction.set_rollback(True)


def _check(envelope: Account) -> None:
    late = datetime(2028, 1, 1, tzinfo=UTC)
    found = [statement.of(envelope, year, now=late) for year in (2024, 2025, 2026)]
    for one in found:
        columns = zip(one.opening, *(row.cells for row in one.by_kind), strict=True)
        assert tuple(sum(column) for column in columns) == one.closing
        assert one.closing == statement.of(envelope, one.year + 1, now=late).opening
        months = [sum(month.amounts) for month in one.by_month]
        assert sum(months) == sum(one.totals) == sum(row.amount for row in one.movements)
        assert sum(month.number for month in one.by_month) == one.number
    envelope.refresh_from_db()
    held = named(found[-1], found[-1].closing)
    assert held.pop("left") == envelope.cap - envelope.committed
    assert held == {name: getattr(envelope, name) for name in held}
    assert sum(one.number for one in found) == envelope.sequence


def test_many_entries_cost_what_one_costs() -> None:
    envelope = opened(100_000, NOW)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            statement.of(envelope, 2026, now=timezone.now() + timedelta(days=1))
        return len(queries)

    one = count()
    for number in range(30):
        committed(envelope, 10, NOW + timedelta(minutes=number), f"{number}")
    assert count() == one == 2
    assert history.as_of(envelope, NOW).committed == 10
