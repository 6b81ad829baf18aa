"""The central register of de minimis aid: what must be entered there, by when, and what was.

Regulation (EU) 2023/2831, art. 6: since 1 January 2026, each grant within 20 working days.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import holidays
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from brustart.core import audit
from brustart.core.errors import Refused

from .figures import figure
from .models import Aid, RegisterEntry


class NotToEnter(Refused):
    """It was entered before, or the award lapsed before anybody entered it."""


class ReferenceMissing(Refused):
    """Without the register's own number nobody finds the entry again."""


def due_on(granted_on: date) -> date:
    """The last day to enter a grant of that day: the next day is the first one counted, and
    Saturdays, Sundays and public holidays are none. Raises LookupError before 2026."""
    days = int(figure("register.working_days", granted_on).value)
    return holidays.country_holidays("BE").get_nth_working_day(granted_on, days)


def book(aid: Aid) -> RegisterEntry | None:
    """Note that a grant must be entered; before the register there was nothing to enter."""
    try:
        due = due_on(aid.counted_on)
    except LookupError:
        return None
    return RegisterEntry.objects.create(aid=aid, due_on=due)


def days_left(entry: RegisterEntry, today: date) -> int:
    """Calendar days until the last one; below zero when it is past."""
    return (entry.due_on - today).days


@transaction.atomic
def enter(entry: RegisterEntry, *, reference: str, actor: Any, now: datetime) -> RegisterEntry:
    """The grant stands in the register now, under that reference.

    Raises ReferenceMissing, NotToEnter.
    """
    if not reference.strip():
        raise ReferenceMissing(_("Write the number or the receipt that the register gave you."))
    rows = RegisterEntry.objects.select_for_update(of=("self",)).select_related("aid")
    entry = rows.get(pk=entry.pk)
    if entry.entered_at:
        raise NotToEnter(
            _("This was entered in the register already, as %(reference)s. Nothing was changed.")
            % {"reference": entry.reference}
        )
    if entry.aid.released_at:
        raise NotToEnter(_("This award lapsed: it need not be entered. Nothing was changed."))
    entry.reference, entry.entered_at, entry.entered_by = reference.strip(), now, actor
    entry.save()
    late = timezone.localdate(now) > entry.due_on
    audit.record(
        "register.entered", about=entry, actor=actor, now=now, reference=entry.reference, late=late
    )
    return entry


@transaction.atomic
def enter_all(
    entries: Iterable[RegisterEntry], *, reference: str, actor: Any, now: datetime
) -> int:
    """Several at once, as they were sent to the register: all of them, or none. How many.

    Raises ReferenceMissing, NotToEnter.
    """
    ordered = sorted(entries, key=lambda one: one.pk)  # whoever locks several, in one order
    return len([enter(one, reference=reference, actor=actor, now=now) for one in ordered])
