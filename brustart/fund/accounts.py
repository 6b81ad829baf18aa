"""Opening accounts: always empty; the first entry gives them their meaning."""

from decimal import Decimal

from .models import Account


def open_envelope_account() -> Account:
    return Account.objects.create()


def open_award_account(envelope: Account, *, asked: Decimal) -> Account:
    """An award's account; what was asked for (EUR) is the most it may ever commit."""
    return Account.objects.create(parent=envelope, cap=asked)
