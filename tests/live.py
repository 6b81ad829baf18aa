"""A whole portal in real processes, on a database, a broker and folders of its own.

The `live_portal` fixture starts them; tests drive them over HTTP and may kill the worker.
"""

import os
import socket
import subprocess
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import redis

from brustart import children, supervisor
from brustart.children import Child
from tests.databases import Urls, clone

READY_SECONDS = 60


@dataclass
class Portal:
    """Addresses and handles of a portal that runs. `worker` and `beat` may be killed and
    started again: `portal.worker.send(signal.SIGKILL)`, `portal.worker.start()`."""

    folder: Path
    port: int
    urls: Urls
    env: dict[str, str]
    web: Child = field(init=False)
    worker: Child = field(init=False)
    beat: Child = field(init=False)
    others: list[Child] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        web = children.web(self.port, workers=1)
        self.web = self._process("web", web, {"DATABASE_POOL_SIZE": "10"})
        self.worker = self._process("worker", children.worker())
        self.beat = self._process("beat", children.beat())

    def _process(self, name: str, command: list[str], env: dict[str, str] | None = None) -> Child:
        environment = self.env | (env or {})
        del environment["DATABASE_OWNER_URL"]
        return Child(name, command, environment, self.folder / "log" / f"{name}.log")

    def another(self, name: str, command: list[str], env: dict[str, str] | None = None) -> Child:
        """One more process of this portal, with what it finds in its environment; started."""
        self.others.append(self._process(name, command, env))
        self.others[-1].start()
        return self.others[-1]

    @property
    def base_url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def mail_folder(self) -> Path:
        return self.folder / "mail"

    def manage(
        self, *arguments: str, check: bool = True, env: dict[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command of manage.py on this portal, as its owner would."""
        done = subprocess.run(
            children.manage(*arguments),
            cwd=children.ROOT,
            env=self.env | (env or {}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def empty_broker(self) -> None:
        """Lose every message, as a broker's crash would."""
        for message in (self.folder / "broker" / "messages").glob("*"):
            message.unlink(missing_ok=True)
        if url := self.env.get("REDIS_URL"):
            forget(url, self.env["BROKER_PREFIX"])

    def messages(self) -> int:
        """How many messages the broker holds that no worker has, or none has done with yet."""
        if url := self.env.get("REDIS_URL"):
            prefix = self.env["BROKER_PREFIX"]
            with redis.Redis.from_url(url) as client:
                waiting = sum(client.llen(f"{prefix}{queue}") for queue in children.QUEUES)
                return waiting + client.hlen(f"{prefix}unacked")
        return len(list((self.folder / "broker" / "messages").glob("*")))

    def wait_until_up(self, *, web: bool = True, worker: bool) -> None:
        until = time.monotonic() + READY_SECONDS
        while web and not supervisor.answers(self.port):
            self._wait(self.web, until)
        while worker and " ready." not in self.worker.log.read_text():
            self._wait(self.worker, until)

    def _wait(self, child: Child, until: float) -> None:
        assert child.exit_code() is None, child.last_lines()
        assert time.monotonic() < until, child.last_lines()
        time.sleep(0.05)

    def stop(self) -> None:
        """End the processes at once; nothing they hold outlives the test."""
        children.stop([self.web, self.worker, self.beat, *self.others], grace=0)
        if url := self.env.get("REDIS_URL"):
            forget(url, self.env["BROKER_PREFIX"])


Starter = Callable[..., Portal]


def portals(template: Urls, folders: Callable[[str], Path], stack: ExitStack) -> Starter:
    """A function that starts portals; they end with the stack, or by their own `stop`."""
    static: list[Path] = []

    def start(
        *,
        web: bool = True,
        worker: bool = True,
        beat: bool = False,
        env: dict[str, str] | None = None,
    ) -> Portal:
        folder = folders("portal")
        urls = stack.enter_context(clone(template))
        port = free_port()
        portal = Portal(folder, port, urls, _environment(folder, port, urls, env or {}))
        for name in ("messages", "control"):
            (folder / "broker" / name).mkdir(parents=True)
        if static:
            (folder / "static").symlink_to(static[0])
        elif web:
            portal.manage("collectstatic", "--noinput", "--verbosity", "0")
            static.append(folder / "static")
        stack.callback(portal.stop)
        for child, wanted in ((portal.web, web), (portal.worker, worker), (portal.beat, beat)):
            if wanted:
                child.start()
        portal.wait_until_up(web=web, worker=worker)
        return portal

    return start


def _environment(folder: Path, port: int, urls: Urls, more: dict[str, str]) -> dict[str, str]:
    own = {
        "BRUSTART_VAR": str(folder),
        "BROKER_PREFIX": f"brustart-tests-{uuid.uuid4().hex[:8]}:",
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
    return dict(os.environ) | urls.environment() | own | more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def forget(url: str, prefix: str) -> None:
    """Delete a test's messages from the Redis given."""
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter(match=f"{prefix}*"):
            client.delete(key)
