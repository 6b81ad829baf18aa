"""Reminders: an unfinished draft's owners and editors hear of its deadline three days and one day
before, with what is missing. Called again and again; nobody is told twice of the same deadline."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Greatest

from brustart.core.models import Mail

from . import lifecycle, todo
from .deadlines import deadline
from .models import Application, Membership
from .sharing import WRITERS
from .states import State

MARKS = ((1, 0), (3, 1))  # days before the deadline, until the next mark; the urgent ones first
AT_ONCE = 50  # drafts a call: a task has seconds, and the next call goes on


def remind(now: datetime) -> int:
    """Write to the people of drafts that have passed one mark and not the next. How many drafts."""
    told = 0
    for days, following in MARKS:
        for application in _near(now, days, following)[: AT_ONCE - told]:
            told += _remind(application, days, now=now)
    return told


def _near(now: datetime, days: int, following: int) -> QuerySet[Application]:
    """Drafts with people that were there at the mark, and were not reminded since."""
    mark = F("ends_at") - timedelta(days=days)
    drafts = Application.objects.filter(state=State.DRAFT, paper_received_on=None).annotate(
        ends_at=Greatest("call__closes_at", "extension__until")  # as deadlines.deadline says
    )
    name = Concat(Value(f"{Application._meta.label_lower}:"), Cast(OuterRef("pk"), CharField()))
    reminded = Mail.objects.filter(
        template="deadline", about=name, queued_at__gte=OuterRef("ends_at") - timedelta(days=days)
    )
    people = Membership.objects.filter(startup=OuterRef("startup"), part__in=WRITERS)
    return (
        drafts.filter(
            Q(extension=None) | Q(extension__granted_at__lte=mark),
            Exists(people),
            ~Exists(reminded),
            ends_at__gt=now + timedelta(days=following),
            ends_at__lte=now + timedelta(days=days),
            created_at__lte=mark,
        )
        .select_related("call", "startup", "form_version", "extension")
        .order_by("ends_at", "pk")
    )


@transaction.atomic
def _remind(application: Application, days: int, *, now: datetime) -> bool:
    """Tell its people once, unless it was handed in or given up in the meantime."""
    if lifecycle.lock(application).state != State.DRAFT:
        return False
    until = deadline(application)
    lifecycle.tell(
        application,
        "deadline",
        now=now,
        fact=f"deadline-{days}:{application.reference}:{until.isoformat()}",
        until=until,
        sections=[one for one in todo.sections(application) if one.gaps],
    )
    return True
