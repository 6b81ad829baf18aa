"""Approvals on one hot envelope beside raw SQL: the very statements of such an approval, sent again
by psycopg alone; and one UPDATE on one hot row, under which no transaction can be.

One after another on one connection, then from eight threads. Each side has a database of its own,
cloned from one in which the same proposals wait.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from brustart.accounts.models import Role, User
from brustart.awards.models import Proposal
from brustart.core import mail, queue
from brustart.core.models import Mail
from brustart.fund.models import Call
from tests import factories
from tests.bench.measuring import Broken, Figure, Run, Side, same, together
from tests.databases import Urls, clone, pointed_at

THREADS = 8
AMOUNT = Decimal("25000.00")
CAP = Decimal("900000000.00")  # never reached: a refusal would be another figure
SCHEMA = """
    CREATE TABLE bench_hot_row (id int PRIMARY KEY, cap numeric(14, 2), committed numeric(14, 2),
        CHECK (committed <= cap));
    INSERT INTO bench_hot_row VALUES (1, 900000000, 0);
"""
UPDATE = "UPDATE bench_hot_row SET committed = committed + 1 WHERE id = 1"
ONE_ROW = re.compile(r'^(INSERT INTO "\w+" \()(.*?\) VALUES \()(.*) RETURNING "\w+"\."id"$', re.S)

HOT = "one UPDATE under a CHECK, committed"
RAW = "the statements of these approvals as SQL text, psycopg"
OURS = "the approval that awards: vote, ledger, file, offer, mail"
Statements = Sequence[str]  # of one transaction, between its BEGIN and its COMMIT


@dataclass(frozen=True)
class Waiting:
    """Proposals with one vote in, in batches; and what the second vote on each says in SQL."""

    batches: list[list[Proposal]]
    said: list[list[Statements]]
    reviewer: User


def measure(template: Urls, *, rounds: int, seconds: float, batch: int) -> list[Figure]:
    """`seconds` for each run on the hot row; `batch` approvals for each of the others."""
    with ExitStack() as stack:
        source = stack.enter_context(clone(template))
        with pointed_at(source):
            waiting = prepared(factories.make_call(cap=CAP), [batch] * (rounds + 1))
        hot, raw, many_raw, one, many = (stack.enter_context(clone(source)) for _side in range(5))
        _make_hot_row(hot)
        sides = {
            "hot": (HOT, updating(hot, seconds)),
            "raw": (f"{RAW}, one connection", replaying(raw, waiting, threads=1)),
            "one": (f"{OURS}, one connection", approving(one, waiting, threads=1)),
            "many raw": (
                f"{RAW}, {THREADS} connections",
                replaying(many_raw, waiting, threads=THREADS),
            ),
            "many": (f"{OURS}, {THREADS} threads", approving(many, waiting, threads=THREADS)),
        }
        told = _interleaved(sides, rounds)
        check([raw, one, many_raw, many], awarded=batch * (rounds + 1))
    return [
        Figure("approvals, one after another", told["raw"], told["one"]),
        Figure(f"approvals, {THREADS} at once", told["many raw"], told["many"]),
        Figure("hot row: transactions; approvals", told["hot"], told["many"]),
    ]


def _interleaved(sides: dict[str, tuple[str, Run]], rounds: int) -> dict[str, Side]:
    """As measuring.beside, with more than two; the first round warms up and does not count."""
    rates = [[run() for _what, run in sides.values()] for _round in range(rounds + 1)][1:]
    columns = zip(sides.items(), zip(*rates, strict=True), strict=True)
    return {name: Side(what, tuple(column)) for (name, (what, _run)), column in columns}


def _make_hot_row(urls: Urls) -> None:
    role = sql.Identifier(str(psycopg.conninfo.conninfo_to_dict(urls.application)["user"]))
    with psycopg.connect(urls.owner) as owner:
        owner.execute(SCHEMA)
        owner.execute(sql.SQL("GRANT SELECT, UPDATE ON bench_hot_row TO {}").format(role))


def updating(urls: Urls, seconds: float) -> Run:
    """Plain SQL as the application's role, a connection each."""

    def client(ready: Callable[[], object]) -> int:
        count = 0
        with psycopg.connect(urls.application, autocommit=True) as own:
            own.execute(UPDATE, prepare=True)
            ready()
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                own.execute(UPDATE, prepare=True)
                count += 1
        return count

    return lambda: together([client] * THREADS)


def prepared(call: Call, sizes: Sequence[int]) -> Waiting:
    """So many proposals in each batch."""
    batches = [prepare(call, size) for size in sizes]
    reviewer = factories.panel_of(call)[1]
    said = [[statements(one, reviewer) for one in batch] for batch in batches]
    return Waiting(batches, said, reviewer)


@transaction.atomic
def prepare(call: Call, count: int) -> list[Proposal]:
    """Open proposals with one vote in, through every act that leads there."""
    manager = factories.make_user(Role.FUND_MANAGER)
    files = [factories.make_screened(call) for _file in range(count)]
    for file in files:
        for review in factories.make_assigned(file, actor=manager):
            factories.mark(review)
    factories.add_up()
    made = [factories.make_proposal(one, amount=AMOUNT, actor=manager) for one in files]
    for proposal in made:
        factories.approve(proposal, factories.panel_of(call)[0])
    return made


def statements(proposal: Proposal, reviewer: User) -> Statements:
    """What an approval sends to the database until it commits, with its values, in its order.

    It is really done, and rolled back. Sequences do not go back: the keys that it was given are
    nobody else's, so they stand in the text, and what refers to them finds them.
    """
    noted: list[str] = []
    with transaction.atomic(), connection.execute_wrapper(partial(_note, noted)):
        factories.approve(proposal, reviewer)
        transaction.set_rollback(True)
    first, *said, last = noted  # a savepoint here; there a transaction
    if not (first.startswith("SAVEPOINT") and last.startswith("RELEASE")):
        raise Broken("an approval is no longer one transaction")
    return said


def _note(noted: list[str], execute: Any, query: str, values: Any, many: bool, context: Any) -> Any:
    cursor = context["cursor"].cursor
    text = cursor.mogrify(query, values)  # before: it forgets the result
    result = execute(query, values, many, context)
    noted.append(_with_key(cursor, text))
    return result


def _with_key(cursor: Any, text: str) -> str:
    """The insertion of one row with the key that this one was given; all else as it is."""
    found = ONE_ROW.match(text)
    if not found:
        return text
    key = cursor.fetchone()[0]
    cursor.scroll(0, mode="absolute")  # Django reads it too
    table, columns, values = found.groups()
    return f'{table}"id", {columns}{key}, {values} RETURNING "id"'


def replaying(urls: Urls, waiting: Waiting, *, threads: int) -> Run:
    """Each run sends the next batch, a connection each; as Django does, nothing is prepared."""
    batches = iter(waiting.said)

    def client(share: list[Statements], ready: Callable[[], object]) -> int:
        options: Any = {"autocommit": True, "prepare_threshold": None}
        with psycopg.connect(urls.application, **options) as own:
            ready()
            for said in share:
                with own.transaction():
                    for one in said:
                        own.execute(one.encode())
        return len(share)

    def run() -> float:
        said = next(batches)
        return together([partial(client, said[number::threads]) for number in range(threads)])

    return run


def approving(urls: Urls, waiting: Waiting, *, threads: int) -> Run:
    """Each run takes the next batch and has the second reviewer approve all of it."""
    batches: Iterator[list[Proposal]] = iter(waiting.batches)

    def run() -> float:
        batch = next(batches)
        with pointed_at(urls):
            _send_mail()
            shares = [batch[number::threads] for number in range(threads)]
            return together([partial(_approve, share, waiting.reviewer) for share in shares])

    return run


def _approve(share: list[Proposal], reviewer: User, ready: Callable[[], object]) -> int:
    connection.ensure_connection()
    ready()
    try:
        return sum(factories.approve(one, reviewer) is not None for one in share)
    finally:
        connection.close()


def _send_mail() -> None:
    """What a worker would do meanwhile, so that the queue is as short as in daily work."""
    due: Any = Mail.objects.due(timezone.now())
    for key in list(due.values_list("pk", flat=True)):
        queue.perform(Mail, key, mail.send, worker="bench")


def check(sides: Sequence[Urls], *, awarded: int) -> None:
    """Every approval moved the money, and each side wrote as many rows into every table: or else
    there was nothing to compare."""
    written = []
    for urls in sides:
        with pointed_at(urls):
            account = Call.objects.get().envelope.account
            if account.committed != AMOUNT * awarded:
                raise Broken(f"{awarded} awards of {AMOUNT} left {account.committed} committed")
            written.append({one: one._base_manager.count() for one in apps.get_models()})
    for rows in written[1:]:
        same("rows written", rows, written[0])
