"""Sixty-four people act at once over HTTP; afterwards no answer was lost and no cent is wrong."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from brustart.awards.models import Award, Batch, Claim, Proposal, Tranche
from tests.awards import making
from tests.databases import Urls
from tests.live import Starter, portals

from . import aftermath, stage
from .browsing import Answer, Attempt
from .crowd import Tally, on_a_portal

SECONDS, FILES = 5, 14


@pytest.fixture(scope="module")
def start(
    template_urls: Urls,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Starter]:
    """Portals that all begin with the same proposals and awards."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        seeded = stack.enter_context(stage.seeded(template_urls, files=FILES))
        yield portals(seeded, tmp_path_factory.mktemp, stack)


@pytest.mark.processes
@pytest.mark.xdist_group("processes")
def test_a_crowd_breaks_nothing(start: Starter) -> None:
    with on_a_portal(start, kill=False, seconds=SECONDS) as tally:
        assert tally.wrong == []
        acted(tally)


@pytest.mark.processes
@pytest.mark.xdist_group("processes")
def test_killed_web_workers_break_nothing(start: Starter) -> None:
    with on_a_portal(start, kill=True, seconds=SECONDS) as tally:
        assert tally.wrong == []
        assert tally.killed > 0
        acted(tally)


def acted(tally: Tally) -> None:
    """It was a race: money was committed and given back, and some were refused."""
    done = Counter(row[0] for row in tally.done)
    assert done["approve"] > 0
    assert done["reduce"] + done["decline"] > 0
    assert done.total() > 10  # on a slow machine; hundreds in a minute
    assert tally.refused


@pytest.mark.parametrize(
    ("answer", "sorted_as"),
    [
        (Answer(302, levels=("success",)), "done"),
        (Answer(302, levels=("info",)), "refused"),
        (Answer(409), "refused"),
        (Answer(404), "refused"),
        (Answer(200, '<p class="field-error">Give the reason.</p>'), "refused"),
        (Answer(0), "broken"),
        (Answer(200), "wrong"),
        (Answer(302), "wrong"),
        (Answer(403), "wrong"),
        (Answer(500), "wrong"),
    ],
)
def test_each_answer_is_sorted(answer: Answer, sorted_as: str) -> None:
    tally = Tally()
    tally.take(Attempt("approve", (1, 2, "hash"), "/", {}), answer)
    assert [name for name, rows in vars(tally).items() if rows] == [sorted_as]


@pytest.mark.parametrize(
    ("done", "broken", "wrote", "found"),
    [
        (1, 0, 1, []),
        (0, 1, 0, []),
        (0, 1, 1, []),
        (1, 0, 0, ["answered as done, and lost"]),
        (2, 0, 1, ["answered as done, and lost"]),
        (0, 0, 1, ["done, and nobody was told"]),
        (0, 1, 2, ["done, and nobody was told"]),
    ],
)
def test_what_was_answered_is_what_is_there(
    done: int, broken: int, wrote: int, found: list[str]
) -> None:
    row = ("verify", 1, 2)
    tally = Tally(done=[row] * done, broken=[row] * broken)
    told = [one.partition(":")[0] for one in aftermath.kept(tally, Counter({row: wrote}))]
    assert told == found


@pytest.mark.django_db
def test_each_disagreement_about_money_is_seen() -> None:
    """All agrees; then one row after another says something else."""
    paid, waiting = making.make_paid(), making.make_ordered()
    making.make_batch(waiting)
    assert list(aftermath.money()) == []
    award = Award.objects.filter(pk=paid.tranche.award_id)
    for rows, change in (
        (award, {"amount": 99_999}),
        (Tranche.objects.filter(award__in=award, position=3), {"amount": 1}),
        (Claim.objects.filter(pk=paid.pk), {"state": Claim.State.ORDERED}),
        (Claim.objects.filter(pk=waiting.pk), {"batch": None}),
        (Claim.objects.filter(pk=waiting.pk), {"amount": 1}),
        (Batch.objects.filter(claims=waiting), {"total": 1}),
        (Proposal.objects.filter(award__in=award), {"sha256": "0" * 64}),
        (Proposal.objects.filter(award__in=award), {"state": Proposal.State.OPEN}),
    ):
        with transaction.atomic():
            rows.update(**change)
            assert list(aftermath.money()), change
            transaction.set_rollback(True)
    assert list(aftermath.money()) == []
