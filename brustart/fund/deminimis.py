"""De minimis aid per undertaking: what was received, what proposals reserve, what is left.

Regulation (EU) 2023/2831: 300,000 EUR over any three years, looking back from the new grant
date; an award that would break the ceiling falls outside the rule as a whole (art. 3(7)), so it
is refused, never trimmed.
"""

from datetime import date, datetime
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.db.models import Max, Q, Sum
from django.utils.translation import gettext as _

from brustart.core.errors import Refused
from brustart.core.money import ZERO, euros

from .figures import figure
from .models import Aid, Undertaking


class OverCeiling(Refused):
    """The undertaking's ceiling would be broken. Carries both amounts in EUR."""

    def __init__(self, headroom: Decimal, asked: Decimal) -> None:
        self.headroom, self.asked = headroom, asked
        super().__init__(
            _("The de minimis ceiling refuses: %(left)s of headroom, %(asked)s asked.")
            % {"left": euros(headroom), "asked": euros(asked)}
        )


def undertaking(enterprise_number: str) -> Undertaking:
    return Undertaking.objects.get_or_create(enterprise_number=enterprise_number)[0]


def used(enterprise_number: str, on: date, *, besides: str = "") -> Decimal:
    """EUR counted against a grant on that day: three calendar years back, inclusive, and
    reservations. `besides`: the reference of one's own reservation, not counted.

    Each declaration is of all that was received elsewhere, so the highest counts, once: a second
    file neither doubles the same aid nor, by saying less, makes it disappear.
    """
    since = on - relativedelta(years=int(figure("deminimis.years", on).value))
    declared = Q(kind=Aid.Kind.DECLARED, counted_on__gte=since)
    granted = Q(kind=Aid.Kind.GRANTED, counted_on__gte=since)
    reserved = Q(kind=Aid.Kind.RESERVED) & ~Q(reference=besides)
    sums = Aid.objects.filter(
        undertaking__enterprise_number=enterprise_number, released_at=None
    ).aggregate(
        elsewhere=Max("amount", filter=declared), here=Sum("amount", filter=granted | reserved)
    )
    return (sums["elsewhere"] or ZERO) + (sums["here"] or ZERO)


def headroom(enterprise_number: str, on: date, *, besides: str = "") -> Decimal:
    """EUR that may still be granted on that day."""
    return figure("deminimis.ceiling", on).value - used(enterprise_number, on, besides=besides)


def _lock(enterprise_number: str) -> Undertaking:
    undertaking(enterprise_number)
    return Undertaking.objects.select_for_update().get(enterprise_number=enterprise_number)


def declare(enterprise_number: str, amount: Decimal, *, on: date, reference: str) -> None:
    """What a file says the undertaking received elsewhere, in all. Its later word replaces it."""
    Aid.objects.update_or_create(
        kind=Aid.Kind.DECLARED,
        reference=reference,
        defaults={
            "undertaking": undertaking(enterprise_number),
            "amount": amount,
            "counted_on": on,
        },
    )


def reserve(enterprise_number: str, amount: Decimal, *, on: date, reference: str) -> None:
    """Hold headroom for a proposal. Raises OverCeiling. Locks the undertaking."""
    holder = _lock(enterprise_number)
    free = headroom(enterprise_number, on)
    if amount > free:
        raise OverCeiling(free, amount)
    Aid.objects.create(
        undertaking=holder,
        kind=Aid.Kind.RESERVED,
        amount=amount,
        counted_on=on,
        reference=reference,
    )


def release(reference: str, *, now: datetime) -> None:
    """The proposal came to nothing."""
    Aid.objects.filter(kind=Aid.Kind.RESERVED, reference=reference, released_at=None).update(
        released_at=now
    )


def grant(
    enterprise_number: str, amount: Decimal, *, on: date, now: datetime, reference: str
) -> None:
    """Turn the reservation of that reference into aid granted. Raises OverCeiling.

    First of the locks: undertaking, envelope, award.
    """
    holder = _lock(enterprise_number)
    free = headroom(enterprise_number, on, besides=reference)
    if amount > free:
        raise OverCeiling(free, amount)
    release(reference, now=now)
    Aid.objects.create(
        undertaking=holder, kind=Aid.Kind.GRANTED, amount=amount, counted_on=on, reference=reference
    )
