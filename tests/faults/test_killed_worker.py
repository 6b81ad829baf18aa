"""A worker killed with -9 and a broker emptied: within two sweeps each file is screened once."""

import json
import signal
import time
from typing import Any

import psycopg
import pytest

from scoring.screening.eligibility import RULES
from tests.live import Portal, Starter

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]
FILES = 24
LEASE = 4.0  # seconds: TASK_SECONDS + 2

SUBMIT = f"""
from tests.factories import make_call, make_submitted
call = make_call()
for _ in range({FILES}):
    make_submitted(call)
"""
STATES = "SELECT state, count(*) FROM {} GROUP BY state"
SWEEP = "from brustart.worker import sweep; sweep()"


def shell(portal: Portal, code: str) -> str:
    return portal.manage("shell", "--verbosity", "0", "-c", code).stdout.strip()


def counts(portal: Portal) -> dict[str, Any]:
    """What the database says, asked directly: a command would take a second to start."""
    with psycopg.connect(portal.urls.application, autocommit=True) as database:

        def count(table: str) -> int:
            row = database.execute(f"SELECT count(*) FROM {table}").fetchone()
            return int(row[0]) if row else 0

        return {
            "steps": dict(database.execute(STATES.format("screening_step")).fetchall()),
            "states": dict(database.execute(STATES.format("applications_application")).fetchall()),
            "runs": count("screening_run"),
            "findings": count("screening_finding"),
            "screened": count("applications_timelineentry WHERE kind LIKE 'screened%'"),
        }


def wait_for(portal: Portal, condition, *, seconds: float) -> dict[str, Any]:
    """The counts as soon as the condition holds, or as they are when time is up."""
    until = time.monotonic() + seconds
    while not condition(found := counts(portal)) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def test_each_file_is_screened_exactly_once(live_portal: Starter) -> None:
    portal = live_portal(worker=False, env={"TASK_SECONDS": "2"})
    shell(portal, SUBMIT)
    portal.worker.start()
    wait_for(portal, lambda found: found["steps"].get("done"), seconds=30)
    portal.worker.send(signal.SIGKILL)
    assert portal.worker.process is not None
    portal.worker.process.wait()
    portal.empty_broker()
    left = counts(portal)
    assert left["steps"].get("done", 0) < 3 * FILES, "the worker was killed too late to tell"

    portal.worker.start()
    for _sweep in range(2):
        time.sleep(LEASE)
        shell(portal, SWEEP)
    found = wait_for(portal, lambda now: now["states"] == {"eligible": FILES}, seconds=60)

    assert found == {
        "steps": {"done": 3 * FILES},
        "states": {"eligible": FILES},
        "runs": FILES,
        "findings": len(RULES) * FILES,
        "screened": FILES,
    }
    portal.stop()


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
    until = time.monotonic() + 30
    while "screened" not in shell(portal, LAST_LINE) and time.monotonic() < until:
        time.sleep(0.2)
    by_worker, by_demo = json.loads(shell(portal, OUTCOME))
    assert by_worker == by_demo
    assert [state for _name, state, _attempt in by_worker["steps"]] == ["done"] * 3
    portal.stop()
