"""How a call's panel works and where a file stands in it: alone, together, for good."""

from datetime import datetime
from enum import Enum
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import Application
from applications.states import State
from brustart.accounts.models import User
from brustart.core import audit
from brustart.core.errors import Refused
from brustart.fund.models import Call

from .models import Review, Round

NAMES = ("due_on", "is_blind", "discusses", "pitch_on")
TOGETHER = frozenset({State.REVIEWED, State.WAITING})


class CannotChange(Refused):
    """The round is closed, or readers have begun."""


class Phase(Enum):
    """Of one file."""

    ALONE = "alone"  # nobody sees others' marks
    TOGETHER = "together"  # all marks are in: seen, spoken of, changed with a reason
    FINAL = "final"


def of(call: Call) -> Round:
    """The call's round; one without rules of its own asks for marks, and no more."""
    return Round.objects.filter(call=call).first() or Round(call=call)


def phase_of(application: Application, found: Round | None = None) -> Phase:
    """A file is spoken of once its own marks are in, if the call wants that, and until it is
    decided or the round is closed."""
    if application.state == State.IN_REVIEW:
        return Phase.ALONE
    found = found or of(application.call)
    is_open = found.discusses and found.closed_at is None
    return Phase.TOGETHER if is_open and application.state in TOGETHER else Phase.FINAL


@transaction.atomic
def change(round: Round, *, actor: User, now: datetime) -> Round:
    """Keep how the panel works. Raises CannotChange: blindness cannot begin or end while people
    read."""
    Call.objects.select_for_update(no_key=True, of=("self",)).get(pk=round.call_id)
    before = of(round.call)
    if before.is_blind != round.is_blind and _is_read(round.call):
        raise CannotChange(
            _(
                "Files of this call are given to reviewers already: who applies can be neither "
                "hidden nor shown now."
            )
        )
    changed: dict[str, Any] = {
        name: [str(getattr(before, name)), str(getattr(round, name))]
        for name in NAMES
        if getattr(before, name) != getattr(round, name)
    }
    round.pk, round.closed_at = before.pk, before.closed_at
    round.save()
    if changed:
        audit.record("round.changed", about=round.call, actor=actor, now=now, **changed)
    return round


@transaction.atomic
def close(call: Call, *, actor: User, now: datetime) -> None:
    """End the discussion of the call's files: marks stay as they are. A second click changes
    nothing."""
    Call.objects.select_for_update(no_key=True, of=("self",)).get(pk=call.pk)
    found = of(call)
    if found.closed_at is None:
        found.closed_at = now
        found.save()
        audit.record("round.closed", about=call, actor=actor, now=now)


def _is_read(call: Call) -> bool:
    return Review.objects.active().filter(application__call=call).exists()
