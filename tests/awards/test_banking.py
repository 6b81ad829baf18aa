"""Where an award is paid to: whose account counts, since when, and confirmed by whom."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.models import Membership, Part
from brustart.accounts.models import Role, User
from brustart.awards import banking, offering
from brustart.awards.models import Award, BankAccount
from brustart.core.models import AuditEntry, Mail
from tests import factories

from .making import IBAN, OTHER_IBAN, fresh, make_account, make_running, manager, owner

pytestmark = pytest.mark.django_db


def give(award: Award, iban: str = IBAN, *, actor: User | None = None) -> BankAccount:
    return banking.give(
        award, iban=iban, holder="Mirabelle SRL", actor=actor or owner(award), now=timezone.now()
    )


def confirm(account: BankAccount, actor: User | None = None) -> BankAccount:
    return banking.confirm(account, how="By phone.", actor=actor or manager(), now=timezone.now())


# --- what an account is ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" be68 5390 0754 7034 ", "BE68539007547034"),
        ("BE68-5390-0754-7034", "BE68539007547034"),
        ("FR14 2004 1010 0505 0001 3M02 606", "FR1420041010050500013M02606"),
        ("NL91ABNA0417164300", "NL91ABNA0417164300"),
    ],
)
def test_an_iban_is_kept_without_spaces(written: str, kept: str) -> None:
    assert banking.normal(written) == kept
    assert banking.normal(banking.readable(kept)) == kept


@pytest.mark.parametrize(
    "written", ["", "BE69539007547034", "BE6853900754703", "539-0075470-34", "XX00", "BE68"]
)
def test_what_is_no_iban_is_refused(written: str) -> None:
    with pytest.raises(banking.BadAccount, match="check digits"):
        banking.normal(written)


def test_a_belgian_bank_that_is_not_in_the_table_only_warns() -> None:
    unknown = "BE16112000000174"  # its check digits hold, both of them
    assert banking.normal(unknown) == unknown
    known = [banking.is_unknown_bank(iban) for iban in ("BE71096123456769", OTHER_IBAN)]
    assert (banking.is_unknown_bank(unknown), known) == (True, [False, False])


def test_an_account_is_an_iban_and_a_holder_that_a_payment_file_can_carry() -> None:
    award, now = factories.make_award(), timezone.now()
    for iban, holder in [(IBAN, ""), (IBAN, "   "), (IBAN, "M" * 71), ("BE68", "Mirabelle SRL")]:
        with pytest.raises(banking.BadAccount):
            banking.give(award, iban=iban, holder=holder, actor=owner(award), now=now)
    assert not award.bank_accounts.exists()
    for holder in ("❤❤", "& & &", "...", "ß" * 36):  # as a payment file writes them
        with pytest.raises(banking.BadAccount) as refused:
            banking.give(award, iban=IBAN, holder=holder, actor=owner(award), now=now)
        assert refused.value.field == "holder"
    assert not award.bank_accounts.exists()
    given = banking.give(award, iban=IBAN, holder=" M  and  Co ", actor=owner(award), now=now)
    assert given.holder == "M and Co"


# --- who gives it, who confirms it ----------------------------------------------------------
def test_an_account_counts_once_a_fund_manager_confirmed_it() -> None:
    award, checker = make_running(iban=""), manager()
    given = give(award)
    assert (banking.waiting(award), banking.confirmed(award)) == (given, None)
    confirmed = confirm(given, checker)
    assert (banking.waiting(award), banking.confirmed(award)) == (None, confirmed)
    stored = fresh(given)
    assert (stored.confirmed_by, stored.why) == (checker, "By phone.")
    mail = Mail.objects.get(template="bank_changed")
    assert mail.recipient == owner(award)
    assert "BE68 5390 0754 7034" in mail.body
    assert AuditEntry.objects.get(act="award.bank_confirmed").details["iban"] == IBAN


def test_the_present_account_counts_until_another_is_confirmed() -> None:
    award = make_running()
    before = banking.confirmed(award)
    given = give(award, OTHER_IBAN)
    assert banking.confirmed(award) == before
    confirm(given)
    assert banking.confirmed(award) == given
    assert fresh(before).ended_at is not None
    assert award.bank_accounts.count() == 2


def test_one_that_still_waits_is_replaced() -> None:
    award = make_running(iban="")
    first = give(award)
    second = give(award, OTHER_IBAN)
    assert banking.waiting(award) == second
    with pytest.raises(banking.NotConfirmable, match="answered already"):
        confirm(first)


@pytest.mark.parametrize("who", ["editor", "reader", "accountant", "stranger", "reviewer"])
def test_who_may_not_give_an_account(who: str) -> None:
    award = make_running(iban="")
    actor = factories.make_user(Role.REVIEWER if who == "reviewer" else Role.APPLICANT)
    if who in Part.values:
        Membership.objects.create(startup=award.application.startup, user=actor, part=Part(who))
    with pytest.raises(offering.NotTheirs):
        give(award, actor=actor)
    assert not award.bank_accounts.exists()


@pytest.mark.parametrize("who", ["giver", "owner", "applicant", "reviewer", "auditor", "admin"])
def test_who_may_not_confirm_an_account(who: str) -> None:
    award, giver = make_running(iban=""), manager()
    given = give(award, actor=giver)
    roles = {"reviewer": Role.REVIEWER, "auditor": Role.AUDITOR, "admin": Role.ADMINISTRATOR}
    actor = {"giver": giver, "owner": owner(award)}.get(who)
    actor = actor or factories.make_user(roles.get(who, Role.APPLICANT))
    for act, word in ((banking.confirm, "how"), (banking.refuse, "reason")):
        with pytest.raises(banking.NotConfirmable):
            act(given, actor=actor, now=timezone.now(), **{word: "Seen."})
    assert banking.waiting(award) == given


def test_a_fund_manager_who_belongs_to_the_startup_confirms_nothing_of_it() -> None:
    award, relative = make_running(iban=""), manager()
    Membership.objects.create(startup=award.application.startup, user=relative, part=Part.READER)
    with pytest.raises(banking.NotConfirmable):
        confirm(give(award), relative)


def test_an_account_is_refused_with_a_reason() -> None:
    award, actor = make_running(iban=""), manager()
    given = give(award)
    with pytest.raises(banking.NotConfirmable, match="why"):
        banking.refuse(given, reason=" ", actor=actor, now=timezone.now())
    with pytest.raises(banking.NotConfirmable, match="how you checked"):
        banking.confirm(given, how=" ", actor=actor, now=timezone.now())
    banking.refuse(given, reason="Another name.", actor=actor, now=timezone.now())
    assert banking.waiting(award) is None
    assert fresh(given).why == "Another name."
    with pytest.raises(banking.NotConfirmable, match="answered already"):
        confirm(given)


# --- what the database keeps ----------------------------------------------------------------
def test_the_database_asks_for_two_people() -> None:
    award = make_running(iban="")
    given = give(award)
    with pytest.raises(IntegrityError, match="bank_account_by_two"), transaction.atomic():
        BankAccount.objects.filter(pk=given.pk).update(
            confirmed_by=given.given_by, confirmed_at=timezone.now()
        )


def test_the_database_keeps_one_confirmed_account() -> None:
    award = make_running()
    make_account(award, iban=OTHER_IBAN)
    one = IntegrityError
    with pytest.raises(one, match="bank_account_one_confirmed"), transaction.atomic():
        award.bank_accounts.update(ended_at=None)
