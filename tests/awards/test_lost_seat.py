"""An approval counts while whoever gave it approves for the panel: the last one commits for all."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import timezone

from brustart.accounts.models import Role, User
from brustart.awards import deciding
from brustart.awards.models import Award, Proposal
from scoring.review import seating
from scoring.review.models import Panelist
from tests import factories

from .making import fresh, left, panel
from .test_views import logged_in

pytestmark = pytest.mark.django_db


def read_only(proposal: Proposal, reviewer: User) -> None:
    """Their seat becomes an external reader's."""
    seat = Panelist.objects.get(call=proposal.application.call, reviewer=reviewer)
    seat.approves = False
    seating.change(seat, actor=factories.make_user(Role.FUND_MANAGER), now=timezone.now())


def leave(proposal: Proposal, reviewer: User) -> None:
    Panelist.objects.filter(call=proposal.application.call, reviewer=reviewer).delete()


def change_role(proposal: Proposal, reviewer: User) -> None:
    User.objects.filter(pk=reviewer.pk).update(role=Role.FUND_MANAGER)


def close_account(proposal: Proposal, reviewer: User) -> None:
    User.objects.filter(pk=reviewer.pk).update(is_active=False)


@pytest.mark.parametrize("lose", [read_only, leave, change_role, close_account])
def test_an_approval_of_who_lost_the_seat_commits_nothing(
    lose: Callable[[Proposal, User], None],
) -> None:
    proposal = factories.make_proposal(amount=100_000)
    first, second, third = panel(proposal)
    before = left(proposal)
    factories.approve(proposal, first)
    lose(proposal, first)
    assert factories.approve(proposal, second) is None
    assert (left(proposal), fresh(proposal).state) == (before, Proposal.State.OPEN)
    assert not Award.objects.exists()
    assert [vote.reviewer_id for vote in deciding.unseated(proposal)] == [first.pk]
    assert factories.approve(proposal, third) is not None
    assert left(proposal) == before - 100_000


def test_the_page_says_that_it_no_longer_counts() -> None:
    proposal = factories.make_proposal(amount=100_000)
    first, second, _third = panel(proposal)
    factories.approve(proposal, first)
    client, page = logged_in(second), reverse("decide", args=[proposal.application_id])
    assert "Yours is the last approval" in client.get(page).content.decode()
    read_only(proposal, first)
    words = client.get(page).content.decode()
    assert "no longer approves for the panel" in words
    assert "0 of 2 approvals are in." in words
    assert "Yours is the last approval" not in words


def test_what_was_decided_keeps_the_approvals_that_decided_it() -> None:
    proposal = factories.make_proposal(amount=100_000)
    first, second, _third = panel(proposal)
    factories.approve(proposal, first)
    factories.approve(proposal, second)
    read_only(proposal, first)
    decided = fresh(proposal)
    assert {vote.reviewer for vote in deciding.approvals(decided)} == {first, second}
    assert not deciding.unseated(decided).exists()
