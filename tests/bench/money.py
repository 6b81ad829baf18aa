"""The capacity page beside a short and a long ledger; tables taken home, and the memory that takes.
Each figure's control is the small one, so that the ratio is the growth.

`python -m tests.bench.money KIND USER` is the child that takes the ledger home, once, and says as
JSON what that took. It sets Django up by itself, so models are imported where they are needed.
"""

import json
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import IO, Any

import psycopg
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.bench import processes
from tests.bench.measuring import Broken, Figure, Side, beside
from tests.databases import Urls, clone, pointed_at

AWARDS = 100  # among which the entries go round, however many there are
SPREAD = timedelta(days=400)  # the time in which they came
BLOCK = 1 << 18  # bytes
EXPORT_SECONDS = 300  # within which a table must be written
EVERY = {"csv": b"\n", "xlsx": b"<row "}  # what a file holds once for each row, and its heads

# One euro each, in fours: committed, liquidated, ordered, paid. So the stages of an award keep
# their order at any length, and the figure before each is that of the fours before it.
ENTRIES = """
    INSERT INTO fund_entry (account_id, kind, amount, at, actor_id, reference, envelope_id,
        sequence, before, after, recorded_at, previous, hash)
    SELECT account.id, (ARRAY['commit', 'liquidate', 'order', 'pay'])[1 + n %% 4], 1, moment,
        %(actor)s, 'bench:' || n, envelope.id, envelope.sequence + 1 + n, n / 4, n / 4 + 1, moment,
        CASE n WHEN 0 THEN envelope.head
            ELSE encode(sha256(('bench:' || n - 1)::bytea), 'hex') END,
        encode(sha256(('bench:' || n)::bytea), 'hex')
    FROM generate_series(0, %(number)s - 1) AS n
    CROSS JOIN LATERAL (SELECT now() - (%(number)s - n) * %(spread)s / %(number)s AS moment) AS time
    JOIN fund_account AS envelope ON envelope.id = %(envelope)s
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM fund_account
        WHERE parent_id = %(envelope)s) AS account ON account.place = n / 4 %% %(awards)s
"""
HOW_MANY = "SELECT count(*) FROM fund_account WHERE parent_id = %s"
EARLIER = "UPDATE fund_entry SET at = now() - 2 * %(spread)s WHERE kind = 'cap'"
BALANCES = """
    UPDATE fund_account AS account SET committed = moved.committed, paid = moved.paid,
        liquidated = moved.liquidated, ordered = moved.ordered,
        sequence = account.sequence + moved.number
    FROM (
        SELECT {by} AS id, count(*) AS number,
            coalesce(sum(amount) FILTER (WHERE kind = 'commit'), 0) AS committed,
            coalesce(sum(amount) FILTER (WHERE kind = 'liquidate'), 0) AS liquidated,
            coalesce(sum(amount) FILTER (WHERE kind = 'order'), 0) AS ordered,
            coalesce(sum(amount) FILTER (WHERE kind = 'pay'), 0) AS paid
        FROM fund_entry WHERE kind <> 'cap' GROUP BY {by}
    ) AS moved WHERE account.id = moved.id
"""
HEAD = """
    UPDATE fund_account SET head = (SELECT hash FROM fund_entry WHERE envelope_id = %(envelope)s
        ORDER BY sequence DESC LIMIT 1) WHERE id = %(envelope)s
"""


@dataclass(frozen=True)
class Fund:
    """A database with a ledger of so many entries, and who reads it."""

    urls: Urls
    entries: int
    manager: Any

    @property
    def said(self) -> str:
        return f"{self.entries:,} entries"


def made(template: Urls, entries: int, stack: ExitStack) -> Fund:
    """One in a database of its own."""
    from brustart.accounts.models import Role
    from tests import factories

    urls = stack.enter_context(clone(template))
    with pointed_at(urls):
        call, manager = factories.make_call(), factories.make_user(Role.FUND_MANAGER)
        award(call, AWARDS, manager)
    with psycopg.connect(urls.owner) as owner:
        fill(owner, call.envelope.account_id, entries, actor=manager.pk)
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")  # as the server does by itself a minute later
    return Fund(urls, entries, manager)


def award(call: Any, number: int, manager: Any) -> None:
    """So many awarded files in the call, each with an account on which nothing has moved yet."""
    from django.db.models import F

    from applications.models import Application
    from applications.states import State
    from brustart.awards.models import Award, Proposal
    from brustart.fund import accounts
    from tests.bench import copies

    copies.make(call, number, asking={0: 90_000})
    files = Application.objects.filter(call=call)
    files.update(state=State.AWARDED, state_since=F("state_since"))
    now, terms = timezone.now(), {"amount": Decimal(90_000), "instrument": "grant"}
    kept = {"state": Proposal.State.APPROVED, "proposed_by": manager, "proposed_at": now}
    proposals = Proposal.objects.bulk_create(
        Proposal(application=file, ended_at=now, **kept, **terms) for file in files.order_by("pk")
    )
    envelope = call.envelope.account
    Award.objects.bulk_create(
        Award(
            application=one.application, proposal=one, decided_at=now,
            account=accounts.open_award_account(envelope, asked=Decimal(100_000)),
            offer_until=timezone.localdate(now), **terms,
        )
        for one in proposals
    )  # fmt: skip


def fill(owner: "psycopg.Connection[Any]", envelope: int, entries: int, *, actor: int) -> None:
    """Make the ledger of an envelope, on which nothing but its cap was entered, so long.

    Through the trigger 100,000 entries take six minutes. So the owner of this throw-away database
    puts the triggers aside and writes what they would: places, figures before and after, balances.
    The chain links; but the hashes are not those of the contents, and `verify_ledger` would say so.
    """
    [(awards,)] = owner.execute(HOW_MANY, [envelope]).fetchall()
    known = {
        "envelope": envelope,
        "number": entries - 1,
        "awards": awards,
        "actor": actor,
        "spread": SPREAD,
    }
    owner.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits would forbid ALTER TABLE
    owner.execute("ALTER TABLE fund_entry DISABLE TRIGGER USER")
    owner.execute(EARLIER, known)
    owner.execute(ENTRIES, known)
    for by in ("account_id", "envelope_id"):
        owner.execute(BALANCES.format(by=by))
    owner.execute(HEAD, known)
    owner.execute("ALTER TABLE fund_entry ENABLE TRIGGER USER")


@dataclass(frozen=True)
class Reading:
    """A page of the capacity desk, asked for so many times by a fund manager."""

    name: str
    address: str
    query: dict[str, str]
    again: bool = False  # as the page does while nothing moves

    def rate(self, fund: Fund, pages: int) -> float:
        """Pages a second."""
        with pointed_at(fund.urls):
            client = Client()
            client.force_login(fund.manager)
            url, wanted, headers = reverse(self.address), 200, {}
            if self.again:
                wanted, headers = 304, {"If-None-Match": client.get(url)["ETag"]}
            begun = perf_counter()
            for _page in range(pages):
                answer = client.get(url, self.query, headers=headers)
                if answer.status_code != wanted:
                    raise Broken(f"{url} answers {answer.status_code}")
            return pages / (perf_counter() - begun)


def readings() -> list[Reading]:
    earlier = timezone.localdate() - SPREAD / 2
    return [
        Reading("capacity page", "capacity", {}),
        Reading("capacity live, nothing moved", "capacity_live", {}, again=True),
        Reading("capacity live, drawn anew", "capacity_live", {}),
        Reading("capacity on a past day", "capacity", {"at": earlier.isoformat()}),
        Reading("capacity over time", "capacity_over_time", {}),
    ]


def measure_pages(
    template: Urls, *, rounds: int, entries: Sequence[int], pages: int
) -> list[Figure]:
    """`entries`: the lengths of two ledgers, the shorter first; `pages`: requests a round."""
    settings.ALLOWED_HOSTS = ["*"]
    with ExitStack() as stack:
        few, many = (made(template, number, stack) for number in entries)
        return [
            beside(
                f"{one.name}, requests",
                control=(few.said, partial(one.rate, few, pages)),
                ours=(many.said, partial(one.rate, many, pages)),
                rounds=rounds,
            )
            for one in readings()
        ]


@dataclass(frozen=True)
class Taken:
    """A table taken home: its rows, and what that took of the process beyond what it held."""

    rows: int
    seconds: float
    growth_kib: int
    peak_kib: int


def measure_exports(
    template: Urls, *, entries: Sequence[int]
) -> tuple[list[Figure], dict[str, dict[str, float]]]:
    """A figure for each kind of file; and by kind and length the MiB that the export needed."""
    figures, memory = [], {}
    with ExitStack() as stack:
        few, many = (made(template, number, stack) for number in entries)
        for kind in EVERY:
            small, large = (_in_a_child(one, kind) for one in (few, many))
            sides = [
                Side(f"{one.rows:,} rows", (one.rows / one.seconds,)) for one in (small, large)
            ]
            figures.append(Figure(f"ledger as {kind.upper()}, rows", *sides))
            memory[kind] = {
                f"growth_mib_{one.rows}_rows": round(one.growth_kib / 1024, 1)
                for one in (small, large)
            } | {"ratio_of_peaks": round(large.peak_kib / max(small.peak_kib, 1), 3)}
    return figures, memory


def _in_a_child(fund: Fund, kind: str) -> Taken:
    command = [sys.executable, "-m", "tests.bench.money", kind, str(fund.manager.pk)]
    ended = processes.run(
        "export", command, processes.portal_environment(fund.urls), within=EXPORT_SECONDS
    )
    taken = Taken(**json.loads(ended.lines[-1]))
    if taken.rows != fund.entries:
        raise Broken(f"{taken.rows} of {fund.entries} entries taken home")
    return taken


def take_home(client: Client, kind: str) -> Taken:
    """The whole ledger, through the view that sends it."""
    _written(client, "largest", kind).close()  # whatever is imported once
    before = _memory_kib("VmRSS")
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    begun = perf_counter()
    with _written(client, "entries", kind) as file:
        seconds, peak = perf_counter() - begun, _memory_kib("VmHWM")
        rows = sum(piece.count(EVERY[kind]) for piece in _content(file, kind)) - 1
    return Taken(rows, seconds, peak - before, peak)


def _written(client: Client, table: str, kind: str) -> IO[bytes]:
    """The file as a browser keeps it: piece by piece."""
    answer: Any = client.get(reverse("capacity_export", args=[table, kind]))
    if answer.status_code != 200:
        raise Broken(f"{table}.{kind} answers {answer.status_code}")
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
    for piece in answer.streaming_content:
        file.write(piece)
    file.seek(0)
    return file


def _content(file: IO[bytes], kind: str) -> Iterator[bytes]:
    """In lines, so that no mark of a row is cut in two; a sheet's rows have none, so by `>`."""
    if kind == "csv":
        yield from file
        return
    with zipfile.ZipFile(file) as book, book.open("xl/worksheets/sheet1.xml") as sheet:
        left = b""
        while block := sheet.read(BLOCK):
            whole, mark, left = (left + block).rpartition(b">")
            yield whole + mark


def _memory_kib(what: str) -> int:
    """VmRSS: what this process holds now; VmHWM: the most it held. 0 where /proc does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{what}:")), 0)


def main(kind: str, user: str) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "brustart.settings")
    django.setup()
    from brustart.accounts.models import User

    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.force_login(User.objects.get(pk=user))
    print(json.dumps(asdict(take_home(client, kind))))


if __name__ == "__main__":
    main(*sys.argv[1:])
