"""The report of made figures. What the figures are is for no test to say: machines differ."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from applications import lifecycle
from tests import factories
from tests.bench import drafts, reporting
from tests.bench.measuring import Broken, Figure, Side, beside, same, together

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
    reporting.write(path, [PAGE], {"cores": 2})
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
