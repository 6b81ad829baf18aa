"""Opening accounts: always empty; the first entry gives them their meaning."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from brustart.core import audit
from brustart.core.errors import Refused

from . import ledger
from .models import Account, Envelope, EnvelopePart


class PartTooLate(Refused):
    """Awards that count in no part exist already."""


def open_envelope_account() -> Account:
    return Account.objects.create()


def open_award_account(envelope: Account, *, asked: Decimal, track: str = "") -> Account:
    """An award's account; what was asked for (EUR) is the most it may ever commit. It counts in
    the envelope's part for that track, if there is one."""
    part = EnvelopePart.objects.filter(envelope__account=envelope, track=track).first()
    return Account.objects.create(
        parent=envelope, cap=asked, part_id=part.account_id if part else None
    )


def open_part(
    envelope: Envelope, track: str, cap: Decimal, *, actor: Any, now: datetime
) -> EnvelopePart:
    """A cap of its own for one track (EUR). Awards made before do not count in it, so it is for
    envelopes of which nothing is committed yet. Raises PartTooLate."""
    envelope.account.refresh_from_db()
    if envelope.account.awards.exists():
        raise PartTooLate(
            _("Awards were made from this envelope already: it can no longer be divided.")
        )
    account = Account.objects.create()
    ledger.change_cap(
        account, cap, actor=actor, now=now, reference=f"opening:{envelope.code}:{track}"
    )
    made = EnvelopePart.objects.create(envelope=envelope, track=track, account=account)
    audit.record("envelope.divided", about=envelope, actor=actor, now=now, track=track, cap=cap)
    return made
