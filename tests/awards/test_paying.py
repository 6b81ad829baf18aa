"""Payment files: valid by their own schema, to the cent, and confirmed by a second person."""

import hashlib
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import sepaxml
import xmlschema
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from brustart.accounts.access import sees
from brustart.accounts.models import Role, User
from brustart.awards import banking, changing, claiming, paying
from brustart.awards.models import Award, Batch, Claim
from brustart.core.models import AuditEntry, Mail
from brustart.fund.verifying import differences
from tests import factories

from .making import (
    IBAN,
    OTHER_IBAN,
    balances,
    fresh,
    keys,
    make_account,
    make_batch,
    make_ordered,
    make_running,
    make_verified,
    manager,
    owner,
)

pytestmark = pytest.mark.django_db
SCHEMA = Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd"
NAMES = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}


def paid_out(batch: Batch) -> dict[str, dict[str, str]]:
    """What the file says of each payment, by its end-to-end number."""
    root = ElementTree.fromstring(batch.xml)
    found = {}
    for one in root.iterfind(".//p:CdtTrfTxInf", NAMES):
        said = {
            name: one.findtext(path, namespaces=NAMES)
            for name, path in {
                "amount": "p:Amt/p:InstdAmt",
                "name": "p:Cdtr/p:Nm",
                "iban": "p:CdtrAcct/p:Id/p:IBAN",
                "words": "p:RmtInf/p:Ustrd",
            }.items()
        }
        currency = one.find("p:Amt/p:InstdAmt", NAMES)
        found[one.findtext("p:PmtId/p:EndToEndId", namespaces=NAMES)] = {
            **said,
            "currency": currency.get("Ccy"),
        }
    return found


def text(batch: Batch, path: str) -> list[str]:
    root = ElementTree.fromstring(batch.xml)
    return [node.text for node in root.iterfind(f".//{path}", NAMES)]


def make(claims: list[Claim], **changes: Any) -> Batch:
    how = {"execute_on": timezone.localdate(), "actor": manager(), "now": timezone.now()}
    return paying.make(keys(claims), **{**how, **changes})


def confirm(batch: Batch, *returned: Claim, actor: User | None = None) -> Batch:
    return paying.confirm(
        batch, returned=keys(returned), actor=actor or manager(), now=timezone.now()
    )


# --- the file -------------------------------------------------------------------------------
def test_a_payment_file_is_valid_and_says_what_is_paid_to_whom() -> None:
    plain = make_ordered(make_running(amount=100_000))
    cents = make_ordered(
        make_running(
            amount=Decimal("33333.33"), iban=OTHER_IBAN, holder="Élan & Çedille <Ürün> SRL"
        ),
        position=3,
    )
    batch = make([plain, cents])
    xmlschema.XMLSchema(SCHEMA).validate(batch.xml)
    assert paid_out(batch) == {
        f"BRUSTART-CLAIM-{plain.pk}": {
            "amount": "50000.00", "currency": "EUR", "iban": IBAN, "name": "Mirabelle SRL",
            "words": f"Brustart {plain.tranche.award.application.reference} 1",
        },
        f"BRUSTART-CLAIM-{cents.pk}": {
            "amount": "6668.33", "currency": "EUR", "iban": OTHER_IBAN,
            "name": "Elan + Cedille .Urun. SRL",
            "words": f"Brustart {cents.tranche.award.application.reference} 3",
        },
    }  # fmt: skip
    assert batch.total == Decimal("56668.33")
    assert batch.sha256 == hashlib.sha256(batch.xml.encode()).hexdigest()


def test_its_head_has_the_sum_the_number_the_day_and_the_funds_account() -> None:
    batch = make([make_ordered() for _startup in "ab"], execute_on=timezone.localdate())
    later = make([make_ordered()], execute_on=timezone.localdate() + timedelta(days=3))
    assert set(text(batch, "p:CtrlSum")) == {"100000.00"}
    assert set(text(batch, "p:NbOfTxs")) == {"2"}
    assert text(batch, "p:MsgId") == [batch.message_id]
    assert text(batch, "p:ReqdExctnDt/p:Dt") == [timezone.localdate().isoformat()]
    assert text(later, "p:ReqdExctnDt/p:Dt") == [later.execute_on.isoformat()]
    assert text(batch, "p:DbtrAcct/p:Id/p:IBAN") == [settings.FUND_ACCOUNT["iban"]]
    assert text(batch, "p:Dbtr/p:Nm") == [settings.FUND_ACCOUNT["name"]]
    assert text(batch, "p:ChrgBr") == ["SLEV"]
    assert batch.message_id != later.message_id
    assert len(batch.message_id) <= 35


def test_cents_arrive_as_they_are() -> None:
    award, amounts = make_running(), ["0.01", "0.10", "1.00", "29999.99", "69998.90"]
    changing.replan(
        award, tranches=[("A step.", Decimal(one), None) for one in amounts],
        reason="Smaller steps.", actor=manager(), now=timezone.now(),
    )  # fmt: skip
    batch = make([make_ordered(award, position=place) for place in range(1, 6)])
    assert [one["amount"] for one in paid_out(batch).values()] == amounts
    assert (batch.total, text(batch, "p:CtrlSum")) == (100_000, ["100000.00"] * 2)


# --- what goes into it ----------------------------------------------------------------------
def test_the_account_confirmed_when_the_file_is_made_is_paid() -> None:
    award = make_running()
    ordered = make_ordered(award)
    banking.give(
        award, iban=OTHER_IBAN, holder="Somebody else", actor=owner(award), now=timezone.now()
    )
    first = make([ordered])
    assert text(first, "p:CdtrAcct/p:Id/p:IBAN") == [IBAN]  # the other one still waits
    paying.cancel(first, actor=manager(), now=timezone.now())
    make_account(award, iban=OTHER_IBAN, holder="Mirabelle SRL")
    second = make([ordered])
    assert text(second, "p:CdtrAcct/p:Id/p:IBAN") == [OTHER_IBAN]
    assert fresh(ordered).iban == OTHER_IBAN


def test_an_account_given_after_the_file_changes_nothing_in_it() -> None:
    award = make_running()
    batch = make([make_ordered(award)])
    make_account(award, iban=OTHER_IBAN)
    confirm(batch)
    assert batch.claims.get().iban == IBAN
    assert IBAN in Mail.objects.get(template="paid").body.replace(" ", "")


def test_only_ordered_payments_that_are_in_no_file_go_into_one() -> None:
    ordered, verified = make_ordered(), make_verified()
    for wrong in ([], [verified], [ordered, verified]):
        with pytest.raises(paying.NothingToPay):
            make(wrong)
    with pytest.raises(paying.NothingToPay, match="has passed"):
        make([ordered], execute_on=timezone.localdate() - timedelta(days=1))
    make([ordered, ordered])  # chosen twice, paid once
    assert Batch.objects.get().total == ordered.amount
    with pytest.raises(paying.NothingToPay, match="in a file already"):
        make([ordered])
    assert Batch.objects.count() == 1


def test_a_suspended_award_is_in_no_file() -> None:
    ordered, other = make_ordered(), make_ordered()
    changing.suspend(ordered.tranche.award, reason="An audit.", actor=manager(), now=timezone.now())
    assert list(paying.to_pay()) == [other]
    with pytest.raises(paying.NothingToPay):
        make([ordered, other])


def test_without_a_confirmed_account_the_whole_file_is_refused() -> None:
    ordered, other = make_ordered(), make_ordered()
    award = ordered.tranche.award
    award.bank_accounts.update(ended_at=timezone.now())
    with pytest.raises(paying.NothingToPay, match=str(award.application.startup)):
        make([ordered, other])
    assert fresh(other).batch is None


def voter_turned_manager(award: Award) -> User:
    actor = award.proposal.votes.first().reviewer
    User.objects.filter(pk=actor.pk).update(role=Role.FUND_MANAGER)
    return fresh(actor)


def test_nobody_pays_what_they_decided() -> None:
    ordered = make_ordered()
    actor = voter_turned_manager(ordered.tranche.award)
    with pytest.raises(claiming.NotTheirTurn):
        make([ordered], actor=actor)
    batch = make([ordered])
    with pytest.raises(claiming.NotTheirTurn):
        confirm(batch, actor=actor)
    assert fresh(batch).state == Batch.State.MADE
    assert balances(ordered.tranche.award).paid == 0


# --- confirming, returning, cancelling ------------------------------------------------------
def test_a_second_person_confirms_and_the_money_is_paid_once() -> None:
    ordered, maker, other = make_ordered(), manager(), manager()
    award = ordered.tranche.award
    batch = make([ordered], actor=maker)
    assert balances(award).paid == 0
    with pytest.raises(paying.NotConfirmable, match="You made this file"):
        confirm(batch, actor=maker)
    confirm(batch, actor=other)
    assert tuple(balances(award)) == (100_000, 50_000, 50_000, 50_000, 0)
    assert (fresh(batch).state, fresh(batch).confirmed_by) == (Batch.State.PAID, other)
    assert fresh(ordered).state == Claim.State.PAID
    assert Mail.objects.get(template="paid").recipient == owner(award)
    for act in (confirm, lambda one: paying.cancel(one, actor=other, now=timezone.now())):
        with pytest.raises(paying.NotConfirmable, match="answered already"):
            act(batch)
    assert balances(award).paid == 50_000
    assert list(differences()) == []


def test_what_the_bank_returned_can_be_paid_again() -> None:
    good, back = make_ordered(), make_ordered()
    batch = confirm(make([good, back]), back)
    assert batch.state == Batch.State.PAID
    assert (fresh(good).state, fresh(back).state) == (Claim.State.PAID, Claim.State.ORDERED)
    assert balances(back.tranche.award).paid == 0
    assert (fresh(back).batch, fresh(back).iban) == (None, "")
    assert AuditEntry.objects.get(act="batch.confirmed").details["returned"] == [back.pk]
    confirm(make([back]))
    assert balances(back.tranche.award).paid == 50_000


def test_what_is_said_to_be_returned_has_to_be_in_the_file() -> None:
    """Else a slip would record as paid what the bank sent back."""
    ordered, elsewhere = make_ordered(), make_ordered()
    batch, other = make([ordered]), make([elsewhere])
    for wrong in ([elsewhere.pk], [ordered.pk, elsewhere.pk], [0], [10**30]):
        with pytest.raises(paying.NotConfirmable, match="not in this file"):
            paying.confirm(batch, returned=wrong, actor=manager(), now=timezone.now())
    assert {fresh(one).state for one in (batch, other)} == {Batch.State.MADE}
    assert balances(ordered.tranche.award).paid == 0


def test_a_file_of_which_all_came_back_is_cancelled() -> None:
    ordered = make_ordered()
    batch = confirm(make([ordered]), ordered)
    assert batch.state == Batch.State.CANCELLED
    assert list(paying.to_pay()) == [ordered]


def test_a_file_that_was_never_sent_is_cancelled() -> None:
    ordered, maker = make_ordered(), manager()
    batch = make([ordered], actor=maker)
    paying.cancel(batch, actor=maker, now=timezone.now())
    assert fresh(batch).state == Batch.State.CANCELLED
    assert fresh(batch).xml == batch.xml  # kept as it was
    with pytest.raises(paying.NotConfirmable):
        confirm(batch)
    assert list(paying.to_pay()) == [ordered]
    assert balances(ordered.tranche.award).paid == 0


def test_a_file_sent_before_the_suspension_is_still_confirmed() -> None:
    ordered = make_ordered()
    award = ordered.tranche.award
    batch = make([ordered])
    changing.suspend(award, reason="An audit.", actor=manager(), now=timezone.now())
    confirm(batch)
    assert balances(award).paid == 50_000


# --- what the database keeps, and who sees it -----------------------------------------------
def test_the_database_asks_for_two_people() -> None:
    batch = make_batch()
    rows = Batch.objects.filter(pk=batch.pk)
    with pytest.raises(IntegrityError, match="batch_by_two"), transaction.atomic():
        rows.update(confirmed_by=batch.made_by)
    with pytest.raises(IntegrityError, match="batch_paid_is_confirmed"), transaction.atomic():
        rows.update(state="paid")


def test_who_sees_payment_files() -> None:
    batch = make_batch()
    startup = owner(batch.claims.get().tranche.award)
    readers = [manager(), factories.make_user(Role.AUDITOR), startup]
    readers += [factories.make_user(role) for role in (Role.REVIEWER, Role.ADMINISTRATOR)]
    assert [sees(one, batch) for one in readers] == [True, True, False, False, False]
