"""Real processes and databases for a measurement; each ends with the `with` that began it.

The control runs by the very commands of ours, with only the application's name exchanged.
"""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql

from brustart import children, supervisor
from brustart.children import Child
from tests.bench.measuring import WAIT_SECONDS, Broken, wait_until
from tests.databases import Urls, with_database

POOL = {"DATABASE_POOL_SIZE": "10"}  # connections a web process, as `make run` gives


def portal_environment(urls: Urls, **more: str) -> dict[str, str]:
    """Ours: the application's role on this database, the broker of this process."""
    return dict(os.environ) | {"DATABASE_URL": urls.application} | more


def control_environment(urls: Urls, **more: str) -> dict[str, str]:
    """The control has one role, its database's owner."""
    return dict(os.environ) | {"DATABASE_URL": urls.owner} | more


def as_control(command: list[str], ours: str, control: str) -> list[str]:
    """The same command for the control's application."""
    assert ours in command, command
    return [control if part == ours else part for part in command]


@contextmanager
def web(name: str, command: list[str], environment: dict[str, str], port: int) -> Iterator[Child]:
    """gunicorn, once it answers."""
    with _child(name, command, environment | POOL) as child:
        _wait(child, lambda: supervisor.answers(port))
        yield child


@contextmanager
def worker(name: str, command: list[str], environment: dict[str, str]) -> Iterator[Child]:
    """A Celery worker, once it takes tasks."""
    with _child(name, command, environment) as child:
        _wait(child, lambda: " ready." in child.log.read_text(errors="replace"))
        yield child


@contextmanager
def portal_workers(urls: Urls) -> Iterator[None]:
    """The two that `make run` starts: one for screenings, so that nothing else delays a verdict."""
    ours = portal_environment(urls)
    screening, *others = children.QUEUES
    with (
        worker("worker", children.worker(screening), ours),
        worker("errands", children.worker(*others), ours),
    ):
        yield


@dataclass(frozen=True)
class Ended:
    """A command that ended well: its last lines, its seconds, and the most memory it held."""

    lines: list[str]
    seconds: float
    peak_kib: int


def run(
    name: str, command: list[str], environment: dict[str, str], *, within: float = WAIT_SECONDS
) -> Ended:
    """A command to its end. Raises Broken when it fails, or is not done within so many seconds."""
    begun, peak = time.perf_counter(), 0
    with _child(name, command, environment) as child:

        def ended() -> bool:
            nonlocal peak
            assert child.process is not None
            peak = max(peak, _high_water_kib(child.process.pid))
            return child.exit_code() is not None

        wait_until(ended, every=0.02, what=name, within=within)
        seconds = time.perf_counter() - begun
        if child.exit_code():
            raise Broken(f"{name}: {' '.join(child.last_lines(3))}")
        return Ended(child.last_lines(), seconds, peak)


def _high_water_kib(pid: int) -> int:
    """The most memory that the process has held so far; 0 where /proc does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


@contextmanager
def _child(name: str, command: list[str], environment: dict[str, str]) -> Iterator[Child]:
    log = settings.VAR / "log" / f"{name}.log"
    log.unlink(missing_ok=True)  # what another one said of itself is not this one's
    child = Child(name, command, environment, log)
    try:
        child.start()
        yield child
    finally:
        children.stop([child], grace=2)


def _wait(child: Child, ready: Callable[[], bool]) -> None:
    def ready_or_dead() -> bool:
        if child.exit_code() is not None:
            raise Broken(f"{child.name}: {' '.join(child.last_lines(3))}")
        return ready()

    wait_until(ready_or_dead, every=0.1, what=f"{child.name} is up")


@contextmanager
def empty_database(server: Urls) -> Iterator[Urls]:
    """A database without a table, on the same server; dropped at the end."""
    name = f"brustart_bench_{uuid.uuid4().hex[:8]}"
    owner = psycopg.conninfo.conninfo_to_dict(server.owner).get("user", "postgres")
    create = sql.SQL("CREATE DATABASE {} OWNER {}")
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    with psycopg.connect(with_database(server.admin, "postgres"), autocommit=True) as connection:
        connection.execute(create.format(sql.Identifier(name), sql.Identifier(str(owner))))
        try:
            yield server.named(name)
        finally:
            connection.execute(drop.format(sql.Identifier(name)))
