"""No-op Celery tasks beside screenings, each by a real worker process with two children."""

import json
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from celery import Celery
from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from brustart import children
from brustart.core.models import Mail, Message
from brustart.core.queue import IN_BROKER, State, Work
from brustart.fund.models import Call
from scoring.screening.models import Step
from tests import factories
from tests.bench import processes
from tests.bench.measuring import Figure, beside, wait_until
from tests.databases import Urls, clone, pointed_at

CONTROL = "tests.bench.control.worker"


def measure(template: Urls, *, rounds: int, tasks: int, files: int) -> Figure:
    """`tasks` no-ops for each run of the control, `files` screened for each of ours."""
    with ExitStack() as stack:
        urls = stack.enter_context(clone(template))
        stack.enter_context(pointed_at(urls))
        ours, control = processes.portal_environment(urls), _control_environment()
        stack.enter_context(processes.worker("worker", children.worker(), ours))
        command = processes.as_control(children.worker(), "brustart", CONTROL)
        stack.enter_context(processes.worker("control-worker", command, control))
        return beside(
            "worker: no-op tasks; screenings",
            control=("bare Celery, a task that leaves one byte", _noops(control, tasks)),
            ours=(
                "a file's message, three steps and receipt mail (five tasks)",
                partial(screen, factories.make_call(), files),
            ),
            rounds=rounds,
        )


def _control_environment() -> dict[str, str]:
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


def _noops(environment: dict[str, str], count: int) -> Callable[[], float]:
    """Send so many, never more in the broker than ours allows, and wait for the last."""
    app = Celery(broker=environment["CONTROL_BROKER_URL"], set_as_current=False)
    app.conf.broker_transport_options = json.loads(environment["CONTROL_BROKER_OPTIONS"])
    ends = Path(environment["CONTROL_ENDS"])

    def run() -> float:
        before, begun = ends.stat().st_size, time.perf_counter()

        def done(number: int) -> bool:
            return ends.stat().st_size - before >= number

        for sent in range(count):
            if not done(sent - IN_BROKER):
                wait_until(partial(done, sent - IN_BROKER), every=0.002, what="no-op tasks")
            app.send_task("control.noop", retry=False)
        wait_until(partial(done, count), every=0.002, what="no-op tasks")
        return count / (time.perf_counter() - begun)

    return run


def screen(call: Call, count: int) -> float:
    """Hand in so many files in one transaction; from its commit to the end of the last step."""
    with transaction.atomic():
        for _file in range(count):
            factories.make_submitted(call)
        begun = timezone.now()
    wait_until(partial(_idle, Message, Step, Mail), every=0.05, what="screening")
    done = Step.objects.filter(state=State.DONE, finished_at__gte=begun)
    assert done.count() == count * len(Step.Name), "a step failed"
    last = done.aggregate(last=Max("finished_at"))["last"]
    return count / ((last - begun) / timedelta(seconds=1))


def _idle(*kinds: type[Work]) -> bool:
    """No work is left, a step's or a mail's; the first kind lays out what the second does."""
    open_ones = [State.QUEUED, State.RUNNING]
    return not any(kind.objects.filter(state__in=open_ones).exists() for kind in kinds)
