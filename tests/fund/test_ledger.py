"""The ledger's acts, and what plain SQL as the application's role cannot do."""

from decimal import Decimal

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from brustart.fund import accounts, capacity, ledger
from brustart.fund.models import Account, Entry
from brustart.fund.verifying import differences
from tests.factories import make_envelope
from tests.fund.changing import change_cap

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOW = {"actor": None, "now": NOW}


@pytest.fixture
def envelope() -> Account:
    return make_envelope(1_000_000).account


def award(envelope: Account, amount: int, reference: str = "award") -> Account:
    account = accounts.open_award_account(envelope, asked=Decimal(amount))
    ledger.commit(account, Decimal(amount), reference=reference, **HOW)
    return account


def test_a_commitment_takes_from_what_is_left(envelope: Account) -> None:
    award(envelope, 300_000)
    figures = capacity.of(envelope, proposed=Decimal(800_000))
    assert figures.left == 700_000
    assert figures.left_if_all_pass == -100_000


def test_over_the_cap_is_refused_with_the_numbers(envelope: Account) -> None:
    award(envelope, 820_000)
    with pytest.raises(ledger.OverCap) as refusal:
        award(envelope, 200_000, "second")
    assert (refusal.value.left, refusal.value.asked) == (180_000, 200_000)
    assert list(differences()) == []


def test_exactly_the_cap_passes(envelope: Account) -> None:
    award(envelope, 1_000_000)
    assert capacity.of(envelope, proposed=Decimal(0)).left == 0


def test_an_award_commits_no_more_than_was_asked(envelope: Account) -> None:
    account = accounts.open_award_account(envelope, asked=Decimal(50_000))
    with pytest.raises(ledger.OverCap):
        ledger.commit(account, Decimal(50_001), reference="award", **HOW)


def test_decommitment_gives_capacity_back_and_recovery_does_not(envelope: Account) -> None:
    account = award(envelope, 200_000)
    for step in (ledger.liquidate, ledger.order, ledger.pay):
        step(account, Decimal(80_000), reference="first", **HOW)
    ledger.recover(account, Decimal(30_000), reference="first", **HOW)
    assert capacity.of(envelope, proposed=Decimal(0)).left == 800_000
    ledger.decommit(account, Decimal(120_000), reference="rest", **HOW)
    assert capacity.of(envelope, proposed=Decimal(0)).left == 920_000
    with pytest.raises(ledger.OutOfOrder):
        ledger.decommit(account, Decimal(1), reference="paid already", **HOW)


@pytest.mark.parametrize(
    ("before", "step"),
    [
        ([], ledger.liquidate),
        ([ledger.liquidate], ledger.pay),
        ([ledger.liquidate, ledger.order], ledger.recover),
    ],
)
def test_no_stage_exceeds_the_one_before(envelope: Account, before: list, step) -> None:
    account = award(envelope, 100)
    for earlier in before:
        earlier(account, Decimal(100), reference="first", **HOW)
    with pytest.raises(ledger.OutOfOrder):
        step(account, Decimal("100.01"), reference="too much", **HOW)


def test_a_reference_moves_money_once(envelope: Account) -> None:
    account = award(envelope, 100)
    ledger.liquidate(account, Decimal(10), reference="claim:1", **HOW)
    with pytest.raises(ledger.AlreadyPosted):
        ledger.liquidate(account, Decimal(10), reference="claim:1", **HOW)


def test_the_cap_is_lowered_to_what_is_committed(envelope: Account) -> None:
    award(envelope, 600_000)
    change_cap(envelope, Decimal(-400_000))
    assert capacity.of(envelope, proposed=Decimal(0)).left == 0
    assert list(differences()) == []


ATTACKS = {
    "change a balance": "UPDATE fund_account SET committed = 0",
    "change a cap": "UPDATE fund_account SET cap = cap * 2",
    "open an account with money": "INSERT INTO fund_account (cap, committed, decommitted, "
    "liquidated, ordered, paid, recovered, sequence, head) VALUES (9,0,0,0,0,0,0,0,'')",
    "change an entry": "UPDATE fund_entry SET amount = 1",
    "delete an entry": "DELETE FROM fund_entry",
    "empty the ledger": "TRUNCATE fund_entry CASCADE",
    "disable the trigger": "ALTER TABLE fund_entry DISABLE TRIGGER ALL",
    "drop the check": "ALTER TABLE fund_account DROP CONSTRAINT account_committed_within_cap",
    "replicate past the triggers": "SET session_replication_role = replica",
    "replace the function": "CREATE OR REPLACE FUNCTION fund_post_entry() RETURNS trigger "
    "LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "write its own place in the chain": "INSERT INTO fund_entry (account_id, kind, amount, at, "
    "reference, sequence, hash, previous, before, after, envelope_id, recorded_at) "
    "SELECT id, 'cap', 5, now(), 'x', 9, 'ff', '', 0, 5, id, now() FROM fund_account "
    "WHERE parent_id IS NULL LIMIT 1",
    "an entry over the cap": "INSERT INTO fund_entry (account_id, kind, amount, at, reference) "
    "SELECT id, 'commit', 999999999, now(), 'x' FROM fund_account WHERE parent_id IS NOT NULL",
    "commit on the envelope itself": "INSERT INTO fund_entry (account_id, kind, amount, at, "
    "reference) SELECT id, 'commit', 1, now(), 'x' FROM fund_account WHERE parent_id IS NULL",
    "raise an award's cap": "INSERT INTO fund_entry (account_id, kind, amount, at, reference) "
    "SELECT id, 'cap', 1, now(), 'x' FROM fund_account WHERE parent_id IS NOT NULL",
    "raise a cap alone": "INSERT INTO fund_entry (account_id, kind, amount, at, reference) "
    "SELECT id, 'cap', 1, now(), 'cap:1' FROM fund_account WHERE parent_id IS NULL",
    "give an envelope another account": "UPDATE fund_envelope SET account_id = "
    "(SELECT max(id) FROM fund_account)",
    "a negative commitment": "INSERT INTO fund_entry (account_id, kind, amount, at, reference) "
    "SELECT id, 'commit', -5, now(), 'x' FROM fund_account WHERE parent_id IS NOT NULL",
    "rewrite the audit trail": "UPDATE core_auditentry SET act = 'nothing'",
    "forget the audit trail": "TRUNCATE core_auditentry",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_the_database_refuses(envelope: Account, attack: str) -> None:
    award(envelope, 100)
    before = list(Entry.objects.values_list("hash", flat=True))
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)
    assert list(Entry.objects.values_list("hash", flat=True)) == before
    assert list(differences()) == []
