"""Processes that live and die with the one that started them; used by `make run` and the tests."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 8
QUEUES = ("screening", "documents", "papers", "mail")
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def web(port: int, *, workers: int = 2, hosts: Iterable[str] = ("127.0.0.1",)) -> list[str]:
    """gunicorn with 8 threads a worker, so that slow uploads do not stop the portal."""
    binds = [part for host in hosts for part in ("--bind", f"{host}:{port}")]
    command = ["gunicorn", "brustart.wsgi", "--worker-class", "gthread", "--threads", "8"]
    options = ["--workers", str(workers), "--graceful-timeout", "5", "--no-control-socket"]
    return [sys.executable, "-m", *command, *options, *binds]


def worker(*queues: str) -> list[str]:
    """A Celery worker for these queues, or for all. Its chatter with other workers is off: the
    database knows who lives."""
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    served = ["--queues", ",".join(queues or QUEUES)]
    return [*_celery("worker"), "--concurrency", "2", *served, *quiet]


def beat() -> list[str]:
    return [*_celery("beat"), "--pidfile="]


def _celery(part: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "brustart", part, "--loglevel", "INFO"]


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


@dataclass
class Child:
    """One process in a session of its own (a terminal's Ctrl-C does not reach it) with its log."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self) -> None:
        """Start, or start anew. On Linux it is told to stop when this process dies."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        parent = os.getpid()

        def follow_parent() -> None:
            if _libc is not None:
                _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
                if os.getppid() != parent:
                    os._exit(1)

        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=follow_parent,  # no other thread runs here
            )

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.poll() if self.process else None

    def send(self, number: int) -> None:
        """Send a signal to the process and all it started."""
        if self.process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def last_lines(self, count: int = 15) -> list[str]:
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if line.strip()][-count:]


def inherit_orphans() -> None:
    """Become the parent of what our children leave behind (PostgreSQL, by pg_ctl), on Linux:
    in a container, the first process often does not bury the dead."""
    if _libc is not None:
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)


def bury_orphans() -> None:
    """Only after every Child has been stopped: it takes any exit code there is."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            continue


def stop(children: Iterable[Child], *, grace: float = GRACE_SECONDS) -> None:
    """Ask all to stop at once, then end whatever is left of them after the grace (seconds)."""
    children = [child for child in children if child.process]
    for child in children:
        if child.process and child.exit_code() is None:
            child.process.terminate()  # not its own children: each ends those in good order
    until = time.monotonic() + grace
    while time.monotonic() < until and any(child.exit_code() is None for child in children):
        time.sleep(0.05)
    for child in children:
        child.send(signal.SIGKILL)
        if child.process:
            child.process.wait()
