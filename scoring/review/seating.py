"""Who sits on a call's panel, what they read and know, and how much they can take."""

from datetime import datetime
from typing import Any

from django.db import transaction

from applications.forms.topics import Topic
from brustart.accounts.models import User
from brustart.core import audit
from brustart.fund.models import Call

from . import conflicts
from .models import Panelist

OWN = ("languages", "topics", "capacity", "until", "enterprises")
NAMES = (*OWN, "approves")


@transaction.atomic
def add(
    call: Call, reviewer: User, *, actor: User, now: datetime, approves: bool = False
) -> Panelist:
    """A seat, as an external reader unless the person approves too; the same one a second time.
    What they said of themselves for an earlier call comes along."""
    seat, new = Panelist.objects.get_or_create(
        call=call, reviewer=reviewer, defaults=_known(reviewer) | {"approves": approves}
    )
    if new:
        audit.record("panel.added", about=seat, actor=actor, now=now, reviewer=reviewer.pk)
        conflicts.look(call, now=now, reviewers=[reviewer.pk])
    return seat


def _known(reviewer: User) -> dict[str, Any]:
    last = Panelist.objects.filter(reviewer=reviewer).order_by("-pk").first()
    if last is None:
        return {"languages": [reviewer.language], "topics": []}
    return {name: getattr(last, name) for name in ("languages", "topics", "enterprises")}


@transaction.atomic
def change(seat: Panelist, *, actor: User, now: datetime) -> None:
    """Keep what was changed of a seat, with what it was before; new ties are looked for at once."""
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
        conflicts.look(seat.call, now=now, reviewers=[seat.reviewer_id])
