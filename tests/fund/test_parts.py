"""Caps of tracks inside an envelope: both caps hold, and the database holds them."""

from decimal import Decimal

import pytest
from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import Track
from brustart.accounts.models import Role
from brustart.fund import accounts, ledger
from brustart.fund.models import Account, Envelope, EnvelopePart
from brustart.fund.verifying import differences
from tests import factories

pytestmark = pytest.mark.django_db
HOW = {"actor": None, "now": timezone.now()}


@pytest.fixture
def envelope() -> Envelope:
    return factories.make_envelope(1_000_000)


@pytest.fixture
def part(envelope: Envelope) -> EnvelopePart:
    return accounts.open_part(envelope, Track.EHEALTH, Decimal(300_000), **HOW)


def award(envelope: Envelope, amount: int, track: str, reference: str) -> Account:
    account = accounts.open_award_account(envelope.account, asked=Decimal(amount), track=track)
    ledger.commit(account, Decimal(amount), reference=reference, **HOW)
    return account


def test_an_award_counts_in_its_part_through_every_stage(
    envelope: Envelope, part: EnvelopePart
) -> None:
    account = award(envelope, 200_000, Track.EHEALTH, "one")
    award(envelope, 400_000, Track.DIGITAL, "two")
    ledger.liquidate(account, Decimal(50_000), reference="one", **HOW)
    ledger.order(account, Decimal(50_000), reference="one", **HOW)
    ledger.pay(account, Decimal(40_000), reference="one", **HOW)
    ledger.recover(account, Decimal(10_000), reference="one", **HOW)
    ledger.decommit(account, Decimal(30_000), reference="one", **HOW)
    whole = Account.objects.get(pk=part.account_id)
    figures = [
        getattr(whole, name)
        for name in ("committed", "decommitted", "liquidated", "ordered", "paid", "recovered")
    ]
    assert figures == [170_000, 30_000, 50_000, 50_000, 40_000, 10_000]
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


def test_an_envelope_with_awards_is_divided_no_longer(envelope: Envelope) -> None:
    award(envelope, 1_000, Track.DIGITAL, "one")
    with pytest.raises(accounts.PartTooLate):
        accounts.open_part(envelope, Track.EHEALTH, Decimal(1), **HOW)


def test_an_award_counts_in_no_part_of_another_envelope(part: EnvelopePart) -> None:
    other = factories.make_envelope(1_000, code="other")
    with pytest.raises(Error, match="its own envelope"), transaction.atomic():
        Account.objects.create(parent=other.account, part=part.account, cap=1)


def test_a_balance_of_a_part_that_was_changed_is_found(
    envelope: Envelope, part: EnvelopePart
) -> None:
    account = award(envelope, 200_000, Track.EHEALTH, "one")
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE fund_account SET committed = 0 WHERE id = %s", [part.account_id])
    assert account.part_id == part.account_id


def test_the_capacity_page_shows_the_parts(envelope: Envelope, part: EnvelopePart) -> None:
    factories.make_call(envelope=envelope)
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user(Role.FUND_MANAGER))
    page = client.get(reverse("capacity")).content.decode()
    assert "Caps of the tracks inside this envelope" in page
    assert "€300,000" in page
