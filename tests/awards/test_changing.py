"""After the agreement: milestones, suspension, money given back, an early end."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from applications.states import State
from brustart.accounts.access import sees
from brustart.awards import changing, claiming, proposing
from brustart.awards.models import Award, Change, Claim
from brustart.core.models import AuditEntry, Mail, Message
from brustart.fund.verifying import differences
from tests import factories

from .making import (
    balances,
    envelope_of,
    fresh,
    make_claim,
    make_ordered,
    make_paid,
    make_running,
    make_verified,
    manager,
    owner,
)

pytestmark = pytest.mark.django_db


def act_on(award: Award, act: Any, **changes: Any) -> Award:
    how = {"reason": "A new plan.", "actor": manager(), "now": timezone.now()}
    return act(award, **{**how, **changes})


def replan(award: Award, *amounts: str | int, **changes: Any) -> Award:
    rows = [(f"Step {place}", Decimal(one), None) for place, one in enumerate(amounts, start=1)]
    return act_on(award, changing.replan, **{"tranches": rows, **changes})


def reduce(award: Award, amount: str | int) -> Award:
    return act_on(award, changing.reduce, amount=Decimal(amount))


def planned(award: Award) -> list[tuple[int, Decimal]]:
    return list(award.tranches.values_list("position", "amount"))


def send_back(claim: Claim) -> None:
    claiming.send_back(claim, reason="Not yet.", actor=manager(), now=timezone.now())


# --- milestones -----------------------------------------------------------------------------
def test_new_milestones_take_the_place_of_the_old_ones_of_the_same_sum() -> None:
    award = make_running(amount=100_000)
    day = date(2027, 6, 1)
    rows = [(" A pilot ", Decimal("99999.99"), day), ("The end", Decimal("0.01"), None)]
    act_on(award, changing.replan, tranches=rows)
    assert planned(award) == [(1, Decimal("99999.99")), (2, Decimal("0.01"))]
    first = award.tranches.get(position=1)
    assert (first.milestone, first.due_on) == ("A pilot", day)
    change = Change.objects.get()
    assert (change.kind, change.reason) == (Change.Kind.AMENDED, "A new plan.")
    assert [one["amount"] for one in change.details["before"]] == [
        "50000.00", "30000.00", "20000.00",
    ]  # fmt: skip
    assert change.details["after"][0]["due_on"] == "2027-06-01"
    mail = Mail.objects.get(template="award_changed")
    assert "A new plan." in mail.body
    assert "€99,999.99" in mail.body
    assert tuple(balances(award)) == (100_000, 0, 0, 0, 0)


@pytest.mark.parametrize("make_one", [make_claim, make_verified, make_paid])
def test_what_is_claimed_stays_as_it_is(make_one: Any) -> None:
    award = make_running(amount=100_000)
    claimed = make_one(award, position=2)
    replan(award, 60_000, "10000.00")
    assert planned(award) == [(2, 30_000), (3, 60_000), (4, 10_000)]
    assert fresh(claimed).tranche.amount == fresh(claimed).amount == 30_000


@pytest.mark.parametrize(
    "amounts",
    [(50_000, 30_000), (50_000, 30_000, "20000.01"), (), (110_000, -10_000), (100_000, 0)],
)
def test_milestones_add_up_and_each_has_money(amounts: tuple[Any, ...]) -> None:
    award = make_running(amount=100_000)
    with pytest.raises(changing.NotChangeable):
        replan(award, *amounts)
    assert planned(award) == [(1, 50_000), (2, 30_000), (3, 20_000)]
    assert not Change.objects.exists()


def test_a_milestone_has_words_and_a_change_its_reason() -> None:
    award = make_running(amount=100_000)
    with pytest.raises(changing.NotChangeable, match="a milestone and an amount"):
        act_on(award, changing.replan, tranches=[(" ", Decimal(100_000), None)])
    for act, more in [
        (changing.replan, {"tranches": [("A", Decimal(100_000), None)]}),
        (changing.suspend, {}),
        (changing.reduce, {"amount": Decimal(1)}),
        (changing.end, {}),
    ]:
        with pytest.raises(proposing.ReasonMissing):
            act_on(award, act, reason=" ", **more)
    assert fresh(award).state == Award.State.RUNNING


# --- suspension -----------------------------------------------------------------------------
def test_payments_are_suspended_and_resumed() -> None:
    award = make_running()
    with pytest.raises(changing.NotChangeable, match="“Running”"):
        act_on(award, changing.resume)
    act_on(award, changing.suspend)
    assert fresh(award).state == Award.State.SUSPENDED
    with pytest.raises(changing.NotChangeable, match="“Suspended”"):
        act_on(award, changing.suspend)
    act_on(award, changing.resume)
    assert fresh(award).state == Award.State.RUNNING
    assert list(Change.objects.values_list("kind", flat=True)) == ["suspended", "resumed"]
    assert AuditEntry.objects.filter(act__in=["award.suspended", "award.resumed"]).count() == 2
    assert fresh(award).application.state == State.AWARDED


def test_an_offer_is_neither_suspended_nor_reduced_nor_ended() -> None:
    award = factories.make_award()
    for act, more in [
        (changing.suspend, {}),
        (changing.reduce, {"amount": Decimal(1)}),
        (changing.end, {}),
    ]:
        with pytest.raises(changing.NotChangeable, match="“Offered”"):
            act_on(award, act, **more)
    replan(award, 100_000)  # but its milestones can be agreed first
    assert planned(award) == [(1, 100_000)]


# --- money given back -----------------------------------------------------------------------
def test_money_given_back_frees_the_envelope_and_shrinks_the_last_tranches() -> None:
    award = make_running(amount=100_000)
    reduce(award, "30000.01")
    assert planned(award) == [(1, 50_000), (2, Decimal("19999.99"))]
    assert balances(award).committed == Decimal("69999.99")
    envelope = envelope_of(award)
    assert (envelope.committed, envelope.decommitted) == (
        Decimal("69999.99"),
        Decimal("30000.01"),
    )
    assert Message.objects.get(topic="money.released").payload["envelope"] == (
        award.application.call.envelope_id
    )
    reduce(award, "19999.99")
    assert planned(award) == [(1, 50_000)]
    assert list(differences()) == []


def test_what_is_claimed_or_paid_is_not_given_back() -> None:
    award = make_running(amount=100_000)
    make_paid(award)
    make_claim(award, position=2)
    for amount in ("20000.01", "0", "-1"):
        with pytest.raises(changing.NotChangeable, match="€20,000 can be given back"):
            reduce(award, amount)
    reduce(award, 20_000)
    assert planned(award) == [(1, 50_000), (2, 30_000)]
    assert tuple(balances(award)) == (80_000, 50_000, 50_000, 50_000, 0)


def test_all_of_an_award_may_be_given_back() -> None:
    award = make_running(amount=100_000)
    reduce(award, 100_000)
    assert (planned(award), balances(award).committed) == ([], 0)
    act_on(award, changing.end)
    assert fresh(award).state == Award.State.ENDED


# --- ending early ---------------------------------------------------------------------------
def test_an_award_ended_early_keeps_what_was_paid_and_gives_back_the_rest() -> None:
    award = make_running(amount=100_000)
    make_paid(award)
    act_on(award, changing.end, reason="Bankrupt.")
    stored = fresh(award)
    assert (stored.state, stored.application.state) == (Award.State.ENDED, State.LAPSED)
    assert tuple(balances(award)) == (50_000, 50_000, 50_000, 50_000, 0)
    assert envelope_of(award).committed == 50_000
    assert Change.objects.get().details == {"amount": "50000.00"}
    assert "Bankrupt." in Mail.objects.get(template="award_changed").body
    for act in (changing.end, changing.suspend, changing.resume):
        with pytest.raises(changing.NotChangeable, match="“Ended early”"):
            act_on(award, act)
    assert list(differences()) == []


@pytest.mark.parametrize("make_one", [make_claim, make_verified, make_ordered])
def test_an_award_does_not_end_while_a_claim_is_under_way(make_one: Any) -> None:
    award = make_running()
    make_one(award)
    with pytest.raises(changing.NotChangeable, match="under way"):
        act_on(award, changing.end)
    assert fresh(award).state == Award.State.RUNNING


def test_a_suspended_award_ends_once_its_claim_is_sent_back() -> None:
    award = make_running(amount=100_000)
    claim = make_claim(award)
    act_on(award, changing.suspend)
    send_back(claim)
    act_on(award, changing.end)
    assert balances(award).committed == 0


def test_only_the_startup_and_the_fund_see_what_changed() -> None:
    award = make_running()
    act_on(award, changing.suspend)
    change = Change.objects.get()
    readers = [owner(award), manager(), factories.make_user()]
    assert [sees(one, change) for one in readers] == [True, True, False]
