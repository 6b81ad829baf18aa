"""From a milestone to a payment order: who claims, who verifies, who orders."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.inspecting import BadDocument
from applications.models import Membership, Part
from brustart.accounts.access import sees, visible_to
from brustart.accounts.models import Role, User
from brustart.awards import banking, changing, claiming, offering
from brustart.awards.models import Award, Claim
from brustart.core.models import Mail
from brustart.fund import ledger
from brustart.fund.verifying import differences
from tests import factories

from .making import (
    balances,
    fresh,
    make_claim,
    make_paid,
    make_running,
    make_verified,
    manager,
    owner,
    paper,
    picture,
    reading,
    tranche,
)

pytestmark = pytest.mark.django_db


def claim(award: Award, *, actor: User | None = None, words: str = "Done.", position: int = 1):
    return claiming.claim(
        tranche(award, position), words=words, uploads=[picture()], actor=actor or owner(award),
        now=timezone.now(),
    )  # fmt: skip


# --- claiming -------------------------------------------------------------------------------
def test_a_claim_is_of_its_tranche_with_its_evidence() -> None:
    award = make_running(amount=100_000)
    with reading():
        made = claiming.claim(
            tranche(award), words=" Two customers. ", uploads=[paper("a.pdf"), paper("b.pdf")],
            actor=owner(award), now=timezone.now(),
        )  # fmt: skip
    assert (made.amount, made.words, made.state) == (50_000, "Two customers.", "made")
    assert {(one.name, one.internal) for one in made.evidence.all()} == {
        ("a.pdf", False),
        ("b.pdf", False),
    }
    assert made.due_on == timezone.localdate() + timedelta(days=30)
    assert tuple(balances(award)) == (100_000, 0, 0, 0, 0)  # a claim moves no money


@pytest.mark.parametrize("state", ["offered", "declined", "suspended", "ended"])
def test_only_a_running_award_is_claimed(state: str) -> None:
    award = factories.make_award() if state in {"offered", "declined"} else make_running()
    now = timezone.now()
    if state == "declined":
        offering.decline(award, actor=owner(award), now=now)
    elif state == "suspended":
        changing.suspend(award, reason="An audit.", actor=manager(), now=now)
    elif state == "ended":
        changing.end(award, reason="Bankrupt.", actor=manager(), now=now)
    with pytest.raises(claiming.NotClaimable):
        claim(award)
    assert not Claim.objects.exists()


@pytest.mark.parametrize("who", ["editor", "accountant", "stranger", "manager"])
def test_who_may_not_claim(who: str) -> None:
    award = make_running()
    actor = manager() if who == "manager" else factories.make_user()
    if who in Part.values:
        Membership.objects.create(startup=award.application.startup, user=actor, part=Part(who))
    with pytest.raises(offering.NotTheirs):
        claim(award, actor=actor)


def test_a_claim_without_evidence_is_refused() -> None:
    """Also by the act, for whatever calls it without the form."""
    award = make_running()
    with pytest.raises(claiming.NotClaimable, match="at least one document") as refused:
        claiming.claim(
            tranche(award), words="Done.", uploads=iter(()), actor=owner(award), now=timezone.now()
        )
    assert refused.value.field == "uploads"
    assert not Claim.objects.exists()


def test_a_claim_says_what_was_done_and_its_papers_are_read() -> None:
    award = make_running()
    with pytest.raises(claiming.NotClaimable, match="what was done"):
        claim(award, words=" ")
    with pytest.raises(BadDocument):
        claiming.claim(
            tranche(award), words="Done.", uploads=[SimpleUploadedFile("a.pdf", b"nothing")],
            actor=owner(award), now=timezone.now(),
        )  # fmt: skip
    assert not Claim.objects.exists()


def test_a_tranche_is_claimed_once_until_it_is_sent_back() -> None:
    award = make_running()
    first = make_claim(award)
    with pytest.raises(claiming.NotClaimable, match="claimed already"):
        claim(award)
    claiming.send_back(first, reason="An invoice.", actor=manager(), now=timezone.now())
    assert fresh(first).returned_because == "An invoice."
    assert "An invoice." in Mail.objects.get(template="claim_returned").body
    second = claim(award)
    assert award.tranches.get(position=1).claims.count() == 2
    with pytest.raises(claiming.NotClaimable, match="moved on"):
        claiming.verify(first, actor=manager(), now=timezone.now())
    claiming.verify(second, actor=manager(), now=timezone.now())


def test_a_paid_tranche_is_not_claimed_again() -> None:
    award = make_running()
    make_paid(award)
    with pytest.raises(claiming.NotClaimable, match="claimed already"):
        claim(award)


# --- verifying and ordering -----------------------------------------------------------------
def test_one_verifies_and_another_orders() -> None:
    award, one, other = make_running(amount=100_000), manager(), manager()
    made = make_claim(award)
    claiming.verify(made, actor=one, now=timezone.now())
    assert tuple(balances(award)) == (100_000, 50_000, 0, 0, 0)
    with pytest.raises(claiming.NotTheirTurn, match="a colleague orders"):
        claiming.order(made, actor=one, now=timezone.now())
    claiming.order(made, actor=other, now=timezone.now())
    assert tuple(balances(award)) == (100_000, 50_000, 50_000, 0, 0)
    stored = fresh(made)
    assert (stored.state, stored.verified_by, stored.ordered_by) == ("ordered", one, other)
    assert list(differences()) == []


def test_steps_come_in_their_order_and_once() -> None:
    made, now = make_claim(), timezone.now()
    with pytest.raises(claiming.NotClaimable, match="moved on"):
        claiming.order(made, actor=manager(), now=now)
    claiming.verify(made, actor=manager(), now=now)
    for act in (claiming.verify, claiming.send_back):
        more = {"reason": "Late."} if act is claiming.send_back else {}
        with pytest.raises(claiming.NotClaimable, match="moved on"):
            act(made, actor=manager(), now=now, **more)
    claiming.order(made, actor=manager(), now=now)
    with pytest.raises(claiming.NotClaimable, match="moved on"):
        claiming.order(made, actor=manager(), now=now)


@pytest.mark.parametrize("who", ["owner", "reviewer", "auditor", "administrator", "voter"])
def test_who_handles_no_claim(who: str) -> None:
    """Also somebody who approved as a reviewer, and became a fund manager later."""
    award = make_running()
    made, verified = make_claim(award), make_verified(award, position=2)
    actor = owner(award) if who == "owner" else None
    if who == "voter":
        actor = award.proposal.votes.first().reviewer
        User.objects.filter(pk=actor.pk).update(role=Role.FUND_MANAGER)
        actor = fresh(actor)
    actor = actor or factories.make_user(who)
    acts = [
        lambda: claiming.verify(made, actor=actor, now=timezone.now()),
        lambda: claiming.send_back(made, reason="No.", actor=actor, now=timezone.now()),
        lambda: claiming.order(verified, actor=actor, now=timezone.now()),
        lambda: claiming.take_back(verified, reason="No.", actor=actor, now=timezone.now()),
    ]
    before = balances(award)
    for act in acts:
        with pytest.raises(claiming.NotTheirTurn):
            act()
    assert balances(award) == before


def test_nothing_is_ordered_without_a_confirmed_account() -> None:
    award = make_running(iban="")
    verified = make_verified(award)
    banking.give(award, iban="BE68539007547034", holder="M", actor=owner(award), now=timezone.now())
    with pytest.raises(claiming.NotClaimable, match="confirmed yet"):
        claiming.order(verified, actor=manager(), now=timezone.now())
    assert balances(award).ordered == 0


def test_while_suspended_a_claim_can_only_be_sent_back() -> None:
    award = make_running()
    made, verified = make_claim(award), make_verified(award, position=2)
    changing.suspend(award, reason="An audit.", actor=manager(), now=timezone.now())
    for act, one in ((claiming.verify, made), (claiming.order, verified)):
        with pytest.raises(claiming.NotClaimable, match="suspended"):
            act(one, actor=manager(), now=timezone.now())
    claiming.send_back(made, reason="Not reached.", actor=manager(), now=timezone.now())
    assert fresh(made).state == Claim.State.RETURNED
    changing.resume(award, reason="All is well.", actor=manager(), now=timezone.now())
    claiming.order(verified, actor=manager(), now=timezone.now())


def test_conditions_are_said_to_be_met_before_money_is_due() -> None:
    file = factories.make_screened(track="ehealth", ethics="required")
    award = make_running(factories.make_reviewed(file))
    made = make_claim(award)
    with pytest.raises(claiming.NotClaimable, match="conditions"):
        claiming.verify(made, actor=manager(), now=timezone.now())
    assert balances(award).liquidated == 0
    claiming.verify(made, actor=manager(), now=timezone.now(), conditions_met=True)
    assert balances(award).liquidated == 50_000


# --- verified by mistake --------------------------------------------------------------------
@pytest.mark.parametrize("who", ["verifier", "colleague"])
def test_what_was_verified_by_mistake_goes_back_to_the_startup(who: str) -> None:
    award, verifier = make_running(amount=100_000), manager()
    made, now = make_claim(award), timezone.now()
    claiming.verify(made, actor=verifier, now=now)
    actor = verifier if who == "verifier" else manager()
    claiming.take_back(made, reason="Another project.", actor=actor, now=now)
    stored = fresh(made)
    assert (stored.state, stored.verified_by) == (Claim.State.RETURNED, verifier)
    assert tuple(balances(award)) == (100_000, 0, 0, 0, 0)
    assert changing.unused(award) == 100_000
    assert "Another project." in Mail.objects.get(template="claim_returned").body
    kinds = award.account.entries.order_by("sequence").values_list("kind", "amount")
    assert list(kinds)[1:] == [("liquidate", 50_000), ("liquidate", -50_000)]
    assert list(differences()) == []
    with pytest.raises(claiming.NotClaimable, match="moved on"):
        claiming.order(made, actor=manager(), now=now)
    again = make_verified(award)
    claiming.order(again, actor=manager(), now=now)
    assert tuple(balances(award)) == (100_000, 50_000, 50_000, 0, 0)


def test_it_needs_a_reason_and_comes_before_the_order() -> None:
    verified, now = make_verified(), timezone.now()
    with pytest.raises(claiming.NotClaimable, match="what is missing"):
        claiming.take_back(verified, reason=" ", actor=manager(), now=now)
    assert balances(verified.tranche.award).liquidated == 50_000
    claiming.order(verified, actor=manager(), now=now)
    for one in (verified, make_claim()):
        with pytest.raises(claiming.NotClaimable, match="moved on"):
            claiming.take_back(one, reason="A mistake.", actor=manager(), now=now)
    account = verified.tranche.award.account
    with pytest.raises(ledger.OutOfOrder):
        ledger.take_back(account, verified.amount, actor=None, now=now, reference="again")


def test_a_suspended_award_with_a_verified_claim_can_end() -> None:
    verified, actor, now = make_verified(), manager(), timezone.now()
    award = verified.tranche.award
    changing.suspend(award, reason="An audit.", actor=actor, now=now)
    with pytest.raises(changing.NotChangeable, match="under way"):
        changing.end(award, reason="Bankrupt.", actor=actor, now=now)
    claiming.take_back(verified, reason="Not due.", actor=actor, now=now)
    changing.end(award, reason="Bankrupt.", actor=actor, now=now)
    assert tuple(balances(award)) == (0, 0, 0, 0, 0)


# --- what the database keeps, and who sees it -----------------------------------------------
def test_the_database_keeps_the_two_people_apart() -> None:
    verified = make_verified()
    rows = Claim.objects.filter(pk=verified.pk)
    for change, name in [
        ({"ordered_by": verified.verified_by}, "claim_ordered_by_another"),
        ({"verified_by": None}, "claim_verified_first"),
        ({"state": "ordered"}, "claim_ordered_first"),
        ({"state": "paid", "ordered_by": manager()}, "claim_paid_in_a_batch"),
    ]:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**change)


def test_the_ledger_refuses_a_second_liquidation_of_a_claim() -> None:
    verified = make_verified()
    account = verified.tranche.award.account
    with pytest.raises(ledger.AlreadyPosted):
        ledger.liquidate(
            account, verified.amount, actor=None, now=timezone.now(),
            reference=f"claim:{verified.pk}",
        )  # fmt: skip


def test_who_sees_a_claim() -> None:
    made = make_claim()
    award = made.tranche.award
    for reader, may in [
        (owner(award), True), (manager(), True), (factories.make_user(Role.AUDITOR), True),
        (factories.make_user(), False), (factories.panel_of(award.application.call)[0], False),
        (factories.make_user(Role.ADMINISTRATOR), False),
    ]:  # fmt: skip
        for row in (made, made.evidence.get(), made.tranche, banking.confirmed(award)):
            assert sees(reader, row) is may, (reader.role, row)
            assert visible_to(reader, type(row)).filter(pk=row.pk).exists() is may
