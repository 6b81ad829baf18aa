"""A cap changes by two people, and the database takes it from nobody else."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.utils import timezone

from brustart.accounts.models import Role, User
from brustart.core.models import AuditEntry, Mail
from brustart.fund import accounts, capping, ledger
from brustart.fund.models import Account, CapAnswer, CapChange, Entry, Envelope
from brustart.fund.verifying import differences
from tests.factories import make_envelope, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def envelope() -> Account:
    return make_envelope(1_000_000).account


@pytest.fixture
def one() -> User:
    return make_user(Role.FUND_MANAGER)


@pytest.fixture
def other() -> User:
    return make_user(Role.FUND_MANAGER)


def award(envelope: Account, amount: int) -> None:
    account = accounts.open_award_account(envelope, asked=Decimal(amount))
    ledger.commit(account, Decimal(amount), actor=None, now=NOW, reference="award")


def ask(envelope: Account, by: int, actor: User) -> CapChange:
    """For so much more than the cap is now."""
    return ask_for(accounts.held_by(envelope), cap(envelope) + by, actor)


def ask_for(held: Envelope, cap: Decimal, actor: User, reason: str = "New budget.") -> CapChange:
    return capping.ask(held, cap, reason=reason, actor=actor, now=NOW)


def cap(envelope: Account) -> Decimal:
    envelope.refresh_from_db()
    return envelope.cap


def test_a_cap_is_asked_for_whatever_it_was_when_the_page_was_read(
    envelope: Account, one: User, other: User
) -> None:
    read = accounts.held_by(envelope)
    capping.confirm(ask(envelope, 250_000, one), actor=other, now=NOW)
    assert read.account.cap == 1_000_000
    asked = ask_for(read, Decimal(1_100_000), one)
    assert asked.amount == -150_000
    assert capping.confirm(asked, actor=other, now=NOW).after == 1_100_000


@pytest.mark.parametrize("by", [250_000, -250_000])
def test_the_second_person_moves_the_cap(
    envelope: Account, one: User, other: User, by: int
) -> None:
    asked = ask(envelope, by, one)
    assert cap(envelope) == 1_000_000
    entry = capping.confirm(asked, actor=other, now=NOW)
    assert cap(envelope) == 1_000_000 + by
    assert (entry.actor_id, entry.reference) == (other.pk, f"cap:{asked.pk}")
    assert capping.open_change(envelope) is None
    acts = AuditEntry.objects.filter(act__startswith="cap.").order_by("pk")
    assert list(acts.values_list("act", "actor")) == [
        ("cap.asked", one.pk),
        ("cap.confirmed", other.pk),
    ]
    assert list(differences()) == []


def test_one_person_is_not_two(envelope: Account, one: User) -> None:
    asked = ask(envelope, 1, one)
    with pytest.raises(capping.NotByOne):
        capping.confirm(asked, actor=one, now=NOW)
    with pytest.raises(capping.NotByOne):
        capping.refuse(asked, reason="No.", actor=one, now=NOW)
    assert not CapAnswer.objects.exists()
    assert cap(envelope) == 1_000_000


def test_under_what_is_committed_it_is_refused_when_asked(envelope: Account, one: User) -> None:
    award(envelope, 600_000)
    with pytest.raises(capping.BelowCommitted) as refusal:
        ask(envelope, -400_001, one)
    assert (refusal.value.committed, refusal.value.cap) == (600_000, 599_999)
    assert str(refusal.value) == "The cap cannot become €599,999: €600,000 is committed already."
    ask(envelope, -400_000, one)


def test_what_was_committed_since_refuses_it_when_confirmed(
    envelope: Account, one: User, other: User
) -> None:
    asked = ask(envelope, -500_000, one)
    award(envelope, 500_001)
    with pytest.raises(capping.BelowCommitted) as refusal:
        capping.confirm(asked, actor=other, now=NOW)
    assert (refusal.value.committed, refusal.value.cap) == (500_001, 500_000)
    assert not CapAnswer.objects.exists()  # it may still be taken back, or confirmed later
    assert cap(envelope) == 1_000_000


def test_one_change_waits_at_a_time(envelope: Account, one: User, other: User) -> None:
    asked = ask(envelope, 5, one)
    with pytest.raises(capping.CannotChange):
        ask(envelope, 7, other)
    capping.refuse(asked, reason="Not now.", actor=other, now=NOW)
    assert ask(envelope, 7, other).place == 2
    assert cap(envelope) == 1_000_000


def test_an_answer_is_given_once(envelope: Account, one: User, other: User) -> None:
    asked = ask(envelope, 5, one)
    capping.confirm(asked, actor=other, now=NOW)
    for act in (
        lambda: capping.confirm(asked, actor=other, now=NOW),
        lambda: capping.refuse(asked, reason="No.", actor=other, now=NOW),
        lambda: capping.take_back(asked, actor=one, now=NOW),
    ):
        with pytest.raises(capping.CannotChange):
            act()
    assert cap(envelope) == 1_000_005


def test_only_who_asked_takes_it_back(envelope: Account, one: User, other: User) -> None:
    asked = ask(envelope, 5, one)
    with pytest.raises(capping.NotByOne):
        capping.take_back(asked, actor=other, now=NOW)
    assert not capping.take_back(asked, actor=one, now=NOW).accepted
    assert AuditEntry.objects.filter(act="cap.taken_back").count() == 1
    with pytest.raises(capping.CannotChange):
        capping.confirm(asked, actor=other, now=NOW)


def test_nothing_and_no_reason_are_refused(envelope: Account, one: User, other: User) -> None:
    with pytest.raises(capping.CannotChange, match="is €1,000,000 already"):
        ask(envelope, 0, one)
    with pytest.raises(capping.ReasonMissing):
        ask_for(accounts.held_by(envelope), Decimal(5), one, reason="  ")
    with pytest.raises(capping.ReasonMissing):
        capping.refuse(ask(envelope, 5, one), reason="", actor=other, now=NOW)


def test_the_other_fund_managers_hear_of_it_and_nobody_else(
    envelope: Account, one: User, other: User
) -> None:
    third = make_user(Role.FUND_MANAGER, language="fr")
    gone = make_user(Role.FUND_MANAGER, is_active=False)
    for role in set(Role) - {Role.FUND_MANAGER}:
        make_user(role)
    asked = ask(envelope, 250_000, one)
    mails = {
        mail.recipient: mail for mail in Mail.objects.filter(about=f"fund.capchange:{asked.pk}")
    }
    assert set(mails) == {other, third}
    assert gone not in mails
    assert mails[other].subject == "A cap waits for your answer: Brustart"
    for said in ("€1,250,000", "now €1,000,000", "New budget.", "/en/envelopes/brustart/cap/"):
        assert said in mails[other].body
    assert "/fr/envelopes/brustart/cap/" in mails[third].body
    capping.refuse(asked, reason="No.", actor=other, now=NOW)
    assert Mail.objects.count() == 2  # the answer stands on the page


def insert(account: Account, amount: int, reference: str, actor: User | None) -> None:
    """An entry in plain SQL, as the application's role."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fund_entry (account_id, kind, amount, at, actor_id, reference) "
            "VALUES (%s, 'cap', %s, now(), %s, %s)",
            [account.pk, amount, actor and actor.pk, reference],
        )


def answer(asked: CapChange, by: User, *, accepted: bool = True) -> None:
    CapAnswer.objects.create(change=asked, accepted=accepted, answered_by=by, answered_at=NOW)


def test_the_database_takes_no_cap_from_one_person(
    envelope: Account, one: User, other: User
) -> None:
    asked = ask(envelope, 5, one)
    attempts = [(5, asked.reference, other)]  # nobody answered
    answer(asked, one)
    attempts.append((5, asked.reference, one))  # the same person twice
    for amount, reference, actor in [*attempts, (5, "cap", other), (5, "opening 2", None)]:
        with pytest.raises(ProgrammingError, match="by two people"):
            insert(envelope, amount, reference, actor)
    assert cap(envelope) == 1_000_000


def test_the_database_takes_no_refused_change(envelope: Account, one: User, other: User) -> None:
    asked = ask(envelope, 5, one)
    answer(asked, other, accepted=False)
    with pytest.raises(ProgrammingError, match="by two people"):
        insert(envelope, 5, asked.reference, other)


def test_the_database_takes_the_very_change_and_once(
    envelope: Account, one: User, other: User
) -> None:
    asked = ask(envelope, 5, one)
    answer(asked, other)
    neighbour = accounts.open_envelope_account()
    insert(neighbour, 1, "opening", None)  # whatever opens an envelope
    for account, amount, reference, actor in (
        (envelope, 6, asked.reference, other),  # another amount
        (envelope, -5, asked.reference, other),
        (neighbour, 5, asked.reference, other),  # another envelope
        (envelope, 5, f"{asked.reference} ", other),
        (envelope, 5, asked.reference, None),  # another actor than who confirmed
    ):
        with pytest.raises(ProgrammingError, match="by two people"):
            insert(account, amount, reference, actor)
    insert(envelope, 5, asked.reference, other)
    with pytest.raises(DatabaseError, match="entry_once"):
        insert(envelope, 5, asked.reference, other)
    assert cap(envelope) == 1_000_005
    assert Entry.objects.filter(kind=Entry.Kind.CAP, account=envelope).count() == 2


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE fund_capchange SET amount = 1000000",
        "DELETE FROM fund_capchange",
        "UPDATE fund_capanswer SET accepted = true",
        "DELETE FROM fund_capanswer",
        "TRUNCATE fund_capanswer, fund_capchange",
        "ALTER TABLE fund_entry DISABLE TRIGGER fund_entry_cap_by_two",
    ],
)
def test_what_was_asked_and_answered_stays(
    envelope: Account, one: User, other: User, attack: str
) -> None:
    capping.refuse(ask(envelope, 5, one), reason="No.", actor=other, now=NOW)
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(attack)
