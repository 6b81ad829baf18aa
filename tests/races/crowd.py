"""A crowd that uses one portal at the same time: who is in it, and what each answer means. The
money is one hot envelope, with more proposed than its cap allows.

`python -m tests.races.crowd --seconds 60 [--kill]` lets it loose and prints what came of it.
"""

import argparse
import itertools
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .acting import MANAGER, OWNER, REVIEWER, Board, Client
from .browsing import Answer, Attempt, Browser, Person

CLIENTS = 64
PAUSE = 0.2  # seconds between two looks at what there is to do


@dataclass
class Tally:
    """What all clients were answered. Lists only grow, so threads may share them."""

    done: list[tuple[Any, ...]] = field(default_factory=list)
    refused: list[tuple[Any, ...]] = field(default_factory=list)
    broken: list[tuple[Any, ...]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    killed: int = 0
    unheard: int = 0  # acts that were done, though the connection broke before the answer
    deadlocks: int = 0  # that the database broke off

    def take(self, attempt: Attempt, answer: Answer) -> bool:
        """Sort an answer in; whether the act is done."""
        row = (attempt.kind, *attempt.key)
        if answer.status == 302 and "success" in answer.levels:
            self.done.append(row)
            return True
        if answer.status == 0:
            self.broken.append(row)
        elif _refuses(answer):
            self.refused.append((attempt.kind, answer.status))
        else:
            self.wrong.append(f"{attempt.kind} {attempt.path}: {answer.status} {answer.body[:400]}")
        return False


def _refuses(answer: Answer) -> bool:
    """A page that says why not, or that there is no such thing (any more) for this person."""
    if answer.status == 302:  # a second click: “you have already decided”
        return "info" in answer.levels
    says_why = answer.status == 200 and "field-error" in answer.body
    return answer.status in (404, 409) or says_why


@dataclass
class Crowd:
    """Everybody, the portal's port, and what they were answered."""

    port: int
    people: Mapping[str, list[Person]]
    look: Callable[[], Board]
    seed: int = 1
    board: Board = field(default_factory=Board)
    tally: Tally = field(default_factory=Tally)

    def clients(self) -> Iterator[Client]:
        """Three in eight judge, three in eight manage the fund, the others apply."""
        kinds = [("reviewers", REVIEWER), ("managers", MANAGER)] * 3 + [("owners", OWNER)] * 2
        turns = {who: itertools.cycle(people) for who, people in self.people.items()}
        for number in range(CLIENTS):
            who, acts = kinds[number % len(kinds)]
            browser = Browser(self.port, next(turns[who]))
            chance = random.Random(self.seed * 1000 + number)
            yield Client(browser, self.board, chance, acts, number)

    def run(self, seconds: float, *, web: int | None = None) -> Tally:
        """Let all of them act for so long. `web`: the gunicorn whose workers are killed."""
        clients = list(self.clients())
        others = 1 if web is None else 2  # this thread, and the one that kills
        ready, over = threading.Barrier(len(clients) + others, timeout=120), threading.Event()
        jobs: list[tuple[Callable[..., None], tuple[Any, ...]]] = [
            (self._live, (one, ready, over)) for one in clients
        ]
        jobs.append((self._look, (over,)))
        if web is not None:
            jobs.append((self._kill, (web, ready, over)))
        threads = [threading.Thread(target=self._safely, args=job) for job in jobs]
        for thread in threads:
            thread.start()
        try:
            ready.wait()
            time.sleep(seconds)
        finally:
            over.set()
            for thread in threads:
                thread.join()
        return self.tally

    def _safely(self, job: Callable[..., None], given: tuple[Any, ...]) -> None:
        """What breaks in a thread would otherwise be seen by nobody."""
        try:
            job(*given)
        except Exception as error:
            self.tally.wrong.append(f"{job.__name__}: {error!r}")

    def _live(self, client: Client, ready: threading.Barrier, over: threading.Event) -> None:
        client.browser.read("/en/")
        ready.wait()
        try:
            while not over.is_set():
                if attempt := client.draw():
                    self.tally.take(attempt, client.browser.send(attempt))
                else:
                    over.wait(PAUSE / 4)
        finally:
            client.browser.close()

    def _look(self, over: threading.Event) -> None:
        from django.db import connections

        try:
            while not over.is_set():
                vars(self.board).update(vars(self.look()))
                over.wait(PAUSE)
        finally:
            connections.close_all()

    def _kill(self, web: int, ready: threading.Barrier, over: threading.Event) -> None:
        """Now and then one of the web's own workers ends, whatever it is doing."""
        import psutil

        chance, master = random.Random(self.seed), psutil.Process(web)
        ready.wait()
        while not over.wait(chance.uniform(1.5, 3.5)):
            if workers := master.children():
                chance.choice(workers).send_signal(signal.SIGKILL)
                self.tally.killed += 1


@contextmanager
def on_a_portal(start: Callable[..., Any], *, kill: bool, seconds: float) -> Iterator[Tally]:
    """The crowd on a portal of its own with two web workers; afterwards, on its database."""
    from tests.databases import pointed_at
    from tests.races import aftermath, stage

    portal = start(worker=False)
    try:
        portal.web.process.send_signal(signal.SIGTTIN)  # gunicorn: one worker more
        with pointed_at(portal.urls):
            crowd = Crowd(portal.port, stage.people(), stage.look)
            before = aftermath.rows()
            tally = crowd.run(seconds, web=portal.web.process.pid if kill else None)
            tally.wrong += aftermath.wrongs(tally, before, portal, kill=kill)
            tally.deadlocks = aftermath.deadlocks(portal)
            yield tally
    finally:
        portal.stop()


def report(tally: Tally) -> str:
    """Counts by act and by answer."""
    done, broken = (Counter(row[0] for row in rows) for rows in (tally.done, tally.broken))
    refused = Counter(kind for kind, _status in tally.refused)
    kinds = sorted({*done, *broken, *refused})
    lines = [f"{'':14}{'done':>8}{'refused':>8}{'broken':>8}"]
    lines += [f"{one:14}{done[one]:8}{refused[one]:8}{broken[one]:8}" for one in kinds]
    lines.append(f"{'':14}{done.total():8}{refused.total():8}{broken.total():8}")
    statuses = Counter(status for _kind, status in tally.refused)
    lines += [
        f"refusals by status: {dict(statuses)}",
        f"workers killed: {tally.killed}; done without an answer: {tally.unheard}",
        f"deadlocks that the database broke off: {tally.deadlocks}",
    ]
    lines += [f"WRONG: {one}" for one in tally.wrong]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.races.crowd", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--kill", action="store_true", help="kill -9 web workers at random")
    parser.add_argument("--files", type=int, default=48, help="how many files are proposed")
    arguments = parser.parse_args()

    import tests.environment  # noqa: F401  (before Django's settings are first read)
    from tests.bench.__main__ import _set_up

    _set_up()
    from tests import databases, live
    from tests.races import stage

    with ExitStack() as stack, TemporaryDirectory() as folder:
        template = databases.build_template()
        stack.callback(databases.tear_down, template)
        seeded = stack.enter_context(stage.seeded(template, files=arguments.files))
        start = live.portals(seeded, lambda name: Path(folder), stack)
        with on_a_portal(start, kill=arguments.kill, seconds=arguments.seconds) as tally:
            sys.stdout.write(report(tally) + "\n")
        return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
