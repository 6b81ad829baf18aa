"""The final report, closing, and money that has to come back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.states import State
from brustart.accounts.models import User
from brustart.awards import changing, closing, offering, proposing
from brustart.awards.models import Award, Recovery, Report
from brustart.core.models import Mail, Message
from brustart.fund import deminimis
from brustart.fund.models import Entry
from brustart.fund.verifying import differences
from tests import factories

from .making import (
    balances,
    envelope_of,
    fresh,
    make_claim,
    make_paid,
    make_running,
    manager,
    owner,
    paper,
    reading,
)

pytestmark = pytest.mark.django_db


def report(award: Award, *, words: str = "It works.", actor: User | None = None) -> Report:
    with reading():
        return closing.report(
            award, words=words, uploads=[paper()], actor=actor or owner(award), now=timezone.now()
        )


def close(award: Award) -> Award:
    return closing.close(award, actor=manager(), now=timezone.now())


def ask_back(award: Award, amount: str | int, *, actor: User | None = None) -> Recovery:
    return closing.ask_back(
        award, amount=Decimal(amount), reason="Not spent on the project.",
        due_on=timezone.localdate() + timedelta(days=30), actor=actor or manager(),
        now=timezone.now(),
    )  # fmt: skip


def receive(recovery: Recovery, actor: User | None = None) -> Recovery:
    return closing.receive(recovery, actor=actor or manager(), now=timezone.now())


# --- the final report -----------------------------------------------------------------------
def test_an_accepted_report_closes_the_award_and_gives_back_what_is_unused() -> None:
    award = make_running(amount=100_000)
    make_paid(award)
    made, actor = report(award), manager()
    closing.close(award, actor=actor, now=timezone.now())
    stored = fresh(award)
    assert (stored.state, stored.application.state) == (Award.State.CLOSED, State.CLOSED)
    assert (fresh(made).accepted_by, made.documents.count()) == (actor, 1)
    assert tuple(balances(award)) == (50_000, 50_000, 50_000, 50_000, 0)
    assert (envelope_of(award).committed, envelope_of(award).decommitted) == (50_000, 50_000)
    assert Message.objects.filter(topic="money.released").count() == 1
    assert Mail.objects.get(template="award_closed").recipient == owner(award)
    number = award.application.enterprise_number
    assert deminimis.headroom([number], timezone.localdate()) == 200_000  # aid once granted
    with pytest.raises(closing.NotClosable):
        close(award)
    assert list(differences()) == []


def test_nothing_is_given_back_of_an_award_that_was_used_to_the_last_cent() -> None:
    award = make_running(amount=100_000)
    for position in (1, 2, 3):
        make_paid(award, position=position)
    report(award)
    close(award)
    assert tuple(balances(award)) == (100_000,) * 4 + (0,)
    assert not Entry.objects.filter(kind=Entry.Kind.DECOMMIT).exists()
    assert not Message.objects.filter(topic="money.released").exists()


def test_a_report_that_was_sent_back_is_replaced() -> None:
    award = make_running()
    made, actor = report(award), manager()
    with pytest.raises(closing.NotClosable, match="with the fund already"):
        report(award)
    with pytest.raises(proposing.ReasonMissing):
        closing.send_back(made, reason=" ", actor=actor, now=timezone.now())
    closing.send_back(made, reason="No figures.", actor=actor, now=timezone.now())
    assert "No figures." in Mail.objects.get(template="report_returned").body
    for answer in (
        lambda: close(award),
        lambda: closing.send_back(made, reason="Again.", actor=actor, now=timezone.now()),
    ):
        with pytest.raises(closing.NotClosable, match="no final report"):
            answer()
    again = report(award, words="With figures.")
    assert (again.pk, again.documents.count()) == (made.pk, 2)
    close(award)
    assert fresh(made).words == "With figures."


def test_an_award_closes_with_a_report_and_no_claim_under_way() -> None:
    award = make_running()
    with pytest.raises(closing.NotClosable):
        close(award)
    make_claim(award)
    report(award)
    with pytest.raises(changing.NotChangeable, match="under way"):
        close(award)
    assert fresh(award).state == Award.State.RUNNING


def test_who_reports_and_of_what() -> None:
    award, offered = make_running(), factories.make_award()
    for actor in (manager(), factories.make_user()):
        with pytest.raises(offering.NotTheirs):
            report(award, actor=actor)
    with pytest.raises(closing.NotClosable, match="in force"):
        report(offered)
    with pytest.raises(proposing.ReasonMissing):
        report(award, words=" ")
    assert not Report.objects.exists()


def test_the_report_of_an_award_that_ended_is_answered_no_more() -> None:
    award = make_running()
    made = report(award)
    changing.end(award, reason="Bankrupt.", actor=manager(), now=timezone.now())
    with pytest.raises(closing.NotClosable):
        close(award)
    with pytest.raises(closing.NotClosable):
        closing.send_back(made, reason="No figures.", actor=manager(), now=timezone.now())
    assert fresh(award).state == Award.State.ENDED


# --- money back -----------------------------------------------------------------------------
def test_money_that_comes_back_frees_no_capacity() -> None:
    award, one, other = make_running(amount=100_000), manager(), manager()
    make_paid(award)
    asked = ask_back(award, "12345.67", actor=one)
    assert closing.recoverable(award) == Decimal("37654.33")
    assert balances(award).recovered == 0
    mail = Mail.objects.get(template="recovery_asked")
    assert "€12,345.67" in mail.subject
    assert "Not spent on the project." in mail.body
    with pytest.raises(closing.NotRecoverable, match="a colleague"):
        receive(asked, one)
    receive(asked, other)
    assert tuple(balances(award)) == (100_000, 50_000, 50_000, 50_000, Decimal("12345.67"))
    assert envelope_of(award).committed == 100_000
    with pytest.raises(closing.NotRecoverable, match="already"):
        receive(asked, manager())
    assert closing.recoverable(award) == Decimal("37654.33")
    assert list(differences()) == []


@pytest.mark.parametrize("amount", ["0", "-1", "40000.01"])
def test_no_more_is_asked_back_than_was_paid_and_is_not_asked_back_yet(amount: str) -> None:
    award = make_running(amount=100_000)
    make_paid(award)
    ask_back(award, 10_000)
    with pytest.raises(closing.NotRecoverable, match="€40,000 can be asked back"):
        ask_back(award, amount)
    receive(ask_back(award, 40_000))
    assert balances(award).recovered == 40_000


def test_what_was_never_paid_is_not_asked_back() -> None:
    award = make_running()
    with pytest.raises(closing.NotRecoverable, match="€0 can be asked back"):
        ask_back(award, 1)


def ended(award: Award) -> Any:
    return changing.end(award, reason="Bankrupt.", actor=manager(), now=timezone.now())


def closed(award: Award) -> Any:
    report(award)
    return close(award)


@pytest.mark.parametrize("over", [ended, closed])
def test_money_comes_back_after_the_end_as_well(over: Any) -> None:
    award = make_running(amount=100_000)
    make_paid(award)
    over(award)
    receive(ask_back(award, 50_000))
    assert tuple(balances(award)) == (50_000,) * 5


def test_the_database_asks_for_two_people() -> None:
    award = make_running()
    make_paid(award)
    asked = ask_back(award, 1)
    with pytest.raises(IntegrityError, match="recovery_by_two"), transaction.atomic():
        Recovery.objects.filter(pk=asked.pk).update(received_by=asked.asked_by)
