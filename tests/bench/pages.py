"""A bare Django's list and detail pages beside the fund manager's, over HTTP."""

import http.client
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from django.conf import settings
from django.test import Client

from applications.models import Application
from applications.states import State
from brustart import children
from brustart.accounts.models import Role, User
from tests.bench import processes
from tests.bench.measuring import Broken, Figure, Job, Run, beside, together
from tests.databases import Urls, clone, pointed_at
from tests.live import free_port

CLIENTS = 8
STAY = 20  # requests on a connection; then another, so that none stays with one process
CONTROL = "tests.bench.control"


@dataclass(frozen=True)
class Page:
    """A page of the site on this port, read by somebody logged in."""

    port: int
    path: str
    cookie: str

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def read(self, connection: http.client.HTTPConnection) -> bytes:
        connection.request("GET", self.path, headers={"Cookie": f"sessionid={self.cookie}"})
        response = connection.getresponse()
        body = response.read()
        if response.status != http.client.OK:
            raise Broken(f"{self.path} answers {response.status}")
        return body

    def bytes(self) -> int:
        connection = self.connect()
        try:
            return len(self.read(connection))
        finally:
            connection.close()


def measure(template: Urls, *, rounds: int, seconds: float) -> list[Figure]:
    """The list of 25 rows, then one row's page; `seconds` for each run."""
    with ExitStack() as stack:
        ours = _portal(template, stack)
        control = _control(template, stack)
        return [
            _figure(name, control[name], ours[name], rounds=rounds, seconds=seconds)
            for name in ("list page", "detail page")
        ]


def _figure(name: str, control: Page, ours: Page, *, rounds: int, seconds: float) -> Figure:
    return beside(
        f"{name}, requests",
        control=(f"bare Django, {control.bytes():,} bytes", reading(control, seconds)),
        ours=(f"{_pattern(ours)}, {ours.bytes():,} bytes", reading(ours, seconds)),
        rounds=rounds,
    )


def _pattern(page: Page) -> str:
    return "/".join("ID" if part.isdecimal() else part for part in page.path.split("/"))


def reading(page: Page, seconds: float) -> Run:
    """Eight clients read the page again and again for so many seconds."""

    def client(ready: Callable[[], object]) -> int:
        connection, count = page.connect(), 0
        page.read(connection)
        ready()
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if count % STAY == STAY - 1:
                connection.close()
            page.read(connection)
            count += 1
        connection.close()
        return count

    jobs: list[Job] = [client] * CLIENTS
    return lambda: together(jobs)


def _portal(template: Urls, stack: ExitStack) -> dict[str, Page]:
    """Ours with its demo; the page is an awarded file's, which shows every section."""
    urls = stack.enter_context(clone(template))
    port = free_port()
    environment = processes.portal_environment(urls, PORT=str(port))
    processes.run("demo", children.manage("demo"), environment)
    with pointed_at(urls):
        manager = User.objects.filter(role=Role.FUND_MANAGER).order_by("pk")[0]
        shown = Application.objects.filter(state=State.AWARDED).order_by("pk")[0]
        cookie = log_in(manager)
    stack.enter_context(processes.web("portal", children.web(port), environment, port))
    return {
        "list page": Page(port, "/en/files/", cookie),
        "detail page": Page(port, f"/en/files/{shown.pk}/", cookie),
    }


def log_in(user: User) -> str:
    """A session's cookie."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _control(template: Urls, stack: ExitStack) -> dict[str, Page]:
    port, cookie = control_site(template, stack)
    return {
        "list page": Page(port, "/dossiers/", cookie),
        "detail page": Page(port, "/dossiers/1/", cookie),
    }


def control_site(template: Urls, stack: ExitStack) -> tuple[int, str]:
    """The bare site with as many rows: its port, and the cookie of somebody logged in."""
    urls = stack.enter_context(processes.empty_database(template))
    port = free_port()
    environment = processes.control_environment(urls)
    seed = [sys.executable, "-m", f"{CONTROL}.seed", "60"]
    cookie = processes.run("control-seed", seed, environment).lines[-1]
    command = processes.as_control(children.web(port), "brustart.wsgi", f"{CONTROL}.wsgi")
    stack.enter_context(processes.web("control", command, environment, port))
    return port, cookie
