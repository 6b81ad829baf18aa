"""Messages delivered ten times, and two workers with the same files: all is done once."""

import re
import signal
from typing import Any

import psutil
import pytest

from brustart import children
from brustart.children import Child
from tests.faults import watching
from tests.faults.watching import STEPS, ask, shell
from tests.live import Portal, Starter

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]
TIMES = 10
FILES = 2
PROCESSES = 2  # of one worker

RING = """
from celery import current_app
from brustart.worker import KINDS

def ring(model, key, times):
    for _time in range(times):
        current_app.send_task("brustart.work", args=(model.kind, key), queue=model.queue)
"""
RING_ALL = f"""{RING}
for model, _act in KINDS.values():
    for key in model.objects.values_list("pk", flat=True):
        ring(model, key, {TIMES})
"""
RING_WHILE_THEY_WORK = f"""{RING}
import time
from scoring.screening.models import Step
rung, until = set(), time.monotonic() + 60
while Step.objects.filter(state="done").count() < {FILES * STEPS} and time.monotonic() < until:
    for model, _act in KINDS.values():
        for key in model.objects.exclude(state="done").values_list("pk", flat=True):
            if (model.kind, key) not in rung:
                rung.add((model.kind, key))
                ring(model, key, {TIMES})
"""
RING_EVENTS_TWICE = f"""{RING}
for key in KINDS["message"][0].objects.values_list("pk", flat=True):
    ring(KINDS["message"][0], key, 2)
"""


def test_what_is_delivered_ten_times_is_done_once(live_portal: Starter) -> None:
    portal = live_portal(web=False, worker=False, env={"TASK_SECONDS": "4"})
    watching.submit(portal, FILES)
    shell(portal, RING_ALL)
    ringing = portal.another("ringing", children.manage("shell", "-c", RING_WHILE_THEY_WORK))
    portal.worker.start()
    watching.assert_settles(portal, FILES)
    assert ringing.process is not None
    assert ringing.process.wait(60) == 0, ringing.last_lines()
    before = rows(portal)

    shell(portal, RING_ALL)
    watching.wait_for(lambda: portal.messages() + in_hand(portal.worker), lambda now: now == 0)
    assert (portal.messages(), in_hand(portal.worker)) == (0, 0)
    assert rows(portal) == before
    assert watching.outcome(portal) == watching.settled(FILES)
    assert {number for table in watching.TABLES for number in watching.attempts(portal, table)} == {
        1
    }
    portal.stop()


def test_two_workers_on_the_same_files_and_one_comes_back_late(live_portal: Starter) -> None:
    """Both have files in hand when one stands still for longer than its leases; the other does
    its files too. What the late one then brings is thrown away."""
    portal = live_portal(web=False, worker=False, env={"TASK_SECONDS": "4"})
    files = 3 * PROCESSES
    watching.submit(portal, files)
    portal.empty_broker()
    portal.worker.start()
    late = portal.another("late", portal.worker.command)
    watching.wait_for(lambda: is_ready(portal.worker) and is_ready(late), bool)
    with watching.held(portal, "LOCK applications_extraction IN ACCESS EXCLUSIVE MODE"):
        portal.another("ringing", children.manage("shell", "-c", RING_EVENTS_TWICE))
        in_both = watching.wait_for(lambda: standing(portal), lambda now: now == 2 * PROCESSES)
        late.send(signal.SIGSTOP)
        assert in_both == standing(portal) == 2 * PROCESSES
    watching.two_sweeps(portal)
    watching.assert_settles(portal, files)
    assert watching.attempts(portal) == {1: files * STEPS - PROCESSES, 2: PROCESSES}
    before = rows(portal)

    assert late.process is not None
    for process in psutil.Process(late.process.pid).children():
        process.resume()  # before their parent, which would end them: their time is up
    assert watching.wait_for(lambda: transactions(portal), lambda now: now == 0) == 0
    late.send(signal.SIGCONT)
    watching.wait_for(lambda: in_hand(late) == 0 or late.exit_code() is not None, bool)
    assert rows(portal) == before
    assert watching.outcome(portal) == watching.settled(files)
    portal.stop()


def rows(portal: Portal) -> dict[str, list[Any]]:
    """All work there is, to the last column."""
    return {table: ask(portal, f"SELECT * FROM {table} ORDER BY id") for table in watching.TABLES}


def standing(portal: Portal) -> int:
    """How many files stand at their first step."""
    where = "state = 'running' AND name = 'documents'"
    return int(ask(portal, f"SELECT count(*) FROM screening_step WHERE {where}")[0][0])


def transactions(portal: Portal) -> int:
    """How many sessions are in the middle of one, besides the one that asks."""
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    sessions = f"pg_stat_activity WHERE {others} AND xact_start IS NOT NULL"
    return int(ask(portal, f"SELECT count(*) FROM {sessions}")[0][0])


def is_ready(worker: Child) -> bool:
    return worker.log.exists() and " ready." in worker.log.read_text()


def in_hand(worker: Child) -> int:
    """How many messages the worker received and has not done with, by its log."""
    said = worker.log.read_text()
    ended = re.findall(r"brustart\.work\[(\S+)\] (?:succeeded|raised)", said)
    ended += re.findall(r"Hard time limit .* exceeded for brustart\.work\[(\S+)\]", said)
    return len({*re.findall(r"brustart\.work\[(\S+)\] received", said)} - {*ended})
