"""What an approval is bound to: every part of it changes the hash, and nothing else does."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from brustart.accounts.models import Role
from brustart.awards import binding
from brustart.awards.models import Proposal, Terms
from brustart.core.hashing import sha256
from scoring.review import freezing
from scoring.review.models import FrozenRanking
from tests import factories

pytestmark = pytest.mark.django_db


def freeze(proposal: Proposal) -> FrozenRanking:
    manager = factories.make_user(Role.FUND_MANAGER)
    return freezing.freeze(proposal.application.call, actor=manager, now=timezone.now())


def test_the_hash_is_kept_with_all_that_it_was_taken_over() -> None:
    proposal = factories.make_proposal(amount=100_000)
    terms = Terms.objects.get(proposal=proposal)
    assert terms.sha256 == proposal.sha256 == sha256(terms.content)
    assert terms.content["file"] == proposal.application.submission.sha256
    assert terms.content["amount"] == "100000.00"
    assert terms.content["ranking"]["total"] == str(proposal.application.panel_score.total)
    assert terms.content["reasons"] == proposal.reasons
    assert (terms.version, terms.by) == (1, proposal.proposed_by)


def test_it_holds_while_nothing_changes() -> None:
    proposal = factories.make_proposal(amount=100_000)
    stored = Proposal.objects.get()
    assert binding.holds(stored)
    assert binding.differences(stored) == []
    stored.amount = Decimal("100000.000")  # the same money
    assert binding.holds(stored)
    assert stored.sha256 == proposal.sha256


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", Decimal("100000.01")),
        ("instrument", "convertible_loan"),
        ("conditions", "A second founder."),
        ("reasons", "Better reasons."),
    ],
)
def test_each_of_its_terms_counts(name: str, value: Any) -> None:
    proposal = factories.make_proposal(amount=100_000)
    setattr(proposal, name, value)
    assert not binding.holds(proposal)
    assert binding.differences(proposal) == [name]


def test_a_newly_frozen_ranking_counts() -> None:
    proposal = factories.make_proposal()
    frozen = freeze(proposal)
    stored = Proposal.objects.get()
    assert not binding.holds(stored)
    assert binding.differences(stored) == ["ranking"]
    assert binding.of(stored)["ranking"]["frozen"] == frozen.sha256


def test_the_panels_marks_count() -> None:
    proposal = factories.make_proposal()
    score = proposal.application.panel_score
    type(score).objects.filter(pk=score.pk).update(total=score.total - 1)
    stored = Proposal.objects.get()
    assert binding.differences(stored) == ["ranking"]


def test_what_is_handed_in_anew_counts() -> None:
    proposal = factories.make_proposal()
    file = proposal.application
    old = file.submission
    newer = type(old).objects.create(
        application=file, version=2, content=old.content, sha256="f" * 64,
        receipt=f"{old.receipt}-2", at=timezone.now(), by=file.author,
    )  # fmt: skip
    type(file).objects.filter(pk=file.pk).update(submission=newer)
    assert binding.differences(Proposal.objects.get()) == ["file"]
