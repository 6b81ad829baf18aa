"""Awards after their decision, always made through the real acts; money in EUR.

Each maker leaves the award one stage further than the one before it, and makes what it needs.
"""

import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from applications.extracting import Outline
from applications.models import Application
from brustart.accounts.models import Role, User
from brustart.awards import banking, claiming, offering, paying
from brustart.awards.models import Award, BankAccount, Batch, Claim, Proposal, Tranche
from brustart.fund import capacity, deminimis
from brustart.fund.models import Account
from tests import factories
from tests.applications.bad_files import pdf

IBAN, OTHER_IBAN = "BE68539007547034", "FR1420041010050500013M02606"
_numbers = itertools.count(1)


def manager(**fields: Any) -> User:
    return factories.make_user(Role.FUND_MANAGER, **fields)


def owner(award: Award) -> User:
    """Who answers for the startup."""
    author = award.application.author
    assert author is not None
    return author


def paper(name: str = "evidence.pdf") -> SimpleUploadedFile:
    """A document with bytes of its own."""
    return SimpleUploadedFile(name, pdf(f"Paper {next(_numbers)}"))


def picture(name: str = "proof.png") -> SimpleUploadedFile:
    """A document that no child process has to read."""
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "navy").save(drawn, "PNG")
    return SimpleUploadedFile(name, drawn.getvalue())


def reading() -> Any:
    """While it lasts, PDFs have one page: what a child process would answer, without it."""
    return patch("applications.inspecting.outline_of", return_value=Outline(pages=1))


@dataclass(frozen=True)
class Balances:
    committed: Decimal
    liquidated: Decimal
    ordered: Decimal
    paid: Decimal
    recovered: Decimal

    def __iter__(self):
        return iter(vars(self).values())


def balances(award: Award) -> Balances:
    """The award's account as it stands in the database."""
    row = Account.objects.get(pk=award.account_id)
    return Balances(row.committed, row.liquidated, row.ordered, row.paid, row.recovered)


def envelope_of(award: Award) -> Account:
    return Account.objects.get(pk=award.application.call.envelope.account_id)


def panel(proposal: Proposal) -> list[User]:
    """Who may approve it, in the order of their seats."""
    return factories.panel_of(proposal.application.call)


def left(proposal: Proposal) -> Decimal:
    """What its envelope has left, in EUR."""
    return capacity.of(proposal.application.call.envelope.account, proposed=Decimal(0)).left


def headroom(file: Application) -> Decimal:
    """De minimis aid that the file's startup may still be granted today, in EUR."""
    return deminimis.headroom([file.enterprise_number], timezone.localdate())


def tranche(award: Award, position: int = 1) -> Tranche:
    return award.tranches.get(position=position)


def make_account(award: Award, *, iban: str = IBAN, holder: str = "Mirabelle SRL") -> BankAccount:
    """An account that the startup gave and a fund manager confirmed."""
    now = timezone.now()
    given = banking.give(award, iban=iban, holder=holder, actor=owner(award), now=now)
    return banking.confirm(given, how="By telephone.", actor=manager(), now=now)


def make_running(
    application: Application | None = None,
    *,
    amount: Decimal | int = 100_000,
    iban: str = IBAN,
    holder: str = "Mirabelle SRL",
    **changes: Any,
) -> Award:
    """An award whose agreement was accepted, with a confirmed account (none: iban="")."""
    award = factories.make_award(application, amount=amount, **changes)
    award = offering.accept(award, actor=owner(award), now=timezone.now())
    if iban:
        make_account(award, iban=iban, holder=holder)
    return award


def make_claim(award: Award | None = None, *, position: int = 1) -> Claim:
    """A tranche claimed by the startup, with evidence."""
    award = award or make_running()
    with reading():
        return claiming.claim(
            tranche(award, position),
            words="The first customers pay.",
            uploads=[paper()],
            actor=owner(award),
            now=timezone.now(),
        )


def make_verified(award: Award | None = None, *, position: int = 1) -> Claim:
    made = make_claim(award, position=position)
    return claiming.verify(made, actor=manager(), now=timezone.now())


def make_ordered(award: Award | None = None, *, position: int = 1) -> Claim:
    verified = make_verified(award, position=position)
    return claiming.order(verified, actor=manager(), now=timezone.now())


def make_batch(*claims: Claim, actor: User | None = None) -> Batch:
    """A payment file with these ordered payments, to be executed today."""
    return paying.make(
        keys(claims or [make_ordered()]),
        execute_on=timezone.localdate(),
        actor=actor or manager(),
        now=timezone.now(),
    )


def make_paid(award: Award | None = None, *, position: int = 1) -> Claim:
    made = make_ordered(award, position=position)
    paying.confirm(make_batch(made), returned=[], actor=manager(), now=timezone.now())
    return fresh(made)


def keys(claims: Sequence[Claim]) -> list[int]:
    return [claim.pk for claim in claims]


def fresh(row: Any) -> Any:
    """The row as it stands in the database now."""
    return type(row).objects.get(pk=row.pk)
