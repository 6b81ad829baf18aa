"""Giving files to reviewers, and stepping back."""

import pytest
from django.utils import timezone

from applications.lifecycle import WrongState
from applications.models import Application
from applications.states import State
from brustart.accounts.access import sees, visible_to
from brustart.accounts.models import Role
from brustart.core.models import Mail
from scoring.review import assigning, conflicts
from scoring.review.models import Rank, Review
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_first_reviewer_opens_the_review() -> None:
    file = factories.make_screened()
    assert file.state == State.ELIGIBLE
    reviews = factories.make_assigned(file)
    file.refresh_from_db()
    assert file.state == State.IN_REVIEW
    assert file.timeline.filter(kind="assigned", for_applicant=False).count() == 1
    told = Mail.objects.filter(template="assigned").values_list("recipient", flat=True)
    assert set(told) == {review.reviewer_id for review in reviews}
    assert all(sees(review.reviewer, file) for review in reviews)


@pytest.mark.parametrize("who", ["stranger", "member", "conflicted", "twice"])
def test_not_this_reviewer(who: str) -> None:
    file = factories.make_screened()
    reviewer = factories.panel_of(file.call)[0]
    if who == "stranger":
        reviewer = factories.make_user(Role.REVIEWER)
    elif who == "member":
        file.startup.members.add(reviewer)
    elif who == "conflicted":
        conflicts.recuse(file, reviewer=reviewer, reason="A cousin.", now=timezone.now())
    else:
        factories.make_assigned(file, reviewers=[reviewer])
    before = Review.objects.count()
    with pytest.raises(assigning.NotThisReviewer):
        factories.make_assigned(file, reviewers=[reviewer])
    assert Review.objects.count() == before


def test_only_an_eligible_file_is_given() -> None:
    with pytest.raises(WrongState, match="Being screened"):
        factories.make_assigned(factories.make_submitted())


def test_another_reviewer_opens_the_review_again() -> None:
    file = factories.make_reviewed(marks=[4])
    factories.make_assigned(file, reviewers=[factories.panel_of(file.call)[2]])
    factories.add_up()
    file.refresh_from_db()
    assert file.state == State.IN_REVIEW
    assert not Rank.objects.exists()


def test_stepping_back_hides_the_file() -> None:
    review = factories.make_assigned()[0]
    file, reviewer = review.application, review.reviewer
    for _again in range(2):
        conflicts.recuse(file, reviewer=reviewer, reason="A cousin.", now=timezone.now())
    review.refresh_from_db()
    assert review.state == Review.State.RECUSED
    assert not sees(reviewer, file)
    assert not visible_to(reviewer, Application).exists()
    assert file.timeline.filter(kind="recused", for_applicant=False).count() == 1
