"""The report of made figures. What the figures are is for no test to say: machines differ."""

import io
import json
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import lifecycle
from applications.models import Application
from applications.states import State
from brustart import worker
from brustart.accounts.models import Role
from brustart.awards.models import Award, Vote
from brustart.core import queue
from brustart.core.models import Mail
from brustart.fund import ledger, verifying
from brustart.fund.models import Call, Programme
from scoring.screening.models import Likeness, Step
from scoring.screening.rescreening import compare
from scoring.screening.rescreening import files as files_of
from tests import factories
from tests.bench import (
    approvals,
    copies,
    drafts,
    lining,
    money,
    reporting,
    rescreening,
    screenings,
)
from tests.bench.measuring import Broken, Delays, Figure, Side, beside, same, together
from tests.databases import Urls, clone, pointed_at

PAGE = Figure(
    "list page, requests",
    control=Side("bare Django", (1000.0, 2000.0, 1500.0)),
    ours=Side("the list", (250.0, 1000.0, 300.0)),
)


def test_ratio_is_the_median_of_the_pairs() -> None:
    assert PAGE.ratios == (0.25, 0.5, 0.2)
    assert PAGE.ratio == 0.25


def test_table_has_a_line_a_figure_and_says_what_stood_beside_what() -> None:
    head, line, empty, note = reporting.table([PAGE]).splitlines()
    assert line.split("  ")[0] == PAGE.name
    assert [*line.split()[3:]] == ["1,500.0", "300.0", "0.250", "0.200", "-", "0.500"]
    assert len(head) == len(line)
    assert not empty
    assert note == f"{PAGE.name}: control = bare Django; ours = the list"


def test_json_keeps_every_round(tmp_path: Path) -> None:
    path = tmp_path / "new" / "bench.json"
    reporting.write(path, [PAGE], [], {"cores": 2})
    told = json.loads(path.read_text())
    assert told["cores"] == 2
    assert told["figures"] == [
        {
            "name": PAGE.name,
            "ratio": 0.25,
            "ratios": [0.25, 0.5, 0.2],
            "control": {"what": "bare Django", "median": 1500, "rates": [1000, 2000, 1500]},
            "ours": {"what": "the list", "median": 300, "rates": [250, 1000, 300]},
        }
    ]


WAITS = Delays("submit to verdict", tuple(number / 1000 for number in range(1, 102)))


def test_delays_are_told_in_ms_with_one_in_twenty_above(tmp_path: Path) -> None:
    assert (WAITS.median, WAITS.late) == (0.051, 0.096)
    head, line = reporting.delays_table([WAITS]).splitlines()
    assert line.split()[-2:] == ["51.0", "96.0"]
    assert len(head) == len(line)
    reporting.write(tmp_path / "bench.json", [], [WAITS], {})
    [told] = json.loads((tmp_path / "bench.json").read_text())["delays_ms"]
    assert told == {
        "what": WAITS.what, "count": 101, "median": 51.0, "p95": 96.0, "longest": 101.0,
    }  # fmt: skip


def test_what_was_not_measured_is_not_told() -> None:
    assert reporting.text([], [WAITS], {"cores": 2}) == reporting.delays_table([WAITS])


def test_remarks_tell_of_imports_and_of_the_burst() -> None:
    told = {"files": 1000, "requests": 1096, "seconds": 41.25}
    peaks = {"2,000 enterprises": 90}
    imports, burst = reporting.remarks({"burst": told, "peak_mib_of_imports": peaks})
    assert imports == "register, 2,000 enterprises: the import held at most 90 MiB"
    assert burst.startswith("burst: 1,000 files handed in by 1,096 requests in 41.2 s")


def test_runs_alternate_and_the_first_pair_does_not_count() -> None:
    order: list[str] = []

    def run(side: str) -> float:
        order.append(side)
        return float(len(order))

    figure = beside("made", control=("a", lambda: run("a")), ours=("b", lambda: run("b")), rounds=2)
    assert "".join(order) == "ababab"
    assert (figure.control.rates, figure.ours.rates) == ((3, 5), (4, 6))


def test_jobs_start_when_all_are_ready() -> None:
    started = threading.Semaphore(0)

    def job(ready: Callable[[], object]) -> int:
        started.release()
        ready()
        return sum(started.acquire(blocking=False) for _try in range(2))

    assert together([job, job, job]) > 0


def test_a_job_that_fails_says_why() -> None:
    def fails(ready: Callable[[], object]) -> int:
        raise ValueError("no such page")

    def waits(ready: Callable[[], object]) -> int:
        ready()
        return 1

    with pytest.raises(Broken, match="no such page"):
        together([waits, fails])


def test_the_same_things_in_another_order_are_the_same() -> None:
    same("files", [2, 1], [1, 2])


@pytest.mark.parametrize(
    ("found", "told"),
    [([1], "1 lost, 0 too many"), ([1, 2, 2], "0 lost, 1 too many"), ([1, 3], "1 lost, 1 too")],
)
def test_what_is_lost_or_doubled_is_no_figure(found: list[int], told: str) -> None:
    with pytest.raises(Broken, match=told):
        same("files", found, [1, 2])


@pytest.mark.django_db
def test_copied_drafts_can_be_handed_in_each_by_its_owner() -> None:
    owners, now = [factories.make_user(), factories.make_user()], timezone.now()
    copies = drafts.like(factories.make_draft(), owners, 3)
    for draft, owner in zip(copies, [*owners, owners[0]], strict=True):
        submission = lifecycle.submit(draft, actor=owner, now=now)
        assert submission.answers("startup")["enterprise_number"] == draft.startup.enterprise_number
    assert len({draft.startup.enterprise_number for draft in copies}) == len(copies)


@pytest.mark.django_db
def test_copied_drafts_do_not_resemble_each_other_and_are_screened_once() -> None:
    files = drafts.like(factories.make_draft(), [factories.make_user()], 2)
    assert list(screenings.hand_in(files)) == [file.pk for file in files]
    assert not screenings.is_quiet()
    _work_off()
    assert screenings.is_quiet()
    screenings.check(files)
    assert not Likeness.objects.exists()
    Step.objects.filter(run__submission__application=files[0].pk, place=0).update(attempt=2)
    with pytest.raises(Broken, match="screening: 1 failed, or needed more than one attempt"):
        screenings.check(files)
    with pytest.raises(Broken, match="screenings: 1 lost, 0 too many"):
        screenings.check([*files, factories.make_empty_draft()])


def _work_off() -> None:
    """As the workers do, without their processes."""
    while not screenings.is_quiet():
        for kind, (model, act) in worker.KINDS.items():
            for key in list(model.objects.due(timezone.now()).values_list("pk", flat=True)):
                assert queue.perform(model, key, act, worker="tests"), kind


@pytest.mark.django_db
def test_copies_are_screened_files_of_which_a_tenth_changes_at_a_time() -> None:
    call, files = factories.make_call(), 2 * copies.EACH
    copies.make(call, files, asking=rescreening.amounts())
    judged = [compare(file) for file in files_of(call)]
    assert [bool(one.changes) for one in judged] == files * [False]
    assert not any(one.collected.other_files for one in judged)
    for tenth in range(3):
        call.minimum = rescreening.LOWEST + rescreening.STEP * tenth + 1
        call.save()
        said = io.StringIO()
        call_command("rescreen", call=call.code, stdout=said, stderr=io.StringIO())
        assert f"{files} files screened again, 2 differ; 2 new screenings kept" in said.getvalue()
    assert Application.objects.filter(call=call, state=State.FAILS_RULES).count() == 6
    assert not Likeness.objects.exists()


@pytest.mark.django_db
def test_screening_again_asks_as_much_of_each_file_however_many_there_are() -> None:
    call, other = factories.make_call(), factories.make_call()
    copies.make(call, 40, asking=rescreening.amounts())
    asked = []
    for left in (40, 20, 10):
        Application.objects.filter(pk__gt=copies.FIRST + left).update(call=other)
        with CaptureQueriesContext(connection) as queries:
            _dry_run(call)
        asked.append(len(queries))
    assert asked[0] - asked[1] == 2 * (asked[1] - asked[2])


def _dry_run(call: Call) -> None:
    quiet = {"stdout": io.StringIO(), "stderr": io.StringIO()}
    call_command("rescreen", call=call.code, dry_run=True, **quiet)


@pytest.mark.django_db
def test_what_an_approval_says_in_sql_does_what_it_does() -> None:
    call = factories.make_call()
    waiting = approvals.prepared(call, [1])
    [[proposal]], [[said]] = waiting.batches, waiting.said
    assert not Award.objects.exists()
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        for one in said:
            connection.cursor().execute(one)
    assert len(queries) - 2 == len(said) > 20
    award = Award.objects.get(proposal=proposal)
    assert award.account.committed == approvals.AMOUNT
    assert Vote.objects.filter(proposal=proposal, approves=True).count() == call.quorum
    assert Application.objects.get(pk=proposal.application_id).state == State.AWARDED
    assert Mail.objects.filter(fact__startswith=f"awarded:{award.pk}:").exists()
    assert not list(verifying.differences())


def test_approvals_beside_their_statements_write_the_same(committed_db: Urls) -> None:
    waiting = approvals.prepared(factories.make_call(), [2])
    connection.close()
    with clone(committed_db) as raw, clone(committed_db) as ours:
        assert approvals.replaying(raw, waiting, threads=2)() > 0
        with pytest.raises(Broken, match=r"2 awards of 25000.00 left 0.00 committed"):
            approvals.check([raw, ours], awarded=2)
        assert approvals.approving(ours, waiting, threads=2)() > 0
        approvals.check([raw, ours], awarded=2)
        with pointed_at(raw):
            Programme.objects.create(code="more", position=2)
        with pytest.raises(Broken, match="rows written: 0 lost, 1 too many"):
            approvals.check([ours, raw], awarded=2)


def test_a_ledger_filled_at_once_adds_up_and_is_taken_home_whole(
    committed_db: Urls, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    call, manager = factories.make_call(), factories.make_user(Role.FUND_MANAGER)
    money.award(call, 3, manager)
    with psycopg.connect(committed_db.owner) as owner:
        money.fill(owner, call.envelope.account_id, 24, actor=manager.pk)
    found = list(verifying.differences())
    assert len(found) == 24  # the cap's own entry was moved to an earlier day
    assert all(one.endswith("its hash is not that of its content") for one in found)
    last = Award.objects.latest("pk").account
    with pytest.raises(ledger.OutOfOrder):  # the triggers are back
        ledger.pay(last, Decimal(2), actor=None, now=timezone.now(), reference="more")
    client = Client()
    client.force_login(manager)
    for kind in money.EVERY:
        assert money.take_home(client, kind).rows == 24
    fund = money.Fund(committed_db, 24, manager)
    assert all(one.rate(fund, 1) > 0 for one in money.readings())


def test_the_line_is_told_beside_a_shorter_one() -> None:
    figure, delays = lining.measure_line(rounds=2, lined=(5, 20))
    assert [len(side.rates) for side in (figure.control, figure.ours)] == [2, 2]
    assert len(delays.each) == 2
