"""A cap changed as the fund does it: one person asks, another confirms."""

from decimal import Decimal

from django.utils import timezone

from brustart.accounts.models import Role, User
from brustart.fund import accounts, capping
from brustart.fund.models import Account, Entry, Envelope, EnvelopePart
from tests.factories import make_user


def two_managers() -> list[User]:
    found = list(User.objects.filter(role=Role.FUND_MANAGER).order_by("pk")[:2])
    return [*found, *(make_user(Role.FUND_MANAGER) for _missing in range(2 - len(found)))]


def set_cap(held: Envelope | EnvelopePart, cap: Decimal | int) -> Entry:
    """The cap becomes so much by two fund managers; the first one of a part opens it."""
    (one, other), now = two_managers(), timezone.now()
    asked = capping.ask(held, Decimal(cap), reason="The budget changed.", actor=one, now=now)
    return capping.confirm(asked, actor=other, now=now)


def change_cap(envelope: Account, by: Decimal) -> Entry:
    """Raise or lower (negative) the cap of an envelope."""
    envelope.refresh_from_db()
    return set_cap(accounts.held_by(envelope), envelope.cap + by)


def open_part(envelope: Envelope, track: str, cap: Decimal | int) -> EnvelopePart:
    set_cap(accounts.part_of(envelope, track), cap)
    return accounts.part_of(envelope, track)
