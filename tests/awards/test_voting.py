"""Who votes on a proposal, with what in hand, and how many it takes."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from brustart.accounts.models import Role, User
from brustart.awards import binding, deciding
from brustart.awards.models import Award, Proposal, Vote
from brustart.core import hashing
from scoring.review import conflicts
from tests import factories

from .making import fresh, left, panel
from .test_proposing import opine, revise

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("manager", "Only the panel"),
        ("stranger", "Only the panel"),
        ("reader", "Only the panel"),
        ("conflicted", "conflict of interest"),
        ("member", "belong to the startup"),
        ("twice", "already decided"),
    ],
)
def test_who_may_not_vote(who: str, why: str) -> None:
    proposal = factories.make_proposal()
    file, voter = proposal.application, panel(proposal)[0]
    if who == "manager":
        voter = proposal.proposed_by
    elif who == "stranger":
        voter = factories.make_user(Role.REVIEWER)
    elif who == "reader":
        voter = factories.seat(file.call, approves=False)
    elif who == "conflicted":
        conflicts.recuse(file, reviewer=voter, reason="A cousin.", now=timezone.now())
    elif who == "member":
        file.startup.members.add(voter)
    else:
        factories.approve(proposal, voter)
    before = Vote.objects.count()
    with pytest.raises(deciding.NotAllowedToVote, match=why):
        factories.approve(proposal, voter)
    assert Vote.objects.count() == before


def test_what_was_read_is_what_is_approved() -> None:
    proposal = factories.make_proposal()
    voter = panel(proposal)[0]
    with pytest.raises(deciding.Changed):
        deciding.approve(proposal, actor=voter, read_hash="0" * 64, now=timezone.now())
    assert not proposal.votes.exists()
    stored = Proposal.objects.get()
    assert binding.holds(stored)
    deciding.approve(stored, actor=voter, read_hash=stored.sha256, now=timezone.now())
    assert proposal.votes.get().sha256 == hashing.sha256(binding.of(stored))


def test_an_approval_in_conflict_no_longer_counts() -> None:
    proposal = factories.make_proposal()
    first, second, third = panel(proposal)
    factories.approve(proposal, first)
    conflicts.recuse(proposal.application, reviewer=first, reason="A friend.", now=timezone.now())
    assert factories.approve(proposal, second) is None
    assert factories.approve(proposal, third) is not None


@pytest.mark.parametrize("quorum", [1, 3])
def test_the_call_says_how_many_approve(quorum: int) -> None:
    proposal = factories.make_proposal(call=factories.make_call(quorum=quorum))
    answers = [factories.approve(proposal, voter) for voter in panel(proposal)[:quorum]]
    assert [answer is not None for answer in answers] == [False] * (quorum - 1) + [True]


# --- the second factor ----------------------------------------------------------------------------


def real_reviewer(proposal: Proposal) -> User:
    """Somebody of the panel who is no person of the demo."""
    reviewer = factories.make_user(Role.REVIEWER, is_demo=False)
    factories.seat(proposal.application.call, reviewer)
    factories.declare(proposal.application, reviewer)
    return reviewer


@pytest.mark.parametrize(
    ("age", "counts"),
    [
        (timedelta(0), True),
        (timedelta(minutes=5), True),
        (timedelta(minutes=5, seconds=1), False),
        (timedelta(days=1), False),
        (timedelta(seconds=-1), False),  # from the future
        (None, False),
    ],
)
def test_an_approval_needs_a_second_factor_of_the_last_five_minutes(
    age: timedelta | None, *, counts: bool
) -> None:
    proposal, now = factories.make_proposal(), timezone.now()
    voter = real_reviewer(proposal)
    shown = None if age is None else now - age
    how = {"actor": voter, "read_hash": proposal.sha256, "factor_at": shown, "now": now}
    if counts:
        deciding.approve(proposal, **how)
        assert proposal.votes.get().factor_at == shown
    else:
        with pytest.raises(deciding.NotConfirmed, match="five minutes"):
            deciding.approve(proposal, **how)
        assert not proposal.votes.exists()


def test_without_the_demo_even_its_people_show_a_second_factor(settings: Any) -> None:
    proposal = factories.make_proposal()
    settings.DEMO = False
    with pytest.raises(deciding.NotConfirmed):
        factories.approve(proposal, panel(proposal)[0])
    settings.DEMO, settings.DEMO_MFA = True, True
    with pytest.raises(deciding.NotConfirmed):
        factories.approve(proposal, panel(proposal)[0])


def test_a_refusal_needs_a_reason_and_no_second_factor() -> None:
    proposal = factories.make_proposal()
    deciding.refuse(
        proposal, actor=real_reviewer(proposal), reason="No market.", now=timezone.now()
    )
    assert fresh(proposal).state == Proposal.State.REFUSED


# --- the Finance Inspector ------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["none", "unfavourable", "of another version"])
def test_no_money_without_the_inspectors_favourable_opinion(before: str) -> None:
    proposal = factories.make_proposal(call=factories.make_call(inspector_needed=True))
    first, second, _third = panel(proposal)
    if before == "unfavourable":
        opine(proposal)
        opine(proposal, "unfavourable")
    elif before == "of another version":
        opine(proposal)
        proposal = revise(proposal, amount=Decimal(90_000))
    factories.approve(proposal, first)
    with pytest.raises(deciding.OpinionMissing):
        factories.approve(proposal, second)
    assert (proposal.votes.count(), Award.objects.count()) == (1, 0)
    assert left(proposal) == 4_000_000
    opine(proposal)
    assert factories.approve(proposal, second) is not None


def test_a_call_that_asks_no_inspector_waits_for_none() -> None:
    proposal = factories.make_proposal()
    opine(proposal, "unfavourable")  # kept, and binding on nobody
    first, second, _third = panel(proposal)
    factories.approve(proposal, first)
    assert factories.approve(proposal, second) is not None
