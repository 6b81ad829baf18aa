"""The company register is looked at again when money is promised."""

from typing import Any

import pytest

from brustart.awards import proposing
from brustart.awards.models import Award
from brustart.cbe import lookup
from scoring.screening.models import Run
from scoring.screening.registered import Registered
from tests import factories
from tests.awards import making

pytestmark = pytest.mark.django_db


def known_before(submission: int) -> None:
    """As if the register had had the enterprise when the file was screened."""
    run = Run.objects.get(submission=submission, is_current=True)
    run.facts = {**(run.facts or {}), "registered": {"found": True}}
    run.save()


@pytest.mark.parametrize(
    "now", [Registered(), Registered(found=True, situation="050")], ids=["gone", "bankrupt"]
)
def test_an_enterprise_that_stopped_gets_no_award(
    monkeypatch: pytest.MonkeyPatch, now: Registered
) -> None:
    proposal = factories.make_proposal()
    known_before(proposal.application.submission_id)
    monkeypatch.setattr(lookup, "has_register", lambda: True)
    monkeypatch.setattr(proposing, "looked_up", lambda number, answers: now)
    panel = factories.panel_of(proposal.application.call)
    factories.approve(proposal, panel[0])
    with pytest.raises(proposing.NotActive, match="no longer has this enterprise as active"):
        factories.approve(proposal, panel[1])
    assert not Award.objects.exists()
    assert making.fresh(proposal).votes.count() == 1


@pytest.mark.parametrize(
    ("found_before", "has_register", "now"),
    [
        (True, True, Registered(found=True)),
        (True, False, Registered()),
        (False, True, Registered()),
    ],
    ids=["still there", "no register any more", "never found"],
)
def test_not_being_found_proves_nothing_by_itself(
    monkeypatch: pytest.MonkeyPatch, found_before: bool, has_register: bool, now: Any
) -> None:
    proposal = factories.make_proposal()
    if found_before:
        known_before(proposal.application.submission_id)
    monkeypatch.setattr(lookup, "has_register", lambda: has_register)
    monkeypatch.setattr(proposing, "looked_up", lambda number, answers: now)
    for reviewer in factories.panel_of(proposal.application.call)[:2]:
        factories.approve(proposal, reviewer)
    assert Award.objects.get().amount == proposal.amount
