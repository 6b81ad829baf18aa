"""What the tests of faults do to a portal, and how they tell that it is whole again."""

import email
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg

from brustart.children import Child
from brustart.worker import KINDS
from scoring.screening.eligibility import RULES
from scoring.screening.models import Step
from tests.live import Portal

T = TypeVar("T")
SUBMIT = """
import itertools
from applications.models import Application
from tests import factories
factories._numbers = itertools.count(1 + 1000 * Application.objects.count())  # nobody's yet
call = factories.make_call()
for _file in range({}):
    factories.make_submitted(call)
"""
SWEEP = "from brustart.worker import sweep; sweep()"
TABLES = [model._meta.db_table for model, _act in KINDS.values()]
STEPS = len(Step.Name)
PAPERS = 2  # receipt and answers


def shell(portal: Portal, code: str, **env: str) -> str:
    """Run code on the portal in a process of its own; what it printed."""
    return portal.manage("shell", "--verbosity", "0", "-c", code, env=env).stdout.strip()


def submit(portal: Portal, files: int, **env: str) -> None:
    """Hand in that many files that meet every rule."""
    shell(portal, SUBMIT.format(files), **env)


def lease(portal: Portal) -> float:
    """Seconds after which a dead worker's work is taken from it, as settings.py says."""
    return int(portal.env["TASK_SECONDS"]) + 2


def two_sweeps(portal: Portal) -> None:
    """What beat does, with its pauses, which are longer than a lease."""
    for _sweep in range(2):
        time.sleep(lease(portal) + 0.1)
        shell(portal, SWEEP)


def kill(child: Child) -> None:
    """End the process and all it started, with no time for last words."""
    child.send(signal.SIGKILL)
    assert child.process is not None
    child.process.wait()


def ask(portal: Portal, question: str) -> list[Any]:
    """What the database says, asked directly: a command would take a second to start."""
    with psycopg.connect(portal.urls.admin, autocommit=True) as database:
        return database.execute(question).fetchall()


@contextmanager
def held(portal: Portal, *locks: str) -> Iterator[None]:
    """Run these statements and take them back when the block ends: until then, whoever comes to
    what they lock stands still."""
    with psycopg.connect(portal.urls.owner) as database:
        for lock in locks:
            database.execute(lock)
        try:
            yield
        finally:
            database.rollback()


def wait_for(look: Callable[[], T], wanted: Callable[[T], bool], *, seconds: float = 60) -> T:
    """What is seen as soon as it is as wanted, or as it is when time is up."""
    until = time.monotonic() + seconds
    while not wanted(found := look()) and time.monotonic() < until:
        time.sleep(0.02)
    return found


# --- whether the portal is whole ------------------------------------------------------------
@dataclass(frozen=True)
class File:
    """What there is of one file. Numbers are of rows; those of work count what is done."""

    state: str = "eligible"
    runs: int = 1
    current: int = 1
    scored: int = 1
    steps: int = STEPS
    findings: int = len(RULES)
    rules: int = len(RULES)
    screened: int = 1  # lines of the timeline
    receipts: int = 1  # mails that say that the file arrived
    papers: int = PAPERS
    suggested: bool = True  # to reviewers


_FILE = """
    WITH run AS (SELECT * FROM screening_run WHERE submission_id = file.submission_id),
        finding AS (SELECT * FROM screening_finding WHERE run_id IN (SELECT id FROM run))
    SELECT file.state,
        (SELECT count(*) FROM run),
        (SELECT count(*) FROM run WHERE is_current),
        (SELECT count(*) FROM run WHERE prescore IS NOT NULL AND verdict = 'pass'),
        (SELECT count(*) FROM screening_step
            WHERE run_id IN (SELECT id FROM run) AND state = 'done'),
        (SELECT count(*) FROM finding),
        (SELECT count(DISTINCT rule) FROM finding),
        (SELECT count(*) FROM applications_timelineentry
            WHERE application_id = file.id AND kind LIKE 'screened%'),
        (SELECT count(*) FROM core_mail
            WHERE about = 'applications.application:' || file.id AND template = 'received'),
        (SELECT count(*) FROM applications_paper
            WHERE submission_id = file.submission_id AND state = 'done'),
        EXISTS (SELECT FROM review_suggestion WHERE application_id = file.id)
"""
_FILES = f"SELECT one.* FROM applications_application file, LATERAL ({_FILE}) one"
_OPEN = " UNION ALL ".join(
    f"SELECT '{table}', state, count(*) FROM {table} "
    "WHERE state IN ('queued', 'running', 'failed') GROUP BY 2"
    for table in TABLES
)


@dataclass(frozen=True)
class Outcome:
    """How a portal stands. `unfinished`: work by table and state; `lost`: mails said to be sent
    that reached nobody; `doubled`: mails that somebody has twice."""

    files: dict[File, int]
    unfinished: dict[tuple[str, str], int]
    uncertain: int
    lost: frozenset[str]
    doubled: frozenset[str]


def outcome(portal: Portal) -> Outcome:
    """How the portal stands now."""
    with psycopg.connect(portal.urls.owner, autocommit=True) as database:
        files = Counter(File(*row) for row in database.execute(_FILES))
        unfinished = {(table, state): count for table, state, count in database.execute(_OPEN)}
        mails = database.execute("SELECT message_id, state FROM core_mail").fetchall()
    taken = delivered(portal)
    return Outcome(
        files=dict(files),
        unfinished=unfinished,
        uncertain=sum(state == "uncertain" for _id, state in mails),
        lost=frozenset(id for id, state in mails if state == "done" and not taken[id]),
        doubled=frozenset(id for id, times in taken.items() if times > 1),
    )


def delivered(portal: Portal) -> Counter[str]:
    """How often each mail reached the folder, by Message-ID."""
    found: Counter[str] = Counter()
    for file in portal.mail_folder.glob("*"):
        for part in file.read_bytes().split(b"-" * 79 + b"\n"):  # as Django's backend ends one
            if identity := email.message_from_bytes(part)["Message-ID"]:
                found[identity] += 1
    return found


def settled(files: int, *, uncertain: int = 0) -> Outcome:
    """How a portal must stand in the end: each file done once, and nothing else left to do."""
    return Outcome({File(): files}, {}, uncertain, frozenset(), frozenset())


def assert_settles(portal: Portal, files: int, *, uncertain: int = 0) -> None:
    wanted = settled(files, uncertain=uncertain)
    found = wait_for(lambda: outcome(portal), lambda now: now == wanted)
    assert found == wanted


def done(portal: Portal) -> int:
    """How many steps of screening are done."""
    question = "SELECT count(*) FROM screening_step WHERE state = 'done'"
    return int(ask(portal, question)[0][0])


def attempts(portal: Portal, table: str = "screening_step") -> dict[int, int]:
    """How many rows of a table of work needed how many attempts."""
    return dict(ask(portal, f"SELECT attempt, count(*) FROM {table} GROUP BY 1"))
