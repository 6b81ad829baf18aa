"""What `make run` runs: brings the portal up stage by stage, watches it, and takes it down whole.

Every failure is one line on stderr, a non-zero exit, and nothing left running. Signals only set
a flag that each wait looks at, so none can fall between starting a process and knowing it.
"""

import argparse
import fcntl
import http.client
import os
import re
import shutil
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import IO
from urllib.parse import urlsplit

import redis

from brustart import children, embedded
from brustart.children import Child

VAR = Path(os.environ.get("BRUSTART_VAR", children.ROOT / "var"))
LOGS = VAR / "log"
READY_SECONDS = 60
RESTARTS, RESTART_SECONDS = 3, 60  # a worker or beat that dies more often is broken
TRUE = {"1", "true", "yes", "on"}


class Failure(Exception):
    """The portal can't run; the message is the one line that says why and what to do."""


class Stopped(Exception):
    """Somebody asked the portal to stop."""


class Supervisor:
    def __init__(self, environment: dict[str, str]) -> None:
        self.port = _port(environment.get("PORT", "8000"))
        self.embedded = "DATABASE_URL" not in environment
        asked = environment.get("BRUSTART_DEMO")
        self.demo = self.embedded if asked is None else asked.lower() in TRUE
        self.owner_environment = self._environment(environment)
        self.environment = dict(self.owner_environment)
        self.environment.pop("DATABASE_OWNER_URL", None)
        self.children: list[Child] = []
        self.stopping = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)

    def _environment(self, given: dict[str, str]) -> dict[str, str]:
        """What the stages get; everybody else gets it without the owner's URL."""
        made = given | {"PYTHONUNBUFFERED": "1", "PORT": str(self.port)}
        if self.embedded:
            if "DATABASE_OWNER_URL" in given:
                raise Failure("DATABASE_OWNER_URL is set, DATABASE_URL is not: set both or none.")
            made["DATABASE_URL"] = embedded.url(embedded.APPLICATION)
            made["DATABASE_OWNER_URL"] = embedded.url(embedded.OWNER)
        if self.demo:
            made["BRUSTART_DEMO"] = "1"
        return made

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    # --- the stages ---

    def run(self) -> None:
        """Bring everything up, and stay until asked to stop or until something breaks."""
        children.inherit_orphans()
        try:
            hosts = free_hosts(self.port)
            self._prepare()
            self._serve(hosts)
            self._watch()
        finally:
            self._take_down()

    def _prepare(self) -> None:
        shutil.rmtree(LOGS, ignore_errors=True)
        broker = Path(self.environment.get("BROKER_FOLDER", VAR / "broker"))
        for folder in ("messages", "control"):  # Celery's file transport expects them
            (broker / folder).mkdir(parents=True, exist_ok=True)
        if self.embedded:
            self._stage("Embedded PostgreSQL", embedded.start)
        if url := self.environment.get("REDIS_URL"):
            self._stage("Redis", lambda: check_redis(url))
        self._command("Database and roles", "prepare", environment=self.owner_environment)
        self._command("Languages", "catalogues", "compile")
        self._command("Style and scripts", "collectstatic", "--noinput", "--verbosity", "0")
        if self.demo:
            self._command("Demo", "demo")

    def _serve(self, hosts: list[str]) -> None:
        pooled = self.environment | {"DATABASE_POOL_SIZE": "10"}
        self._add("web", children.web(self.port, hosts=hosts), pooled)
        self._add("worker", children.worker("screening"), self.environment)
        self._add("errands", children.worker("documents", "papers", "mail"), self.environment)
        self._add("beat", children.beat(), self.environment)
        self._stage("Web server, worker and beat", self._wait_until_ready)
        say(f"Brustart is ready at http://localhost:{self.port}")
        if self.demo:
            say(
                "Open the address and choose a person: "
                "Startup applying, Reviewer or Fund manager. No password."
            )
        else:
            say("Log in there; docs/install.md tells how to make the first administrator.")
        say(f"Logs: {LOGS}. Ctrl-C stops everything.")

    def _stage(self, name: str, act: Callable[[], None]) -> None:
        self._look_up()
        say(f"{name} ... ", end="")
        began = time.monotonic()
        try:
            act()
        except BaseException:
            say("")
            raise
        say(f"{time.monotonic() - began:.1f} s")

    def _command(
        self, name: str, *arguments: str, environment: dict[str, str] | None = None
    ) -> None:
        """A stage that is a command of manage.py."""
        child = Child(
            arguments[0],
            children.manage(*arguments),
            environment or self.environment,
            LOGS / f"{arguments[0]}.log",
        )

        def finish() -> None:
            self.children = [child]
            child.start()
            while (code := child.exit_code()) is None:
                self._pause()
            self.children = []
            if code:
                raise Failure(f"{name}: {_reason(child)}")

        self._stage(name, finish)
        for line in child.last_lines(50):
            if line.startswith("Warning: "):
                say(line)

    def _add(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        child = Child(name, command, environment, LOGS / f"{name}.log")
        self.children.append(child)
        child.start()

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while not answers(self.port):
            self._pause()
            for child in self.children:
                if child.exit_code() is not None:
                    raise self._died(child)
            if time.monotonic() > until:
                raise Failure(
                    f"The web server did not answer within {READY_SECONDS} s: see {LOGS}/web.log."
                )

    # --- while it runs ---

    def _watch(self) -> None:
        deaths: dict[str, deque[float]] = {}
        while True:
            self._pause()
            for child in self.children:
                if child.exit_code() is None:
                    continue
                recent = deaths.setdefault(child.name, deque(maxlen=RESTARTS))
                often = len(recent) == RESTARTS and time.monotonic() - recent[0] < RESTART_SECONDS
                if child.name == "web" or often:
                    raise self._died(child)
                recent.append(time.monotonic())
                say(f"The {child.name} stopped (exit {child.exit_code()}) and is started again.")
                child.send(signal.SIGKILL)  # what it may have left behind
                child.start()
            if self.embedded and not embedded.status():
                raise Failure("Embedded PostgreSQL stopped: `make run` starts it again.")

    def _died(self, child: Child) -> Failure:
        for line in child.last_lines():
            say(f"  {child.name}: {line}")
        return Failure(f"The {child.name} stopped (exit {child.exit_code()}): see {child.log}.")

    def _pause(self) -> None:
        time.sleep(0.1)
        self._look_up()

    def _look_up(self) -> None:
        if self.stopping:
            raise Stopped

    def _take_down(self) -> None:
        children.stop(self.children)
        if self.embedded:
            embedded.stop()
        children.bury_orphans()


def say(text: str, *, end: str = "\n", to: IO[str] | None = None) -> None:
    """Print; a terminal that is gone must not keep us from stopping."""
    try:
        print(text, end=end, flush=True, file=to or sys.stdout)
    except OSError:
        return


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Failure(f"PORT is {text!r}, and must be a number from 1 to 65535.")
    return int(text)


def free_hosts(port: int) -> list[str]:
    """The addresses of this machine to listen on: IPv4, and IPv6 where there is one."""
    hosts = ["127.0.0.1"]
    _try_port(socket.AF_INET, hosts[0], port)
    try:
        _try_port(socket.AF_INET6, "::1", port)
    except OSError:  # no IPv6 here
        return hosts
    return [*hosts, "[::1]"]


def _try_port(family: socket.AddressFamily, host: str, port: int) -> None:
    busy = f"Port {port} is busy: stop what listens there, or choose another (PORT=9000 make run)."
    with socket.socket(family) as probe:
        probe.settimeout(1)
        if probe.connect_ex((host, port)) == 0:
            raise Failure(busy)
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise Failure(f"Port {port} is not allowed here: {error.strerror}.") from error
        except OSError as error:
            if family == socket.AF_INET6:
                raise
            raise Failure(busy) from error


def check_redis(url: str) -> None:
    parts = urlsplit(url)
    address = f"{parts.hostname or 'localhost'}:{parts.port or 6379}"  # never the password
    try:
        redis.Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3).ping()
    except (redis.ConnectionError, redis.TimeoutError) as error:
        refused = isinstance(error, redis.AuthenticationError)
        said = f"Redis at {address} refuses us" if refused else f"No Redis answers at {address}"
        raise Failure(f"{said} (REDIS_URL). Start it, or correct the URL.") from error
    except (redis.RedisError, ValueError) as error:
        raise Failure(f"Redis at {address} (REDIS_URL): {error}") from error


def answers(port: int) -> bool:
    """Whether the portal says it is well."""
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _reason(child: Child) -> str:
    """The line that says why a command failed, without the exception's Python name."""
    lines = child.last_lines(1) or [f"exit {child.exit_code()}"]
    return re.sub(r"^([\w.]*(Error|Exception|ImproperlyConfigured)): ", "", lines[0])


def lock() -> IO[str]:
    """Hold var/run.lock as long as the returned file stays open: one run in each folder."""
    VAR.mkdir(parents=True, exist_ok=True)
    held = (VAR / "run.lock").open("a+")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.seek(0)
        raise Failure(
            f"Brustart already runs from this folder: stop process {held.read().strip()} first."
        ) from error
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()
    return held


def reset() -> None:
    """Delete what the demo left: the embedded database, mail, messages and uploads."""
    embedded.reset()
    for name in ("mail", "broker", "media"):
        shutil.rmtree(VAR / name, ignore_errors=True)
    say("The demo's data is deleted: `make run` starts anew.")


def main() -> int:
    parser = argparse.ArgumentParser(description="Runs the portal, or resets its demo.")
    parser.add_argument("--reset", action="store_true", help="delete the demo's data and stop")
    arguments = parser.parse_args()
    try:
        with lock():
            if arguments.reset:
                reset()
            else:
                Supervisor(dict(os.environ)).run()
    except Stopped:
        say("Brustart has stopped.")
    except (Failure, embedded.EmbeddedError, OSError) as failure:
        say("Brustart can't run. " + " ".join(str(failure).split()), to=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
