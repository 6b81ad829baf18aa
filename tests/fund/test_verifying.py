"""Guards that hold for the owner too, and what is found when somebody removes them."""

from decimal import Decimal

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from brustart.fund import accounts, ledger
from brustart.fund.verifying import differences
from tests.factories import make_envelope
from tests.fund.changing import change_cap

HOW = {"actor": None, "now": timezone.now()}


def test_even_the_owner_cannot_change_an_entry(
    committed_db: object, owner_connection: "psycopg.Connection"
) -> None:
    envelope = accounts.open_envelope_account()
    ledger.change_cap(envelope, Decimal(10), reference="opening", **HOW)
    for attack in ("UPDATE fund_entry SET amount = 1", "DELETE FROM fund_entry"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner_connection.execute(attack)


def test_a_falsified_entry_is_named(
    committed_db: object, owner_connection: "psycopg.Connection"
) -> None:
    """Whoever owns the database and removes the guards is found by the chain."""
    envelope = make_envelope(10).account
    change_cap(envelope, Decimal(5))
    owner_connection.execute("ALTER TABLE fund_entry DISABLE TRIGGER USER")
    owner_connection.execute("UPDATE fund_entry SET amount = 50 WHERE reference = 'cap:brustart'")
    found = list(differences())
    assert "entry 1: its hash is not that of its content" in found[0]
    assert any("cap is 15.00, 55.00 recomputed" in line for line in found)
    with pytest.raises(CommandError, match="entry 1"):
        call_command("verify_ledger")
