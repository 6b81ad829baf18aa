"""A crowd that uses one portal at the same time: who is in it, what each may do, what each answer
means. The money is one hot envelope, with more proposed than its cap allows.

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

from .browsing import Answer, Attempt, Browser, Person

CLIENTS = 64
PAUSE = 0.2  # seconds between two looks at what there is to do
STEPS = (-200_000, -100_000, -50_000, 50_000, 100_000)  # EUR; the cap stays near what is committed
IBAN = "BE71096123456769"


@dataclass
class Board:
    """What there was to do when somebody last looked, so often something that is gone by now."""

    proposals: list[tuple[int, int]] = field(default_factory=list)  # file, proposal
    reviewed: list[int] = field(default_factory=list)  # files without a proposal
    offers: list[tuple[int, int]] = field(default_factory=list)  # file, owner
    running: list[int] = field(default_factory=list)  # files
    tranches: list[tuple[int, int]] = field(default_factory=list)  # tranche, owner
    to_verify: list[int] = field(default_factory=list)  # claims
    to_order: list[int] = field(default_factory=list)
    to_pay: list[int] = field(default_factory=list)
    batches: list[tuple[int, int, list[int]]] = field(default_factory=list)  # who made it, claims
    accountless: list[tuple[int, int]] = field(default_factory=list)  # file, owner
    accounts: list[int] = field(default_factory=list)  # to be confirmed
    cap: int = 0
    change: int | None = None  # of the cap, waiting for its second person
    today: str = ""


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
class Client:
    """A person at a browser who draws one act after the other, always in the same order for a
    seed; whether it can be done, the others decide."""

    browser: Browser
    board: Board
    chance: random.Random
    acts: Mapping[str, int]  # a method of this class, and how often beside the others
    number: int
    sent: int = 0

    @property
    def me(self) -> int:
        return self.browser.person.pk

    def word(self) -> str:
        """A reason that nobody else gives, by which its row is known."""
        self.sent += 1
        return f"crowd {self.number}.{self.sent}"

    def draw(self) -> Attempt | None:
        """The next form to send; nothing when there is nothing of that kind to do."""
        (name,) = self.chance.choices(list(self.acts), list(self.acts.values()))
        attempt: Attempt | None = getattr(self, name)()
        return attempt

    def _any(self, rows: list[Any]) -> Any:
        """One of the first few, so that many have the same."""
        return self.chance.choice(rows[:8]) if rows else None

    # --- the panel ---------------------------------------------------------------------------
    def approve(self) -> Attempt | None:
        if not (found := self._any(self.board.proposals)):
            return None
        path = f"/en/files/{found[0]}/decide/"
        read = self.browser.read(path).get("read_hash")
        if read is None:  # decided, or this person has voted on it
            return None
        key = (found[1], self.me, read)
        return Attempt("approve", key, path, {"act": "approve", "read_hash": read})

    def refuse(self) -> Attempt | None:
        if not (found := self._any(self.board.proposals)):
            return None
        why = self.word()
        path, fields = f"/en/files/{found[0]}/decide/", {"act": "refuse", "reason": why}
        return Attempt("refuse", (found[1], self.me, why), path, fields)

    # --- the fund ----------------------------------------------------------------------------
    def propose(self) -> Attempt | None:
        if not (file := self._any(self.board.reviewed)):
            return None
        why = self.word()
        fields = {"amount": "100000", "instrument": "grant", "reasons": why}
        return Attempt("propose", (file, self.me, why), f"/en/files/{file}/propose/", fields)

    def reduce(self) -> Attempt | None:
        if not (file := self._any(self.board.running)):
            return None
        why, amount = self.word(), self.chance.choice((500, 2_000, 60_000))
        path, fields = f"/en/files/{file}/award/reduce/", {"amount": str(amount), "reason": why}
        return Attempt("reduce", (file, self.me, why), path, fields)

    def ask_cap(self) -> Attempt:
        why, cap = self.word(), self.board.cap + self.chance.choice(STEPS)
        fields = {"act": "ask", "cap": str(cap), "reason": why}
        return Attempt("ask_cap", (self.me, why, cap), "/en/envelopes/brustart/cap/", fields)

    def answer_cap(self) -> Attempt | None:
        if (change := self.board.change) is None:
            return None
        act = self.chance.choice(("confirm", "confirm", "confirm", "refuse", "take_back"))
        fields = {"act": act, "change": change, "no-reason": "Not now."}
        key = (change, self.me, act == "confirm")
        return Attempt("answer_cap", key, "/en/envelopes/brustart/cap/", fields)

    def verify(self) -> Attempt | None:
        if not (claim := self._any(self.board.to_verify)):
            return None
        fields = {"act": "verify", "conditions_met": "on"}
        return Attempt("verify", (claim, self.me), f"/en/claims/{claim}/", fields)

    def order(self) -> Attempt | None:
        if not (claim := self._any(self.board.to_order)):
            return None
        return Attempt("order", (claim, self.me), f"/en/claims/{claim}/", {"act": "order"})

    def confirm_account(self) -> Attempt | None:
        if not (account := self._any(self.board.accounts)):
            return None
        why = self.word()
        key, fields = (account, self.me, why), {"words": why}
        return Attempt("confirm_account", key, f"/en/accounts/{account}/", fields)

    def make_batch(self) -> Attempt | None:
        if not (claims := self.board.to_pay):
            return None
        chosen = self.chance.sample(claims, self.chance.randint(1, len(claims)))
        fields = {"claims": chosen, "execute_on": self.board.today}
        return Attempt("make_batch", (self.me,), "/en/payments/", fields)

    def answer_batch(self) -> Attempt | None:
        if not (found := self._any(self.board.batches)):
            return None
        batch, _maker, claims = found
        path = f"/en/payments/{batch}/answer/"
        if self.chance.random() < 0.2:
            return Attempt("cancel_batch", (batch,), path, {"act": "cancel"})
        back = [one for one in claims if self.chance.random() < 0.2]
        fields = {"act": "confirm", "returned": back}
        return Attempt("confirm_batch", (batch, self.me), path, fields)

    # --- startups ----------------------------------------------------------------------------
    def accept(self) -> Attempt | None:
        if not (file := self._own(self.board.offers)):
            return None
        return Attempt("accept", (file,), f"/en/files/{file}/award/accept/", {"agrees": "on"})

    def decline(self) -> Attempt | None:
        if not (file := self._own(self.board.offers)):
            return None
        return Attempt("decline", (file,), f"/en/files/{file}/award/decline/", {"reason": ""})

    def give_account(self) -> Attempt | None:
        if not (file := self._own(self.board.accountless)):
            return None
        holder, path = self.word(), f"/en/files/{file}/award/account/"
        fields = {"iban": IBAN, "holder": holder}
        return Attempt("give_account", (file, self.me, holder), path, fields)

    def claim(self) -> Attempt | None:
        from tests.applications.bad_files import pdf

        if not (tranche := self._own(self.board.tranches)):
            return None
        words, path = self.word(), f"/en/tranches/{tranche}/claim/"
        return Attempt("claim", (tranche, self.me, words), path, {"words": words}, pdf(words))

    def _own(self, rows: list[tuple[int, int]]) -> Any:
        return self._any([row for row, owner in rows if owner == self.me])


REVIEWER = {"approve": 12, "refuse": 1}
MANAGER = {"reduce": 3, "ask_cap": 2, "answer_cap": 3, "verify": 3, "order": 3, "make_batch": 2}
MANAGER |= {"answer_batch": 3, "propose": 2, "confirm_account": 2}
OWNER = {"accept": 2, "decline": 4, "give_account": 2, "claim": 2}


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
