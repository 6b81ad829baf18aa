"""Each envelope as fund managers look at it: its capacity, its proposals, its latest entries."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, When

from brustart.awards import deciding
from brustart.fund import capacity
from brustart.fund.capacity import Capacity
from brustart.fund.models import Call, Entry, Envelope

from . import waiting
from .waiting import InLine

ENTRIES = 10


@dataclass(frozen=True)
class Picture:
    """One envelope at an instant."""

    envelope: Envelope
    capacity: Capacity
    proposals: list[InLine]
    entries: list[Entry]
    at: datetime


def listed() -> QuerySet[Envelope]:
    """Envelopes of calls that are shown to the public; Brustart's own first."""
    shown = Call.objects.filter(envelope=OuterRef("pk"), listed=True)
    first = Case(When(code="brustart", then=0), default=1, output_field=IntegerField())
    return (
        Envelope.objects.filter(Exists(shown))
        .select_related("account", "programme")
        .order_by(first, "code")
    )


def picture(envelope: Envelope, *, now: datetime) -> Picture:
    """What there is to see of an envelope now."""
    now_left = capacity.of(envelope.account, proposed=deciding.proposed_total(envelope.account))
    entries = Entry.objects.filter(envelope=envelope.account).select_related(
        "actor", "account__award__application__startup"
    )
    return Picture(
        envelope=envelope,
        capacity=now_left,
        proposals=list(waiting.in_line(waiting.open_proposals(envelope), now_left.left)),
        entries=list(entries.order_by("-sequence")[:ENTRIES]),
        at=now,
    )
