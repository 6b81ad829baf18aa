"""What the marks add up to, and the places in a call."""

from decimal import Decimal

import pytest
from django.utils import timezone

from applications.models import Application
from applications.states import State
from brustart.core import queue
from scoring.grid import Criterion
from scoring.review import conflicts, panel, reviewing, rubrics, steps
from scoring.review.models import PanelScore, Rank, Review
from scoring.review.models import Step as PanelStep
from scoring.review.ranking import is_being_ranked, lines, rows
from tests import factories

pytestmark = pytest.mark.django_db


def state_of(application: Application) -> str:
    return Application.objects.get(pk=application.pk).state


def test_weighted_mean_of_one_hundred() -> None:
    alike = {one: [Decimal(3), Decimal(4)] for one in Criterion}
    assert panel.weighted(alike, rubrics.read(None)) == Decimal("70.00")
    one = {Criterion.INNOVATION: [Decimal(5)]}  # what applies to nobody is left out
    assert panel.weighted(one, rubrics.read(None)) == Decimal("100.00")


def test_the_panel_waits_for_every_review() -> None:
    first, second = factories.make_assigned()
    factories.mark(first, 3)
    factories.add_up()
    assert state_of(first.application) == State.IN_REVIEW
    factories.mark(second, "4.5")
    factories.add_up()
    score = PanelScore.objects.get()
    assert state_of(first.application) == State.REVIEWED
    assert (score.total, score.n, score.passes) == (Decimal("75.00"), 2, True)
    assert score.medians == dict.fromkeys(Criterion.values, "3.75")


def test_one_criterion_under_half_fails_the_thresholds() -> None:
    (review,) = factories.make_assigned(reviewers=1)
    marks = dict.fromkeys(Criterion, reviewing.Given(Decimal(5), "Strong."))
    marks[Criterion.IMPACT] = reviewing.Given(Decimal(2), "Little for the Region.")
    reviewing.save(review, reviewing.Written(marks), now=timezone.now())
    reviewing.hand_in(review, actor=review.reviewer, now=timezone.now())
    factories.add_up()
    score = PanelScore.objects.get()
    assert (score.total, score.passes) == (Decimal("91.00"), False)


def test_adding_up_twice_changes_nothing() -> None:
    file = factories.make_reviewed()
    before = PanelScore.objects.values("medians", "total", "n", "passes").get()
    panel.score(file, now=timezone.now())
    factories.add_up()
    assert PanelScore.objects.values("medians", "total", "n", "passes").get() == before
    assert file.timeline.filter(kind="reviewed").count() == 1


def test_equal_totals_share_a_place() -> None:
    call = factories.make_call()
    files = [
        factories.make_reviewed(call=call, marks=[mark], requested=Decimal(100_000))
        for mark in (3, 5, 4, 4)
    ]
    places = dict(Rank.objects.values_list("application", "place"))
    assert [places[file.pk] for file in files] == [4, 1, 2, 2]


def test_the_list_sums_what_is_asked_against_what_is_left() -> None:
    call = factories.make_call()
    for mark in (2, 5, 4):
        factories.make_reviewed(call=call, marks=[mark], requested=Decimal(100_000))
    left = Decimal(150_000)
    shown = lines(call, list(rows(call)), left=left, last=3)
    assert [one.rank.place for one in shown] == [1, 2, 3]
    assert [one.running for one in shown] == [Decimal(100_000), Decimal(200_000), None]
    assert [one.fits for one in shown[:2]] == [True, False]
    second = lines(call, list(rows(call)[1:]), left=left, last=3)
    assert second == shown[1:]  # as on a page of its own


def test_a_conflict_takes_the_marks_back() -> None:
    file = factories.make_reviewed(marks=[2, 5])
    left_out = file.reviews.get(marks__criterion=Criterion.TEAM, marks__value=2)
    conflicts.recuse(file, reviewer=left_out.reviewer, reason="A client.", now=timezone.now())
    assert is_being_ranked(file.call)
    factories.add_up()
    assert PanelScore.objects.get().total == Decimal("100.00")
    last = file.reviews.get(state=Review.State.DONE)
    conflicts.recuse(file, reviewer=last.reviewer, reason="A friend.", now=timezone.now())
    factories.add_up()
    assert not PanelScore.objects.exists()
    assert not Rank.objects.exists()


def test_one_ranking_waits_for_all_that_ask_for_it() -> None:
    call = factories.make_call()
    files = [factories.make_reviewed(call=call) for _file in range(2)]
    before = PanelStep.objects.filter(name=PanelStep.Name.RANK).count()
    for file in files:
        panel.rerank(file, now=timezone.now())
    asked = PanelStep.objects.filter(name=PanelStep.Name.RANK, state=queue.State.QUEUED)
    assert asked.count() == 1
    assert PanelStep.objects.filter(name=PanelStep.Name.RANK).count() == before + 1


def test_a_second_worker_finds_the_step_done() -> None:
    factories.make_reviewed()
    step = PanelStep.objects.filter(name=PanelStep.Name.RANK).first()
    assert step is not None
    assert not queue.perform(PanelStep, step.pk, steps.perform, worker="late")
