"""One reviewer's marks: a draft, then handed in for good."""

from decimal import Decimal

import pytest
from django.utils import timezone

from brustart.core.models import AuditEntry
from scoring.grid import Criterion
from scoring.review import conflicts, reviewing
from scoring.review.models import Mark, Review
from scoring.review.models import Step as PanelStep
from tests import factories

pytestmark = pytest.mark.django_db
GOOD = reviewing.Given(Decimal("3.5"), "Well argued.")


def keep(review: Review, marks: dict[Criterion, reviewing.Given]) -> Review:
    return reviewing.save(review, reviewing.Written(marks), now=timezone.now())


def hand_in(review: Review) -> Review:
    return reviewing.hand_in(review, actor=review.reviewer, now=timezone.now())


def test_a_draft_is_kept_and_changed() -> None:
    review = factories.make_assigned()[0]
    keep(review, {Criterion.TEAM: reviewing.Given(None, "Who sells?")})
    review = keep(review, {Criterion.TEAM: GOOD})
    mark = review.marks.get()
    assert (mark.value, mark.reason, review.state) == (GOOD.value, GOOD.reason, Review.State.BEGUN)


def test_each_criterion_needs_a_mark_and_a_reason() -> None:
    review = factories.make_assigned()[0]
    marks = dict.fromkeys(Criterion, GOOD) | {Criterion.TEAM: reviewing.Given(Decimal(0), " ")}
    review = keep(review, marks)
    with pytest.raises(reviewing.MarksMissing, match="Team"):
        hand_in(review)
    review.refresh_from_db()
    assert review.state == Review.State.BEGUN


def test_handing_in_twice_is_once() -> None:
    review = keep(factories.make_assigned()[0], dict.fromkeys(Criterion, GOOD))
    first = hand_in(review)
    assert hand_in(review).done_at == first.done_at
    assert AuditEntry.objects.filter(act="review.done").count() == 1
    assert PanelStep.objects.filter(name=PanelStep.Name.SCORE).count() == 1


def test_marks_in_are_not_changed() -> None:
    review = factories.mark(factories.make_assigned()[0], "4.5")
    with pytest.raises(reviewing.NotYours):
        keep(review, dict.fromkeys(Criterion, GOOD))
    assert set(Mark.objects.values_list("value", flat=True)) == {Decimal("4.5")}


def test_who_stepped_back_hands_nothing_in() -> None:
    review = keep(factories.make_assigned()[0], dict.fromkeys(Criterion, GOOD))
    conflicts.recuse(
        review.application, reviewer=review.reviewer, reason="A cousin.", now=timezone.now()
    )
    with pytest.raises(reviewing.NotYours):
        hand_in(review)


def test_the_prescore_shows_after_ones_own_marks() -> None:
    first, second = factories.make_assigned()
    file = first.application
    outsider = factories.seat(file.call)
    factories.mark(first)
    assert reviewing.own_marks_are_in(first.reviewer, file)
    assert not reviewing.own_marks_are_in(second.reviewer, file)
    assert not reviewing.own_marks_are_in(outsider, file)
    assert reviewing.own_marks_are_in(factories.make_user("fund_manager"), file)
