"""Saving and handing in beside a bare Django's form, over HTTP; then a burst of files at once.

Eight clients, each a person with a session and a token of their own. No worker runs: this is
what the web alone takes in, and writes down for a worker to do later.
"""

import json
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from applications.models import Application, Submission
from applications.states import State
from brustart import children
from brustart.core import audit
from brustart.core.models import Mail, Message
from tests import factories, mirabelle
from tests.bench import drafts, pages, processes
from tests.bench.measuring import Broken, Figure, Job, Run, beside, same, together
from tests.bench.posting import JSON, Sender
from tests.databases import Urls, clone, pointed_at
from tests.live import free_port

CLIENTS = 8
TWICE = 10  # in the burst each tenth file of a client is sent twice
NEW = "/dossiers/new/"
DOSSIER = {
    "title": "Dossier",
    "organisation": "Organisation",
    "state": "submitted",
    "amount": "25000.00",
    "summary": "Each morning we plan the rounds of home nurses. " * 12,
    "submitted_at": "2025-01-06 09:00",
    "author": "1",
}
AGREED = {"binds_company": "yes"}
Share = Sequence[Application]  # the files of one client


@dataclass(frozen=True)
class Burst:
    """So many files were handed in by so many requests in so many seconds, each once."""

    files: int
    requests: int
    seconds: float


def measure(
    template: Urls, *, rounds: int, seconds: float, batch: int, burst: int
) -> tuple[list[Figure], Burst]:
    """`seconds` for each run, but `batch` files for ours of handing in; then the burst's files.

    Raises Broken when a save or a file was lost or doubled.
    """
    with ExitStack() as stack:
        urls = stack.enter_context(clone(template))
        stack.enter_context(pointed_at(urls))
        control = _form(template, stack, seconds)
        portal = Portal(urls, stack)
        figures = [
            _figure(
                "a section saved by itself, requests", control, _saves(portal, seconds), rounds
            ),
            _figure("files handed in, requests", control, _batches(portal, rounds, batch), rounds),
        ]
        told = _burst(portal, portal.shares(burst))
        _check(portal.handed_in)
    return figures, told


def _figure(name: str, control: Run, ours: tuple[str, Run], rounds: int) -> Figure:
    bare = ("bare Django, a form that saves a row", control)
    return beside(name, control=bare, ours=ours, rounds=rounds)


class Portal:
    """Ours on a database of its own: a person for each client, and a draft to copy."""

    def __init__(self, urls: Urls, stack: ExitStack) -> None:
        port = free_port()
        environment = processes.portal_environment(urls, PORT=str(port))
        self.people = [factories.make_user() for _client in range(CLIENTS)]
        self.senders = [Sender(port, pages.log_in(person)) for person in self.people]
        self.draft = factories.make_draft()
        self.handed_in: list[int] = []
        stack.enter_context(processes.web("applying", children.web(port), environment, port))

    def shares(self, count: int) -> list[Share]:
        """So many more complete drafts, each client's own."""
        made = drafts.like(self.draft, self.people, count)
        return [made[number::CLIENTS] for number in range(CLIENTS)]

    def hand_in(self, shares: Sequence[Share], *, twice: int = 0) -> float:
        """All of them at once; files a second. Each `twice`th of a client is sent two times."""
        self.handed_in += [file.pk for share in shares for file in share]
        pairs = zip(self.senders, shares, strict=True)
        return together([partial(_hand_in, sender, share, twice) for sender, share in pairs])


# --- a form that saves a row ----------------------------------------------------------------
def _form(template: Urls, stack: ExitStack, seconds: float) -> Run:
    """The control's clients, each with a session and a token."""
    port, session = pages.control_site(template, stack)
    senders = [Sender(port, session) for _client in range(CLIENTS)]
    jobs: list[Job] = [partial(_save_rows, sender, seconds) for sender in senders]
    return lambda: together(jobs)


def _save_rows(sender: Sender, seconds: float, ready: Callable[[], object]) -> int:
    sender.open(NEW)
    ready()
    count, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        sender.send(NEW, DOSSIER, status=HTTPStatus.FOUND)
        count += 1
    sender.close()
    return count


# --- a section that saves itself ------------------------------------------------------------
def _saves(portal: Portal, seconds: float) -> tuple[str, Run]:
    files = [share[0] for share in portal.shares(CLIENTS)]
    pairs = zip(portal.senders, files, strict=True)
    jobs: list[Job] = [partial(_save, sender, file, seconds) for sender, file in pairs]
    return (f"{len(mirabelle.PROJECT)} answers read, kept, repeated", lambda: together(jobs))


def _save(sender: Sender, file: Application, seconds: float, ready: Callable[[], object]) -> int:
    """As an open page does while somebody types: each save begins from the one before it."""
    path = f"/en/applications/{file.pk}/project/"
    hidden = sender.open(path)
    page, version = hidden["page"], int(hidden["version"])
    ready()
    count, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        typed = mirabelle.PROJECT | {"title": f"Home care on time {version}"}
        fields = typed | {"version": version, "page": page}
        told = json.loads(sender.send(path, fields, accept=JSON, status=HTTPStatus.OK).body)
        if told["version"] != version + 1:
            raise Broken(f"version {told['version']} was saved over {version}")
        count, version = count + 1, told["version"]
    sender.close()
    return count


# --- handing in -----------------------------------------------------------------------------
def _batches(portal: Portal, rounds: int, batch: int) -> tuple[str, Run]:
    """A batch for each run, and for the one that warms up."""
    waiting = iter([portal.shares(batch) for _round in range(rounds + 1)])
    return "a file judged, frozen, told of", lambda: portal.hand_in(next(waiting))


def _hand_in(sender: Sender, files: Share, twice: int, ready: Callable[[], object]) -> int:
    paths = [f"/en/applications/{file.pk}/check/" for file in files]
    sender.open(paths[0])
    ready()
    for number, path in enumerate(paths, start=1):
        again = twice and number % twice == 0
        send = sender.send_twice if again else sender.send
        location = send(path, AGREED, status=HTTPStatus.FOUND).location
        if not location.endswith("/received/"):
            raise Broken(f"{path} leads to {location}")
    sender.close()
    return len(files)


def _burst(portal: Portal, shares: Sequence[Share]) -> Burst:
    files = sum(map(len, shares))
    again = sum(len(share) // TWICE for share in shares)
    rate = portal.hand_in(shares, twice=TWICE)
    return Burst(files, files + again, round(files / rate, 1))


def _check(files: Sequence[int]) -> None:
    """Every file is handed in exactly once, and nothing else is. Raises Broken."""
    submissions = Submission.objects.all()
    events = Message.objects.filter(topic="application.submitted")
    mails = Mail.objects.filter(template="received").values_list("about", flat=True)
    states = Application.objects.filter(state=State.SUBMITTED)
    receipts = submissions.values_list("receipt", flat=True)
    same("files", states.values_list("pk", flat=True), files)
    same("submissions", submissions.values_list("application", flat=True), files)
    same("events", events.values_list("payload__application", flat=True), files)
    same("mails", mails, [audit.reference(Application(pk=key)) for key in files])
    same("receipts", receipts, set(receipts))
