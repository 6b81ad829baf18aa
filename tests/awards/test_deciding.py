"""The money that the last approval commits, what refuses it, and what becomes of the others."""

from datetime import timedelta
from decimal import Decimal

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone

from applications import lifecycle, ownership
from applications.lifecycle import WrongState
from applications.models import Application
from applications.states import State
from brustart.accounts.models import Role
from brustart.awards import deciding, proposing
from brustart.awards.models import Award, Proposal, Vote
from brustart.core.models import AuditEntry, Mail, Message
from brustart.fund import deminimis, ledger
from brustart.fund.models import Aid, Entry, NumberNeeded
from brustart.fund.verifying import differences
from scoring.screening.models import Run
from tests import factories, mirabelle

from .making import fresh, headroom, left, panel

pytestmark = pytest.mark.django_db


def test_the_second_approval_commits_the_money() -> None:
    proposal = factories.make_proposal(amount=100_000)
    first, second, _third = panel(proposal)
    assert factories.approve(proposal, first) is None
    assert left(proposal) == 4_000_000
    award = factories.approve(proposal, second)
    file = Application.objects.get()
    assert award is not None
    assert file.state == State.AWARDED
    award.account.refresh_from_db()
    assert (award.amount, award.account.committed) == (100_000, 100_000)
    assert left(proposal) == 3_900_000
    assert headroom(file) == 200_000
    assert Mail.objects.get(template="awarded").recipient == file.author
    assert list(differences()) == []
    assert AuditEntry.objects.get(act="application.awarded").details["amount"] == "100000.00"
    assert award.offer_until == timezone.localdate() + timedelta(days=30)


def test_the_cap_refuses_and_nothing_is_written() -> None:
    proposal = factories.make_proposal(call=factories.make_call(cap=90_000), amount=100_000)
    first, second, _third = panel(proposal)
    factories.approve(proposal, first)
    entries = Entry.objects.count()
    with pytest.raises(ledger.OverCap) as refusal:
        factories.approve(proposal, second)
    assert (refusal.value.left, refusal.value.asked) == (90_000, 100_000)
    assert "€90,000" in str(refusal.value)
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.OPEN
    assert (Vote.objects.count(), Entry.objects.count()) == (1, entries)
    assert not Award.objects.exists()


def test_a_proposal_reserves_headroom_and_no_cap() -> None:
    proposal = factories.make_proposal(amount=100_000)
    assert left(proposal) == 4_000_000
    assert headroom(proposal.application) == 200_000
    account = proposal.application.call.envelope.account
    assert proposing.proposed_total(account) == 100_000


def test_the_ceiling_refuses_a_proposal_as_a_whole() -> None:
    file = factories.make_reviewed(de_minimis_received=Decimal(180_000))
    today = timezone.localdate()
    deminimis.declare(
        file.enterprise_number, [(Decimal(250_000), today)], on=today, declaration="since"
    )
    with pytest.raises(deminimis.OverCeiling):
        factories.make_proposal(file, amount=100_000)
    file.refresh_from_db()
    assert file.state == State.REVIEWED


def test_enterprises_that_decide_over_each_other_share_one_ceiling() -> None:
    number = mirabelle.enterprise_number()
    parent = {
        "name": "Parent", "kind": "enterprise", "share": Decimal(60), "control": "yes",
        "enterprise_number": number, **dict.fromkeys(ownership.FIGURES, Decimal(1)),
    }  # fmt: skip
    first, second = (factories.make_reviewed(owners=[parent]) for _sister in "ab")
    assert proposing.undertaking_of(first) == {first.enterprise_number, number}
    factories.make_proposal(first, amount=100_000)
    assert headroom(second) == 300_000  # nobody has named them together yet
    factories.make_proposal(second, amount=100_000)
    assert headroom(first) == headroom(second) == 100_000
    today = timezone.localdate()
    with pytest.raises(deminimis.OverCeiling):
        deminimis.reserve([number], Decimal(100_001), on=today, reference="a third")


def test_nothing_is_proposed_without_an_enterprise_number() -> None:
    call = factories.make_call(number_needed=NumberNeeded.AWARD)
    team = {"enterprise_number": None, "founded_on": None, "not_registered": True}
    file = factories.make_reviewed(call=call, **team)
    with pytest.raises(proposing.NotRegistered, match="before you propose"):
        factories.make_proposal(file)
    file.refresh_from_db()
    assert file.state == State.REVIEWED
    assert not Aid.objects.exists()


@pytest.mark.parametrize("amount", [120_001, 250_000])
def test_no_more_than_was_asked(amount: int) -> None:
    with pytest.raises(proposing.OverRequest, match="€120,000"):
        factories.make_proposal(amount=amount)


def test_one_refusal_ends_the_proposal() -> None:
    proposal = factories.make_proposal(amount=100_000)
    first, second, _third = panel(proposal)
    factories.approve(proposal, first)
    with pytest.raises(proposing.ReasonMissing):
        deciding.refuse(proposal, actor=second, reason=" ", now=timezone.now())
    deciding.refuse(proposal, actor=second, reason="No market.", now=timezone.now())
    file = Application.objects.get()
    assert file.state == State.REVIEWED
    assert headroom(file) == 300_000
    assert Mail.objects.get(template="proposal_refused").recipient == proposal.proposed_by
    with pytest.raises(WrongState):
        factories.approve(proposal, panel(proposal)[2])
    factories.make_proposal(file, amount=90_000)


def test_a_withdrawn_file_frees_its_headroom() -> None:
    proposal = factories.make_proposal()
    file = proposal.application
    lifecycle.withdraw(file, actor=file.author, now=timezone.now())
    for _again in range(2):
        deciding.void_after_withdrawal(file.pk, now=timezone.now())
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.VOID
    assert headroom(file) == 300_000


def test_not_awarding_needs_grounds_and_tells_them() -> None:
    file, actor = factories.make_reviewed(), factories.make_user(Role.FUND_MANAGER)
    now = timezone.now()
    with pytest.raises(proposing.ReasonMissing):
        deciding.reject(file, grounds="", actor=actor, now=now)
    deciding.keep_waiting(file, actor=actor, now=now)
    deciding.reject(file, grounds="Others have customers.", actor=actor, now=now)
    mails = {mail.template: mail for mail in Mail.objects.filter(recipient=file.author)}
    assert "Council of State" in mails["rejected"].body
    assert "Others have customers." in mails["rejected"].body
    assert "waiting" in mails
    with pytest.raises(WrongState):
        factories.make_proposal(file)


def test_awards_of_three_years_ago_no_longer_count() -> None:
    award = factories.make_award(amount=100_000)
    number = award.application.enterprise_number
    later = timezone.localdate() + timedelta(days=3 * 366)
    assert deminimis.headroom([number], later) == 300_000


# --- the age on the day of the award --------------------------------------------------------------


def turn_five(file: Application) -> None:
    """As if the file had been handed in one day before its startup's fifth birthday, long ago."""
    run = Run.objects.of(file.submission_id)
    assert run is not None
    assert run.facts
    born = timezone.localdate() - relativedelta(years=5)
    Run.objects.filter(pk=run.pk).update(facts={**run.facts, "founded_on": born.isoformat()})


def test_no_award_is_proposed_to_a_startup_that_turned_too_old() -> None:
    file = factories.make_reviewed()
    turn_five(file)
    with pytest.raises(proposing.TooOld, match="5 years or older"):
        factories.make_proposal(file)
    file.refresh_from_db()
    assert file.state == State.REVIEWED


def test_the_last_approval_comes_too_late() -> None:
    proposal = factories.make_proposal()
    first, second, _third = panel(proposal)
    factories.approve(proposal, first)
    turn_five(proposal.application)
    with pytest.raises(proposing.TooOld, match="Nothing was changed"):
        factories.approve(proposal, second)
    assert proposal.votes.count() == 1
    assert not Award.objects.exists()


def test_what_must_be_shown_before_a_payment_stands_in_the_decision() -> None:
    file = factories.make_screened(track="ehealth", ethics="required")
    award = factories.make_award(factories.make_reviewed(file))
    body = Mail.objects.get(template="awarded").body
    assert "Before any payment" in body
    assert "Ethics committee" in body
    assert award.application.state == State.AWARDED


# --- what is asked again at the last approval -----------------------------------------------------


def test_the_ceiling_refuses_the_last_approval_with_the_numbers() -> None:
    proposal = factories.make_proposal(amount=100_000)
    first, second, _third = panel(proposal)
    factories.approve(proposal, first)
    number, today = proposal.application.enterprise_number, timezone.localdate()
    deminimis.declare(number, [(Decimal(210_000), today)], on=today, declaration="since")
    entries = Entry.objects.count()
    with pytest.raises(deminimis.OverCeiling) as refusal:
        factories.approve(proposal, second)
    assert (refusal.value.headroom, refusal.value.asked) == (90_000, 100_000)
    assert "€90,000" in str(refusal.value)
    assert "€100,000" in str(refusal.value)
    assert (proposal.votes.count(), Entry.objects.count()) == (1, entries)
    assert fresh(proposal).state == Proposal.State.OPEN
    assert not Award.objects.exists()


def test_a_withdrawn_file_gives_its_place_to_the_waiting_list() -> None:
    proposal = factories.make_proposal()
    file = proposal.application
    lifecycle.withdraw(file, actor=file.author, now=timezone.now())
    for _again in range(2):
        deciding.void_after_withdrawal(file.pk, now=timezone.now())
    assert Message.objects.filter(topic="money.released").count() == 1


def test_several_files_are_rejected_together_or_not_at_all() -> None:
    call, actor = factories.make_call(), factories.make_user(Role.FUND_MANAGER)
    good, gone = (factories.make_reviewed(call=call) for _file in "ab")
    lifecycle.withdraw(gone, actor=gone.author, now=timezone.now())
    with pytest.raises(WrongState):
        deciding.reject_all(
            [(good, "Too early."), (gone, "Too early.")], actor=actor, now=timezone.now()
        )
    assert fresh(good).state == State.REVIEWED
    deciding.reject_all([(good, "Too early.")], actor=actor, now=timezone.now())
    assert fresh(good).rejection.grounds == "Too early."
