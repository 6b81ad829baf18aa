"""A cap changed as the fund does it: one person asks, another confirms."""

from decimal import Decimal

from django.utils import timezone

from brustart.accounts.models import Role
from brustart.fund import capping
from brustart.fund.models import Account, Entry
from tests.factories import make_user


def change_cap(envelope: Account, by: Decimal) -> Entry:
    """Raise or lower (negative) the cap by two fund managers."""
    now = timezone.now()
    one, other = make_user(Role.FUND_MANAGER), make_user(Role.FUND_MANAGER)
    asked = capping.ask(envelope, by, reason="The budget changed.", actor=one, now=now)
    return capping.confirm(asked, actor=other, now=now)
