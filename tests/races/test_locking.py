"""Two transactions that take two locks in opposite order: one is broken off, and run again."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connections, transaction

from brustart.core.locking import retried
from brustart.fund.models import Undertaking

pytestmark = pytest.mark.xdist_group("races")
KEYS = (1, 2)


def both(orders: tuple[tuple[int, ...], ...], wrap: Callable) -> list[int]:
    """Each thread locks and counts both rows in its own order; how often each was run."""
    meeting = threading.Barrier(len(orders), timeout=20)

    def run(order: tuple[int, ...]) -> int:
        runs = 0

        @wrap
        @transaction.atomic
        def act() -> None:
            nonlocal runs
            runs += 1
            for number, key in enumerate(order):
                Undertaking.objects.select_for_update().get(pk=key)
                if number == 0 and runs == 1:
                    meeting.wait()

        try:
            act()
        finally:
            connections.close_all()
        return runs

    with ThreadPoolExecutor(len(orders)) as pool:
        return list(pool.map(run, orders))


@pytest.fixture
def undertakings(committed_db: object) -> None:
    Undertaking.objects.bulk_create(Undertaking(pk=key) for key in KEYS)


def test_a_deadlock_is_run_again(undertakings: None) -> None:
    assert sorted(both((KEYS, KEYS[::-1]), retried)) == [1, 2]


def test_without_the_helper_one_is_lost(undertakings: None) -> None:
    with pytest.raises(OperationalError, match="deadlock"):
        both((KEYS, KEYS[::-1]), lambda act: act)
