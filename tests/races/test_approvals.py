"""Approvals at the same instant, each in a thread and a transaction of its own."""

from decimal import Decimal

import pytest

from applications.lifecycle import WrongState
from applications.models import Application
from applications.states import State
from brustart.awards.models import Award, Proposal, Vote
from brustart.core.errors import Refused
from brustart.fund.ledger import OverCap
from brustart.fund.models import Account, Aid, Entry
from brustart.fund.verifying import differences
from tests import factories

from .together import at_once

AMOUNT, CAP = Decimal(100_000), Decimal(4_000_000)


@pytest.mark.usefixtures("committed_db")
def test_sixty_four_approvals_commit_exactly_forty() -> None:
    call = factories.make_call(panel_size=2, cap=CAP)
    first, second = factories.panel_of(call)
    manager = factories.make_user("fund_manager")
    proposals = [
        factories.make_proposal(amount=AMOUNT, actor=manager, call=call) for _file in range(64)
    ]
    for proposal in proposals:
        factories.approve(proposal, first)

    answers = at_once([lambda one=one: factories.approve(one, second) for one in proposals])

    awards = [answer for answer in answers if isinstance(answer, Award)]
    refusals = [answer for answer in answers if isinstance(answer, OverCap)]
    assert (len(awards), len(refusals)) == (40, 24)
    assert {(refusal.left, refusal.asked) for refusal in refusals} == {(Decimal(0), AMOUNT)}
    assert {str(refusal) for refusal in refusals} == {"The cap refuses: €0 left, €100,000 asked."}
    _exactly_forty(call.envelope.account)


def _exactly_forty(envelope: Account) -> None:
    envelope.refresh_from_db()
    assert (envelope.committed, envelope.cap) == (CAP, CAP)
    assert Entry.objects.filter(kind=Entry.Kind.COMMIT).count() == Award.objects.count() == 40
    assert Vote.objects.count() == 64 + 40
    assert Proposal.objects.filter(state=Proposal.State.OPEN).count() == 24
    assert Application.objects.filter(state=State.AWARDED).count() == 40
    assert Aid.objects.filter(kind=Aid.Kind.RESERVED, released_at=None).count() == 24
    assert list(differences()) == []


@pytest.mark.usefixtures("committed_db")
def test_two_last_approvals_of_one_proposal_commit_once() -> None:
    call = factories.make_call(panel_size=3)
    first, second, third = factories.panel_of(call)
    proposal = factories.make_proposal(amount=AMOUNT, call=call)
    factories.approve(proposal, first)

    answers = at_once([lambda one=one: factories.approve(proposal, one) for one in (second, third)])

    assert sorted(type(answer).__name__ for answer in answers) == ["Award", WrongState.__name__]
    assert Entry.objects.filter(kind=Entry.Kind.COMMIT).count() == 1
    assert list(differences()) == []


@pytest.mark.usefixtures("committed_db")
def test_a_double_click_votes_once() -> None:
    call = factories.make_call(panel_size=2)
    (first, _second), proposal = factories.panel_of(call), factories.make_proposal(call=call)

    answers = at_once([lambda: factories.approve(proposal, first)] * 2)

    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert Vote.objects.count() == 1
