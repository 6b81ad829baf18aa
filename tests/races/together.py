"""Acts at the same instant, each in a thread and a transaction of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections
from django.utils import translation

from brustart.core.errors import Refused


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """What each act returned, or the refusal it raised; they begin together."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=60)
            with translation.override("en"):
                return act()
        except Refused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
