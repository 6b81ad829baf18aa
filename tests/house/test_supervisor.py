"""`make run` as a person meets it: it comes up, says in a line what is wrong, goes away whole."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from brustart import children, embedded, supervisor
from tests.live import free_port

pytestmark = pytest.mark.processes
NOT_INHERITED = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "BRUSTART_DEMO")


class Run:
    """A supervisor in a process of its own, in a folder of its own, without the demo."""

    def __init__(self, var: Path, **environment: str) -> None:
        inherited = {k: v for k, v in os.environ.items() if k not in NOT_INHERITED}
        own = {"BRUSTART_VAR": str(var), "BRUSTART_DEMO": "0", "SECRET_KEY": "x" * 60}
        self.said: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "brustart.supervisor"],
            cwd=children.ROOT,
            env=inherited | own | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            self.said += iter(lines.readline, "")

    def wait_for(self, words: str, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not any(words in line for line in self.said):
            assert self.process.poll() is None, self.said
            assert time.monotonic() < until, self.said
            time.sleep(0.02)

    def end(self, number: int | None = None, seconds: float = 60) -> int:
        """Its exit code, after the signal if one is given; says nothing afterwards."""
        if number:
            self.process.send_signal(number)
        code = self.process.wait(seconds)
        self.reader.join()
        return code


def alive(var: Path) -> list[str]:
    """The living processes that belong to the folder, PostgreSQL's among them."""
    data = str(embedded.locate(var / "postgres").data)
    found = []
    for process in psutil.process_iter():
        try:
            ours = process.environ().get("BRUSTART_VAR") == str(var) or data in process.cmdline()
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    embedded.reset(tmp_path / "postgres")


@pytest.fixture
def port() -> str:
    return str(free_port())


def refuses(run: Run, *words: str) -> None:
    """It ends by itself, and its last line says why; nothing of a Python traceback."""
    assert run.end() == 1
    assert "Traceback" not in "".join(run.said)
    for word in words:
        assert word in run.said[-1]


def test_a_busy_port_is_named(var: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refuses(Run(var, PORT=port), f"Port {port} is busy", "PORT=9000 make run")
    assert alive(var) == []


def test_services_that_do_not_answer_are_named(var: Path, port: str) -> None:
    url = "postgres://somebody:secret@127.0.0.1:1/portal"
    given = Run(var, PORT=port, DATABASE_URL=url, DATABASE_OWNER_URL=url)
    refuses(given, "No PostgreSQL answers at 127.0.0.1:1", "DATABASE_OWNER_URL")
    assert "secret" not in "".join(given.said)
    redis = Run(var, PORT=port, REDIS_URL="redis://:secret@127.0.0.1:1/0")
    refuses(redis, "No Redis answers at 127.0.0.1:1", "REDIS_URL")
    assert "secret" not in "".join(redis.said)
    assert alive(var) == []


def test_half_initialised_data_are_named(var: Path, port: str) -> None:
    (embedded.locate(var / "postgres").data / "base").mkdir(parents=True)
    refuses(Run(var, PORT=port), "half-initialised", "make demo-reset")
    assert alive(var) == []


@pytest.mark.parametrize("stage", ["Embedded PostgreSQL", "Database and roles"])
def test_a_signal_in_the_middle_of_a_stage_leaves_nothing(var: Path, port: str, stage: str) -> None:
    run = Run(var, PORT=port)
    run.wait_for(stage)
    began = time.monotonic()

    assert run.end(signal.SIGTERM) == 0
    assert time.monotonic() - began < 10
    assert alive(var) == []


def test_comes_up_mends_itself_and_goes_away_whole(var: Path, port: str) -> None:
    run = Run(var, PORT=port)
    run.wait_for(f"Brustart is ready at http://localhost:{port}")
    assert supervisor.answers(int(port))
    refuses(Run(var, PORT=str(free_port())), "already runs from this folder")
    _no_child_knows_the_owner(run)
    _child(run, "beat").kill()
    run.wait_for("The beat stopped (exit -9) and is started again.")

    run.end(signal.SIGKILL)
    until = time.monotonic() + 10
    while len(left := alive(var)) > 1 and time.monotonic() < until:
        time.sleep(0.1)
    assert ["postgres" in command for command in left] == [True]

    again = Run(var, PORT=port)  # adopts that server
    again.wait_for("Web server, worker and beat")
    began = time.monotonic()
    assert again.end(signal.SIGTERM) == 0
    assert time.monotonic() - began < 10
    assert alive(var) == []


def _child(run: Run, part: str) -> psutil.Process:
    everyone = psutil.Process(run.process.pid).children()
    return next(child for child in everyone if part in child.cmdline())


def _no_child_knows_the_owner(run: Run) -> None:
    for part in ("gunicorn", "worker", "beat"):
        environment = _child(run, part).environ()
        assert "DATABASE_URL" in environment
        assert "DATABASE_OWNER_URL" not in environment
        assert ("DATABASE_POOL_SIZE" in environment) == (part == "gunicorn")
