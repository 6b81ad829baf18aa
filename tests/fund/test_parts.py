"""Caps of tracks inside an envelope: opened and changed by two people; both caps hold, and the
database holds them."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, Error, connection, transaction
from django.utils import timezone

from applications.models import Track
from brustart.accounts.models import User
from brustart.core.models import Mail
from brustart.fund import accounts, capping, ledger
from brustart.fund.models import Account, CapAnswer, CapChange, Envelope, EnvelopePart
from brustart.fund.verifying import BALANCES, differences
from tests import factories

from .changing import open_part, set_cap, two_managers

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOW = {"actor": None, "now": NOW}


@pytest.fixture
def envelope() -> Envelope:
    return factories.make_envelope(1_000_000)


@pytest.fixture
def part(envelope: Envelope) -> EnvelopePart:
    return open_part(envelope, Track.EHEALTH, 300_000)


def award(envelope: Envelope, amount: int, track: str, reference: str) -> Account:
    account = accounts.open_award_account(envelope.account, asked=Decimal(amount), track=track)
    ledger.commit(account, Decimal(amount), reference=reference, **HOW)
    return account


def ask(held: Envelope | EnvelopePart, cap: int, actor: User) -> CapChange:
    return capping.ask(held, Decimal(cap), reason="Two budgets.", actor=actor, now=NOW)


def through_every_stage(account: Account) -> None:
    ledger.liquidate(account, Decimal(50_000), reference="one", **HOW)
    ledger.order(account, Decimal(50_000), reference="one", **HOW)
    ledger.pay(account, Decimal(40_000), reference="one", **HOW)
    ledger.recover(account, Decimal(10_000), reference="one", **HOW)
    ledger.decommit(account, Decimal(30_000), reference="one", **HOW)


def figures(part: EnvelopePart) -> list[Decimal]:
    whole = Account.objects.get(pk=part.account_id)
    return [getattr(whole, name) for name in BALANCES]


EVERY_STAGE = [300_000, 170_000, 30_000, 50_000, 50_000, 40_000, 10_000]


def test_an_award_counts_in_its_part_through_every_stage(
    envelope: Envelope, part: EnvelopePart
) -> None:
    account = award(envelope, 200_000, Track.EHEALTH, "one")
    award(envelope, 400_000, Track.DIGITAL, "two")
    through_every_stage(account)
    assert figures(part) == EVERY_STAGE
    assert list(differences()) == []


def test_awards_made_before_the_part_count_in_it(envelope: Envelope) -> None:
    account = award(envelope, 200_000, Track.EHEALTH, "one")
    award(envelope, 400_000, Track.DIGITAL, "two")
    through_every_stage(account)
    part = open_part(envelope, Track.EHEALTH, 300_000)
    assert figures(part) == EVERY_STAGE
    assert list(differences()) == []
    ledger.liquidate(account, Decimal(1_000), reference="two", **HOW)
    with pytest.raises(ledger.OverCap) as refused:
        award(envelope, 130_001, Track.EHEALTH, "three")
    assert refused.value.left == 130_000
    assert figures(part)[3] == 51_000
    assert list(differences()) == []


@pytest.mark.parametrize("track", [*Track])
def test_an_account_opened_while_its_part_was_counts_in_it(
    envelope: Envelope, part: EnvelopePart, track: Track
) -> None:
    """Whoever opened it did not see the part yet."""
    account = Account.objects.create(parent=envelope.account, cap=9, track=track)
    ledger.commit(account, Decimal(9), reference="one", **HOW)
    assert figures(part)[1] == (9 if track == Track.EHEALTH else 0)
    assert list(differences()) == []


def test_the_parts_cap_refuses_what_the_envelope_could_bear(
    envelope: Envelope, part: EnvelopePart
) -> None:
    award(envelope, 200_000, Track.EHEALTH, "one")
    with pytest.raises(ledger.OverCap) as refused:
        award(envelope, 100_001, Track.EHEALTH, "two")
    assert (refused.value.left, refused.value.asked) == (100_000, 100_001)
    award(envelope, 100_001, Track.DIGITAL, "three")
    award(envelope, 100_000, Track.EHEALTH, "four")


def test_the_envelopes_cap_refuses_what_its_part_could_bear(
    envelope: Envelope, part: EnvelopePart
) -> None:
    award(envelope, 900_000, Track.DIGITAL, "one")
    with pytest.raises(ledger.OverCap):
        award(envelope, 100_001, Track.EHEALTH, "two")


def test_what_was_asked_for_narrows_nothing_before_it_is_confirmed(envelope: Envelope) -> None:
    one, other = two_managers()
    asked = ask(accounts.part_of(envelope, Track.EHEALTH), 1_000, one)
    award(envelope, 2_000, Track.EHEALTH, "one")
    assert not accounts.part_of(envelope, Track.EHEALTH).is_open
    with pytest.raises(capping.BelowCommitted) as refused:
        capping.confirm(asked, actor=other, now=NOW)
    assert (refused.value.committed, refused.value.cap) == (2_000, 1_000)
    capping.refuse(asked, reason="Too little.", actor=other, now=NOW)
    award(envelope, 2_000, Track.EHEALTH, "two")
    assert set_cap(accounts.part_of(envelope, Track.EHEALTH), 4_000).after == 4_000
    assert EnvelopePart.objects.count() == 1


def test_a_part_is_at_least_what_is_committed_in_it(envelope: Envelope) -> None:
    award(envelope, 200_000, Track.EHEALTH, "one")
    award(envelope, 400_000, Track.DIGITAL, "two")
    one, _other = two_managers()
    part = accounts.part_of(envelope, Track.EHEALTH)
    with pytest.raises(capping.BelowCommitted, match="€200,000 is committed already"):
        ask(part, 199_999, one)
    assert not EnvelopePart.objects.exists()  # nothing is kept of what was refused
    set_cap(part, 250_000)
    with pytest.raises(capping.BelowCommitted):
        ask(part, 199_999, one)
    assert set_cap(part, 200_000).after == 200_000


def test_the_parts_fit_in_the_envelope_together(envelope: Envelope, part: EnvelopePart) -> None:
    one, other = two_managers()
    digital = accounts.part_of(envelope, Track.DIGITAL)
    with pytest.raises(capping.BeyondEnvelope, match="leave at most €700,000"):
        ask(digital, 700_001, one)
    asked = ask(digital, 700_000, one)
    set_cap(part, 300_001)
    with pytest.raises(capping.BeyondEnvelope, match="leave at most €699,999"):
        capping.confirm(asked, actor=other, now=NOW)
    set_cap(part, 300_000)
    capping.confirm(asked, actor=other, now=NOW)
    with pytest.raises(capping.BeyondEnvelope, match="come to €1,000,000 together"):
        ask(envelope, 999_999, one)
    set_cap(part, 100_000)
    assert set_cap(envelope, 800_000).after == 800_000
    assert list(differences()) == []


def test_a_mail_says_which_track(envelope: Envelope) -> None:
    one, other = two_managers()
    part = accounts.part_of(envelope, Track.EHEALTH)
    how = {"reason": "Two budgets.", "now": NOW, "called": Track.EHEALTH.label}
    capping.confirm(capping.ask(part, Decimal(5), actor=one, **how), actor=other, now=NOW)
    capping.ask(part, Decimal(7), actor=other, **how)
    opening, change = Mail.objects.order_by("pk")
    assert (opening.recipient, change.recipient) == (other, one)
    assert opening.subject == "A cap waits for your answer: E-health, Brustart"
    assert "“E-health” have a cap of its own of €5" in opening.body
    assert "now €5, become €7" in change.body
    assert all("/en/envelopes/brustart/cap/ehealth/" in mail.body for mail in (opening, change))


def insert(account: Account, amount: int, reference: str, actor: User | None) -> None:
    """A cap in plain SQL, as the application's role."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fund_entry (account_id, kind, amount, at, actor_id, reference) "
            "VALUES (%s, 'cap', %s, now(), %s, %s)",
            [account.pk, amount, actor and actor.pk, reference],
        )


def test_the_database_opens_no_part_for_one_person(envelope: Envelope) -> None:
    one, other = two_managers()
    asked = ask(accounts.part_of(envelope, Track.DIGITAL), 5, one)
    attempts = [(5, "opening", None), (5, asked.reference, other)]
    CapAnswer.objects.create(change=asked, accepted=True, answered_by=one, answered_at=NOW)
    attempts += [(5, asked.reference, one), (5, asked.reference, other)]
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="opened by two people"):
            insert(asked.account, *attempt)
    assert not accounts.part_of(envelope, Track.DIGITAL).is_open


def test_the_database_makes_no_part_of_an_account_with_money(
    envelope: Envelope, part: EnvelopePart
) -> None:
    filled = accounts.open_envelope_account()
    insert(filled, 5, "opening", None)
    taken = factories.make_envelope(1, code="other").account
    opened = accounts.open_award_account(envelope.account, asked=Decimal(1))
    for account in (filled, taken, opened):
        with pytest.raises(Error, match="empty account of its own"), transaction.atomic():
            EnvelopePart.objects.create(envelope=envelope, track=Track.DIGITAL, account=account)


def test_the_database_takes_no_parts_that_exceed_their_envelope(
    envelope: Envelope, part: EnvelopePart
) -> None:
    """Whatever the acts said: two people of whom each asked while the other's was not there."""
    one, other = two_managers()
    asked = ask(accounts.part_of(envelope, Track.DIGITAL), 700_000, one)
    lower = ask(envelope, 999_999, one)
    capping.confirm(asked, actor=other, now=NOW)
    CapAnswer.objects.create(change=lower, accepted=True, answered_by=other, answered_at=NOW)
    with pytest.raises(Error, match="the parts fit in the envelope"):
        insert(envelope.account, -1, lower.reference, other)


@pytest.mark.parametrize(
    "attack", ["DELETE FROM fund_envelopepart", "UPDATE fund_envelopepart SET track = 'digital'"]
)
def test_an_opened_part_stays(part: EnvelopePart, attack: str) -> None:
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)


def test_an_award_counts_in_no_part_of_another_envelope(part: EnvelopePart) -> None:
    other = factories.make_envelope(1_000, code="other")
    with pytest.raises(Error, match="its own envelope"), transaction.atomic():
        Account.objects.create(parent=other.account, part=part.account, cap=1)


def test_a_balance_of_a_part_cannot_be_changed(envelope: Envelope, part: EnvelopePart) -> None:
    account = award(envelope, 200_000, Track.EHEALTH, "one")
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE fund_account SET committed = 0 WHERE id = %s", [part.account_id])
    assert account.part_id == part.account_id
