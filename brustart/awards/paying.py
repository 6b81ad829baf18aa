"""Payment files for the bank (ISO 20022 pain.001), and their confirmation by a second person."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from sepaxml import SepaTransfer

from applications import lifecycle, timeline
from brustart.core import audit
from brustart.core.errors import Refused
from brustart.core.locking import retried
from brustart.core.money import ZERO
from brustart.fund import ledger

from . import banking, spelling
from .claiming import NotTheirTurn, why_not_handle
from .models import Award, Batch, Claim
from .offering import locked

SCHEMA = "pain.001.001.09"
REMITTANCE = 140  # characters, of a SEPA credit transfer


class NothingToPay(Refused):
    """No ordered payment was chosen."""


class NotConfirmable(Refused):
    """Answered already, or by whoever made it."""


def to_pay() -> QuerySet[Claim]:
    """Ordered payments of running awards that are in no payment file yet."""
    return Claim.objects.filter(
        state=Claim.State.ORDERED, batch=None, tranche__award__state=Award.State.RUNNING
    ).order_by("ordered_at", "pk")


@retried
@transaction.atomic
def make(claims: Collection[int], *, execute_on: date, actor: Any, now: datetime) -> Batch:
    """One file for the bank with these ordered payments, each to the account confirmed now.

    Raises NothingToPay, claiming.NotTheirTurn. When one has no confirmed account, or is in a file
    already, the whole is refused, so that nobody wonders what was paid.
    """
    if execute_on < timezone.localdate(now):
        raise NothingToPay(
            _("The day of execution has passed. Choose today or a later day."), field="execute_on"
        )
    _lock(Award.objects.filter(tranches__claims__in=list(claims)), actor)
    rows = list(to_pay().filter(pk__in=list(claims)).select_for_update(of=("self",)).order_by("pk"))
    if not rows or len(rows) != len(set(claims)):
        raise NothingToPay(
            _("Some of these payments are in a file already, or can no longer be made. Look again.")
        )
    for claim in rows:
        account = banking.confirmed(claim.tranche.award)
        if account is None:
            raise NothingToPay(
                _("%(startup)s has no confirmed account. Confirm it, or leave its payment out.")
                % {"startup": claim.tranche.award.application.startup}
            )
        claim.iban, claim.holder = account.iban, account.holder
    message_id, xml = payment_file(rows, execute_on=execute_on)
    batch = Batch.objects.create(
        message_id=message_id,
        execute_on=execute_on,
        total=sum((claim.amount for claim in rows), ZERO),
        xml=xml,
        sha256=hashlib.sha256(xml.encode()).hexdigest(),
        made_by=actor,
        made_at=now,
    )
    for claim in rows:
        claim.batch = batch
        claim.save()
    audit.record(
        "batch.made", about=batch, actor=actor, now=now, total=batch.total, sha256=batch.sha256
    )
    return batch


def payment_file(claims: Sequence[Claim], *, execute_on: date) -> tuple[str, str]:
    """The file's own number, and the pain.001 document, valid against its schema."""
    ours = settings.FUND_ACCOUNT
    transfer = SepaTransfer(
        {
            "name": spelling.plain(ours["name"], most=banking.HOLDER),
            "IBAN": ours["iban"],
            "BIC": ours["bic"],
            "batch": True,
            "currency": "EUR",
        },
        schema=SCHEMA,
        clean=False,  # it leaves what only its own schema accepts, such as “&” and “<”
    )
    for claim in claims:
        transfer.add_payment(
            {
                "name": spelling.plain(claim.holder, most=banking.HOLDER),
                "IBAN": claim.iban,
                "amount": int(claim.amount * 100),  # cents
                "execution_date": execute_on,
                "description": spelling.plain(described(claim), most=REMITTANCE),
                "endtoend_id": f"BRUSTART-CLAIM-{claim.pk}",
            }
        )
    return str(transfer.msg_id), transfer.export(validate=True).decode()


def described(claim: Claim) -> str:
    """What the startup reads on its statement."""
    reference = claim.tranche.award.application.reference
    return f"Brustart {reference} {claim.tranche.position}"


@retried
@transaction.atomic
def confirm(batch: Batch, *, returned: Collection[int], actor: Any, now: datetime) -> Batch:
    """A second person saw on the statement that it was paid, but for the claims that the bank
    `returned`: these can go into another file. Raises NotConfirmable, also when one of those is
    not in this file, and claiming.NotTheirTurn."""
    batch = _waiting(batch, actor)
    _lock(Award.objects.filter(tranches__claims__batch=batch), actor)
    claims = list(batch.claims.order_by("tranche__award__application_id", "pk"))
    if not {claim.pk for claim in claims}.issuperset(returned):
        raise NotConfirmable(
            _(
                "One of the payments that you marked as returned is not in this file. Nothing was "
                "changed: look at the file again, and mark what the bank returned."
            )
        )
    for claim in claims:
        if claim.pk in returned:
            _put_back(claim)
        else:
            _paid(claim, actor=actor, now=now)
    back = [claim.pk for claim in claims if claim.pk in returned]
    batch.state = Batch.State.CANCELLED if len(back) == len(claims) else Batch.State.PAID
    batch.confirmed_by, batch.confirmed_at = actor, now
    batch.save()
    audit.record("batch.confirmed", about=batch, actor=actor, now=now, returned=back)
    return batch


@retried
@transaction.atomic
def cancel(batch: Batch, *, actor: Any, now: datetime) -> Batch:
    """The file was never sent to the bank; its payments can go into another. Raises
    NotConfirmable."""
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    _require_made(batch)
    for claim in batch.claims.all():
        _put_back(claim)
    batch.state = Batch.State.CANCELLED
    batch.save()
    audit.record("batch.cancelled", about=batch, actor=actor, now=now)
    return batch


def _lock(awards: QuerySet[Award], actor: Any) -> None:
    """All files and awards of it, before any money moves, in the order of their numbers; whoever
    decided on one of them does not pay it."""
    for one in awards.order_by("application_id").distinct():
        _application, award = locked(one)
        if why := why_not_handle(award, actor):
            raise NotTheirTurn(why)


def _waiting(batch: Batch, actor: Any) -> Batch:
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    _require_made(batch)
    if batch.made_by_id == actor.pk:
        raise NotConfirmable(_("You made this file, so a colleague confirms that it was paid."))
    return batch


def _require_made(batch: Batch) -> None:
    if batch.state != Batch.State.MADE:
        raise NotConfirmable(_("This payment file is answered already. Nothing was changed."))


def _put_back(claim: Claim) -> None:
    claim.batch, claim.iban, claim.holder = None, "", ""
    claim.save()


def _paid(claim: Claim, *, actor: Any, now: datetime) -> None:
    application, award = locked(claim.tranche.award)
    ledger.pay(award.account, claim.amount, actor=actor, now=now, reference=f"claim:{claim.pk}")
    claim.state, claim.paid_at = Claim.State.PAID, now
    claim.save()
    timeline.write(application, "paid", now=now, amount=claim.amount)
    lifecycle.tell(application, "paid", now=now, fact=f"paid:{claim.pk}", claim=claim)
