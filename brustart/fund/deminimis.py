"""De minimis aid per undertaking: what was received, what proposals reserve, what is left.

Regulation (EU) 2023/2831: 300,000 EUR over any three years, looking back from the new grant
date; an award that would break the ceiling falls outside the rule as a whole (art. 3(7)), so it
is refused, never trimmed. `numbers` are the enterprise numbers that a file names as one
undertaking; what is known of each of them counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dateutil.relativedelta import relativedelta
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from brustart.core.errors import Refused
from brustart.core.money import ZERO, euros

from . import registering
from .figures import figure
from .models import Aid, Undertaking, UndertakingMember


class OverCeiling(Refused):
    """The undertaking's ceiling would be broken. Carries both amounts in EUR."""

    def __init__(self, headroom: Decimal, asked: Decimal) -> None:
        self.headroom, self.asked = headroom, asked
        super().__init__(
            _("The de minimis ceiling refuses: %(left)s of headroom, %(asked)s asked.")
            % {"left": euros(headroom), "asked": euros(asked)}
        )


def undertaking(enterprise_number: str) -> Undertaking:
    """The undertaking of this enterprise; a new one when it is not known yet."""
    found = UndertakingMember.objects.filter(enterprise_number=enterprise_number).first()
    if found:
        return found.undertaking
    member, _new = UndertakingMember.objects.get_or_create(
        enterprise_number=enterprise_number,
        defaults={"undertaking": Undertaking.objects.create()},
    )
    return member.undertaking


@dataclass(frozen=True)
class Known:
    """EUR counted against a grant: declared as received elsewhere; granted and reserved here."""

    elsewhere: Decimal
    here: Decimal


@dataclass(frozen=True)
class Received:
    """One aid in EUR and its day; `kind`: of Aid.Kind, `reference`: who declared or holds it."""

    amount: Decimal
    day: date
    kind: str
    reference: str = ""


def window(on: date) -> date:
    """The first day that counts against a grant on that day: three calendar years back."""
    return on - relativedelta(years=int(figure("deminimis.years", on).value))


def counted(received: Iterable[Received], *, since: date) -> Known:
    """What counts of it: from that day on, and every reservation, whatever its day.

    Each declaration is of all that was received elsewhere, so the highest counts, once: a second
    file neither doubles the same aid nor, by saying less, makes it disappear.
    """
    declared: dict[str, Decimal] = {}
    here = ZERO
    for one in received:
        if one.kind == Aid.Kind.DECLARED and one.day >= since:
            declared[one.reference] = declared.get(one.reference, ZERO) + one.amount
        elif one.kind == Aid.Kind.RESERVED or (one.kind == Aid.Kind.GRANTED and one.day >= since):
            here += one.amount
    return Known(max(declared.values(), default=ZERO), here)


def history(numbers: Iterable[str], *, at: datetime | None = None) -> list[Received]:
    """All aid of the undertakings that have one of these numbers, apart from reservations that
    were released and grants that were taken back.

    `at`: as our own awards stood at that instant.
    """
    holders = UndertakingMember.objects.filter(enterprise_number__in=list(numbers))
    rows = Aid.objects.filter(undertaking__in=holders.values("undertaking"))
    unreleased = Q(released_at=None)
    if at:
        unreleased |= Q(released_at__gt=at)
        later = Q(counted_on__gt=timezone.localdate(at)) & ~Q(kind=Aid.Kind.DECLARED)
        rows = rows.exclude(later)
    values = rows.filter(unreleased).values_list("amount", "counted_on", "kind", "reference")
    return [Received(*row) for row in values.order_by("counted_on", "pk")]


def known(numbers: Iterable[str], on: date, *, besides: str = "") -> Known:
    """What counts against a grant on that day. `besides`: the reference of one's own reservation,
    not counted."""
    own = (Aid.Kind.RESERVED, besides)
    rows = [one for one in history(numbers) if (one.kind, one.reference) != own]
    return counted(rows, since=window(on))


def used(numbers: Iterable[str], on: date, *, besides: str = "") -> Decimal:
    """EUR counted against a grant on that day."""
    found = known(numbers, on, besides=besides)
    return found.elsewhere + found.here


def headroom(numbers: Iterable[str], on: date, *, besides: str = "") -> Decimal:
    """EUR that may still be granted on that day."""
    return figure("deminimis.ceiling", on).value - used(numbers, on, besides=besides)


def declare(
    enterprise_number: str,
    received: Sequence[tuple[Decimal, date]],
    *,
    on: date,
    declaration: str,
) -> None:
    """What a file says was received elsewhere, in all: amounts in EUR, each with its day. Its
    later word replaces it; having received nothing is declared too, as 0 on that day."""
    holder = undertaking(enterprise_number)
    Aid.objects.filter(kind=Aid.Kind.DECLARED, reference=declaration).delete()
    Aid.objects.bulk_create(
        Aid(
            undertaking=holder,
            kind=Aid.Kind.DECLARED,
            amount=amount,
            counted_on=day,
            reference=declaration,
            row=row,
        )
        for row, (amount, day) in enumerate(received or [(ZERO, on)])
    )


def join(numbers: Iterable[str]) -> Undertaking:
    """One undertaking of all these enterprises, locked until the transaction ends."""
    keys = {undertaking(number).pk for number in sorted(numbers)}
    rows = list(Undertaking.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    first, others = rows[0], rows[1:]
    if others:
        UndertakingMember.objects.filter(undertaking__in=others).update(undertaking=first)
        Aid.objects.filter(undertaking__in=others).update(undertaking=first)
    return first


def reserve(numbers: Iterable[str], amount: Decimal, *, on: date, reference: str) -> None:
    """Hold headroom for a proposal. Raises OverCeiling. Joins and locks the undertaking."""
    numbers = list(numbers)
    holder = join(numbers)
    free = headroom(numbers, on)
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
    numbers: Iterable[str], amount: Decimal, *, on: date, now: datetime, reference: str
) -> None:
    """Turn the reservation of that reference into aid granted, due in the central register.
    Raises OverCeiling.

    First of the locks: undertaking, envelope, award.
    """
    numbers = list(numbers)
    holder = join(numbers)
    free = headroom(numbers, on, besides=reference)
    if amount > free:
        raise OverCeiling(free, amount)
    release(reference, now=now)
    granted = Aid.objects.create(
        undertaking=holder, kind=Aid.Kind.GRANTED, amount=amount, counted_on=on, reference=reference
    )
    registering.book(granted)


def take_back(reference: str, *, now: datetime) -> None:
    """The award of that reference lapsed before its agreement: what it granted counts no more.

    Twice does no harm.
    """
    Aid.objects.filter(kind=Aid.Kind.GRANTED, reference=reference, released_at=None).update(
        released_at=now
    )
