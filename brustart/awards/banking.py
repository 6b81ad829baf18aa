"""Where an award is paid to: given by one person, confirmed by another, checked in between.

An IBAN's own check digits must hold. Belgium's table of banks is a warning only: it lacks valid
accounts (domain.md section 2).
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from stdnum import iban as ibans
from stdnum.be import iban as belgian_ibans
from stdnum.exceptions import ValidationError

from applications import lifecycle, timeline
from applications.models import Application, Membership
from brustart.core import audit
from brustart.core.errors import Refused

from . import spelling
from .models import Award, BankAccount
from .offering import locked, require_owner

HOLDER = 70  # characters that a payment file can carry


class BadAccount(Refused):
    """Not an IBAN, or no holder."""


class NotConfirmable(Refused):
    """Answered already, or by whoever gave it."""


def normal(iban: str) -> str:
    """Without spaces, in capitals. Raises BadAccount."""
    try:
        return str(ibans.validate(iban, check_country=False))
    except ValidationError as error:
        raise BadAccount(
            _(
                "This is not an IBAN: its check digits do not fit. "
                "Compare it with a bank statement."
            ),
            field="iban",
        ) from error


def is_unknown_bank(iban: str) -> bool:
    """A Belgian account whose bank is not in the published table: to be looked at twice."""
    return iban.startswith("BE") and not belgian_ibans.is_valid(iban)


def readable(iban: str) -> str:
    return str(ibans.format(iban))


def confirmed(award: Award) -> BankAccount | None:
    """The account that payments go to."""
    return award.bank_accounts.filter(ended_at=None, confirmed_at__isnull=False).first()


def waiting(award: Award) -> BankAccount | None:
    """The account that waits for a second person."""
    return award.bank_accounts.filter(ended_at=None, confirmed_at=None).first()


@transaction.atomic
def give(award: Award, *, iban: str, holder: str, actor: Any, now: datetime) -> BankAccount:
    """A new account, which counts once another person confirms it; the present one counts until
    then. One that still waits is replaced. Raises offering.NotTheirs, BadAccount."""
    application, award = locked(award)
    if not actor.is_fund_manager:
        require_owner(application, actor)
    iban, holder = normal(iban), _named(holder)
    award.bank_accounts.filter(ended_at=None, confirmed_at=None).update(ended_at=now)
    account = BankAccount.objects.create(
        award=award, iban=iban, holder=holder, given_by=actor, given_at=now
    )
    _say(application, account, "bank_given", actor=actor, now=now)
    return account


def _named(holder: str) -> str:
    """The name without spaces to spare. Raises BadAccount for one that a payment file cannot
    carry."""
    holder = " ".join(holder.split())
    plain = spelling.plain(holder)
    if not holder or max(len(holder), len(plain)) > HOLDER:
        raise BadAccount(
            _("Say in whose name the account is, in 70 characters at most."), field="holder"
        )
    if not spelling.says_something(plain):
        raise BadAccount(
            _(
                "A payment carries only the letters A to Z and figures, and none is left of this "
                "name. Write it as it stands on the bank card or on a statement."
            ),
            field="holder",
        )
    return holder


@transaction.atomic
def confirm(account: BankAccount, *, how: str, actor: Any, now: datetime) -> BankAccount:
    """A fund manager other than who gave it has checked it, and says `how`; it replaces the one
    before. Raises NotConfirmable."""
    application, account = _waiting(account, actor)
    if not how.strip():
        raise NotConfirmable(_("Say how you checked the account, for example by telephone."))
    account.award.bank_accounts.filter(ended_at=None, confirmed_at__isnull=False).update(
        ended_at=now
    )
    account.confirmed_by, account.confirmed_at, account.why = actor, now, how.strip()
    account.save()
    _say(application, account, "bank_confirmed", actor=actor, now=now)
    lifecycle.tell(
        application, "bank_changed", now=now, fact=f"bank:{account.pk}",
        iban=readable(account.iban), holder=account.holder,
    )  # fmt: skip
    return account


@transaction.atomic
def refuse(account: BankAccount, *, reason: str, actor: Any, now: datetime) -> None:
    """It is not used; the startup sees why. Raises NotConfirmable."""
    application, account = _waiting(account, actor)
    if not reason.strip():
        raise NotConfirmable(_("Say why the account cannot be used."))
    account.ended_at, account.why = now, reason.strip()
    account.save()
    _say(application, account, "bank_refused", actor=actor, now=now)


def _waiting(account: BankAccount, actor: Any) -> tuple[Application, BankAccount]:
    application, _award = locked(account.award)
    account = BankAccount.objects.select_related("award").get(pk=account.pk)
    if account.ended_at or account.confirmed_at:
        raise NotConfirmable(_("This account is answered already. Nothing was changed."))
    if account.given_by_id == actor.pk:
        raise NotConfirmable(_("Whoever gives an account does not confirm it: ask a colleague."))
    belongs = Membership.objects.filter(startup=application.startup_id, user=actor).exists()
    if belongs or not actor.is_fund_manager:
        raise NotConfirmable(_("A fund manager confirms accounts."))
    return application, account


def _say(
    application: Application, account: BankAccount, kind: str, *, actor: Any, now: datetime
) -> None:
    timeline.write(application, kind, now=now, actor=actor, ending=account.iban[-4:])
    audit.record(
        f"award.{kind}", about=account, actor=actor, now=now, iban=account.iban, why=account.why
    )
