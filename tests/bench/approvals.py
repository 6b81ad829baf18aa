"""Raw transactions on one hot row beside approvals on one hot envelope, from eight threads."""

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from brustart.accounts.models import Role, User
from brustart.awards.models import Proposal
from brustart.core import mail, queue
from brustart.core.models import Mail
from brustart.fund.models import Call
from tests import factories
from tests.bench.measuring import Broken, Figure, Run, beside, together
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


def measure(template: Urls, *, rounds: int, seconds: float, batch: int) -> Figure:
    """`seconds` for each run of the control; `batch` approvals for each of ours."""
    with clone(template) as urls, pointed_at(urls):
        _make_hot_row(urls)
        call = factories.make_call(cap=CAP)
        batches = iter([prepare(call, batch) for _round in range(rounds + 1)])
        figure = beside(
            "hot row: transactions; approvals",
            control=("one UPDATE under a CHECK, committed", updating(urls, seconds)),
            ours=("the approval that awards: vote, ledger, file, mail", approving(batches)),
            rounds=rounds,
        )
        _check(call, awarded=batch * (rounds + 1))
    return figure


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


def approving(batches: Iterator[list[Proposal]]) -> Run:
    """Each run takes the next batch and has its second reviewer approve all of it."""

    def run() -> float:
        waiting = next(batches)
        _send_mail()
        reviewer = factories.panel_of(waiting[0].application.call)[1]
        shares = [waiting[number::THREADS] for number in range(THREADS)]
        return together([partial(_approve, share, reviewer) for share in shares])

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


def _check(call: Call, *, awarded: int) -> None:
    """Every approval moved the money, or there was nothing to measure."""
    account = call.envelope.account
    account.refresh_from_db()
    if account.committed != AMOUNT * awarded:
        raise Broken(f"{awarded} awards of {AMOUNT} left {account.committed} committed")
