"""A worker killed with -9 and a broker emptied: within two sweeps each file is screened once."""

import json
import time

import psutil
import pytest

from tests.faults import watching
from tests.faults.watching import STEPS, shell
from tests.live import Starter

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]
FILES = 24
PROCESSES = 2  # of one worker


def test_each_file_is_screened_exactly_once(live_portal: Starter) -> None:
    portal = live_portal(web=False, worker=False, env={"TASK_SECONDS": "2"})
    watching.submit(portal, FILES)
    portal.worker.start()
    watching.wait_for(lambda: watching.done(portal), bool, seconds=30)
    watching.kill(portal.worker)
    portal.empty_broker()
    assert watching.done(portal) < STEPS * FILES, "the worker was killed too late to tell"

    portal.worker.start()
    watching.two_sweeps(portal)
    uncertain = watching.outcome(portal).uncertain  # mail in the very act, by chance
    assert uncertain <= PROCESSES
    watching.assert_settles(portal, FILES, uncertain=uncertain)
    portal.stop()


def test_what_makes_up_a_worker_is_killed(live_portal: Starter) -> None:
    """As the kernel does when memory is short. The worker has new processes, or ends and is
    started again, as `make run` does; it never stays there and does nothing."""
    portal = live_portal(web=False, env={"TASK_SECONDS": "2"})
    assert portal.worker.process is not None
    worker = psutil.Process(portal.worker.process.pid)
    killed = worker.children()
    for process in killed:
        process.kill()
    watching.wait_for(lambda: portal.worker.exit_code() or renewed(worker, killed), bool)
    if portal.worker.exit_code() is not None:
        portal.worker.start()

    watching.submit(portal, 2)
    watching.two_sweeps(portal)
    watching.assert_settles(portal, 2)
    portal.stop()


def renewed(worker: psutil.Process, before: list[psutil.Process]) -> bool:
    try:
        return len(set(worker.children()) - set(before)) == PROCESSES
    except psutil.NoSuchProcess:
        return False


LAST_LINE = """
from applications.models import TimelineEntry
print(TimelineEntry.objects.order_by("pk").last().kind)
"""
OUTCOME = """
import json
from django.db import transaction
from django.utils import timezone
from applications.models import Application
from brustart.core.hashing import plain
from brustart.desk.demo.loading import Loading
from brustart.worker import KINDS
from scoring.screening import pipeline
from scoring.screening.models import Run

def outcome(run):
    return plain({
        "steps": list(run.steps.values_list("name", "state", "attempt")),
        "facts": run.facts,
        "verdict": run.verdict,
        "prescore": run.prescore,
        "findings": list(run.findings.values_list("rule", "verdict", "reason", "inputs")),
        "parts": list(run.contributions.values_list("criterion", "name", "value", "maximum")),
    })

run = Run.objects.get(pk=Run.objects.order_by("-begun_at").first().pk)
file, now = run.submission.application_id, timezone.now()
by_worker = outcome(run)
with transaction.atomic():
    run.delete()
    Application.objects.filter(pk=file).update(state="submitted")
    pipeline.begin(file, now=now)
    Loading(today=now, kinds=KINDS).work_off(now, "screening")
    by_demo = outcome(Run.objects.get(submission__application=file))
    transaction.set_rollback(True)
print(json.dumps([by_worker, by_demo]))
"""


def test_the_demo_screens_as_the_worker_does(live_portal: Starter) -> None:
    """The demo leaves one file to the worker; screened again as the demo does, it is the same."""
    portal = live_portal()
    portal.manage("demo")
    until = time.monotonic() + 120
    while "screened" not in shell(portal, LAST_LINE) and time.monotonic() < until:
        time.sleep(0.2)
    by_worker, by_demo = json.loads(shell(portal, OUTCOME))
    assert by_worker == by_demo
    assert [state for _name, state, _attempt in by_worker["steps"]] == ["done"] * STEPS
    portal.stop()
