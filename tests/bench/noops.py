"""The control of the worker's figures: a bare Celery worker on the same broker, and its no-ops."""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from celery import Celery
from django.conf import settings

from brustart import children
from brustart.core.queue import IN_BROKER
from tests.bench import processes
from tests.bench.measuring import wait_until

CONTROL = "tests.bench.control.worker"
QUEUE = "celery"  # Celery's own default
EVERY = 0.001  # seconds between two looks at whether one has ended


class Noops:
    """Sends no-op tasks to the worker; each leaves one byte in a file, by which its end is seen."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.app = Celery(broker=environment["CONTROL_BROKER_URL"], set_as_current=False)
        options = json.loads(environment["CONTROL_BROKER_OPTIONS"])
        self.app.conf.broker_transport_options = options
        self.ends = Path(environment["CONTROL_ENDS"])

    def a_second(self, count: int) -> float:
        """Send so many, never more in the broker than ours allows, and wait for the last."""
        before, begun = self._ended(), time.perf_counter()
        for sent in range(count):
            self._wait(before + sent - IN_BROKER)
            self._send()
        self._wait(before + count)
        return count / (time.perf_counter() - begun)

    def round_trip(self) -> float:
        """Seconds from sending one to its end."""
        before, begun = self._ended(), time.perf_counter()
        self._send()
        self._wait(before + 1)
        return time.perf_counter() - begun

    def _send(self) -> None:
        self.app.send_task("control.noop", retry=False)

    def _ended(self) -> int:
        return self.ends.stat().st_size

    def _wait(self, number: int) -> None:
        wait_until(partial(self._are_ended, number), every=EVERY, what="no-op tasks")

    def _are_ended(self, number: int) -> bool:
        return self._ended() >= number


@contextmanager
def worker() -> Iterator[Noops]:
    """By the command of ours, with only the application's name exchanged."""
    environment = _environment()
    command = processes.as_control(children.worker(QUEUE), "brustart", CONTROL)
    with processes.worker("control-worker", command, environment):
        yield Noops(environment)


def _environment() -> dict[str, str]:
    """A broker beside ours: another folder, or another prefix on the same Redis."""
    options: dict[str, Any] = dict(settings.CELERY_BROKER_TRANSPORT_OPTIONS)
    if "global_keyprefix" in options:
        options["global_keyprefix"] += "control:"
    for name in ("data_folder_in", "data_folder_out", "control_folder"):
        if name in options:
            folder = settings.VAR / "control-broker" / Path(options[name]).name
            folder.mkdir(parents=True, exist_ok=True)
            options[name] = str(folder)
    ends = settings.VAR / "control-ends"
    ends.touch()
    return dict(os.environ) | {
        "CONTROL_BROKER_URL": settings.CELERY_BROKER_URL,
        "CONTROL_BROKER_OPTIONS": json.dumps(options),
        "CONTROL_ENDS": str(ends),
    }
