"""Until when a draft can be handed in: to the second, when clocks change, late and on paper."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from applications.deadlines import deadline, may_submit
from applications.models import Application, Extension
from brustart.fund.models import Call

BRUSSELS = ZoneInfo("Europe/Brussels")
SECOND = timedelta(seconds=1)


def brussels(
    year: int, month: int, day: int, hour: int, minute: int = 0, fold: int = 0
) -> datetime:
    """An instant by the clock of Brussels, as the database gives it: in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=BRUSSELS, fold=fold).astimezone(UTC)


def draft(
    closes_at: datetime, *, until: datetime | None = None, used_at: datetime | None = None
) -> Application:
    """A draft of a call that opened four weeks before it closes; `until`: of its extension."""
    call = Call(opens_at=closes_at - timedelta(weeks=4), closes_at=closes_at)
    application = Application(call=call)
    if until:
        application.extension = Extension(until=until, used_at=used_at)
    return application


CLOSES = [
    brussels(2027, 6, 30, 17),
    brussels(2027, 3, 28, 17),  # the day on which the clock goes forward
    brussels(2027, 3, 28, 3),  # the instant at which it does
    brussels(2026, 10, 25, 17),  # the day on which it goes back
    brussels(2026, 10, 25, 2, 30, fold=0),  # half past two comes twice: the first
    brussels(2026, 10, 25, 2, 30, fold=1),  # and the second
]


@pytest.mark.parametrize("closes_at", CLOSES, ids=str)
def test_the_last_second_counts_and_the_close_does_not(closes_at: datetime) -> None:
    application = draft(closes_at)
    assert may_submit(application, closes_at - SECOND)
    assert not may_submit(application, closes_at)
    assert not may_submit(application, closes_at + SECOND)


@pytest.mark.parametrize("closes_at", CLOSES, ids=str)
def test_the_first_second_counts_and_the_one_before_does_not(closes_at: datetime) -> None:
    application = draft(closes_at)
    opens_at = application.call.opens_at
    assert not may_submit(application, opens_at - SECOND)
    assert may_submit(application, opens_at)


def test_the_clock_of_brussels_decides_on_the_days_it_changes() -> None:
    assert brussels(2027, 3, 28, 17) == datetime(2027, 3, 28, 15, tzinfo=UTC)
    assert brussels(2026, 10, 25, 17) == datetime(2026, 10, 25, 16, tzinfo=UTC)
    first, second = CLOSES[-2:]
    assert second - first == timedelta(hours=1)
    assert not may_submit(draft(first), second - SECOND)
    assert may_submit(draft(second), first + SECOND)


@pytest.mark.parametrize("closes_at", CLOSES, ids=str)
def test_an_extension_holds_until_its_own_last_second(closes_at: datetime) -> None:
    until = closes_at + timedelta(days=7)
    application = draft(closes_at, until=until)
    assert deadline(application) == until
    assert may_submit(application, closes_at + SECOND)
    assert may_submit(application, until - SECOND)
    assert not may_submit(application, until)
    assert not may_submit(application, until + SECOND)


def test_a_used_extension_is_over() -> None:
    closes_at = CLOSES[0]
    application = draft(closes_at, until=closes_at + timedelta(days=7), used_at=closes_at)
    assert deadline(application) == closes_at
    assert not may_submit(application, closes_at + SECOND)


def test_an_extension_never_shortens_the_call() -> None:
    closes_at = CLOSES[0]
    application = draft(closes_at, until=closes_at - timedelta(days=7))
    assert deadline(application) == closes_at
    assert may_submit(application, closes_at - SECOND)


@pytest.mark.parametrize(
    ("arrived", "in_time"),
    [
        (date(2027, 3, 27), True),
        (date(2027, 3, 28), True),  # in Brussels; in UTC the call closed on the 27th
        (date(2027, 3, 29), False),
        (date(2027, 2, 28), True),
        (date(2027, 2, 27), False),
    ],
)
def test_on_paper_the_day_of_arrival_counts_whenever_it_is_entered(
    arrived: date, in_time: bool
) -> None:
    application = draft(brussels(2027, 3, 28, 0, 30))
    application.paper_received_on = arrived
    for now in (application.call.closes_at - SECOND, application.call.closes_at + timedelta(90)):
        assert may_submit(application, now) == in_time
