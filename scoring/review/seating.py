"""Who sits on a call's panel, what they read and know, and how much they can take."""

from datetime import datetime

from django.db import transaction

from applications.forms.topics import Topic
from brustart.accounts.models import User
from brustart.core import audit
from brustart.fund.models import Call

from .models import Panelist

NAMES = ("approves", "languages", "topics", "capacity", "until")


@transaction.atomic
def add(call: Call, reviewer: User, *, actor: User, now: datetime) -> Panelist:
    """A seat as an external reader, who marks and does not approve; the same one a second time."""
    seat, new = Panelist.objects.get_or_create(
        call=call,
        reviewer=reviewer,
        defaults={"approves": False, "languages": [reviewer.language], "topics": []},
    )
    if new:
        audit.record("panel.added", about=seat, actor=actor, now=now, reviewer=reviewer.pk)
    return seat


@transaction.atomic
def change(seat: Panelist, *, actor: User, now: datetime) -> None:
    """Keep what was changed of a seat, with what it was before."""
    before = Panelist.objects.select_for_update(of=("self",)).get(pk=seat.pk)
    seat.topics = [one for one in Topic.values if one in seat.topics]
    changed = {
        name: [str(getattr(before, name)), str(getattr(seat, name))]
        for name in NAMES
        if getattr(before, name) != getattr(seat, name)
    }
    if changed:
        seat.save(update_fields=NAMES)
        audit.record("panel.changed", about=seat, actor=actor, now=now, **changed)
