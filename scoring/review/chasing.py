"""Reminders of marks that are due, and words from the fund to its reviewers."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.states import State
from brustart.accounts.models import User
from brustart.core import audit, mail
from brustart.core.errors import Refused
from brustart.fund.models import Call

from . import conflicts
from .models import Review, Round

MARKS = (-1, 1, 7)  # days before the marks are due, the urgent ones first; -1: the day after


class NothingToSay(Refused):
    """A message without words, or to nobody."""


def remind(now: datetime) -> int:
    """Write to reviewers whose marks are due in a week, tomorrow, or since yesterday, with their
    number of files; once at each. How many mails."""
    today, told = timezone.localdate(now), 0
    rows = Round.objects.filter(
        due_on__range=(today - timedelta(days=3), today + timedelta(days=MARKS[-1])),
        closed_at=None,
    ).select_related("call")
    for found in rows:
        assert found.due_on
        left = (found.due_on - today).days
        mark = next(days for days in MARKS if left <= days)
        for person, number in _open(found.call).items():
            told += _remind(found, person, number, mark, now=now)
    return told


def _open(call: Call) -> dict[User, int]:
    """How many files each reviewer of the call can still mark; one that is hidden from them while
    a tie is decided is not theirs to be chased for."""
    rows = Review.objects.open().filter(
        ~conflicts.tied(),
        application__call=call,
        application__state=State.IN_REVIEW,
        reviewer__is_active=True,
    )
    found: dict[User, int] = defaultdict(int)
    for row in rows.select_related("reviewer").order_by("reviewer_id"):
        found[row.reviewer] += 1
    return found


@transaction.atomic
def _remind(found: Round, person: User, number: int, mark: int, *, now: datetime) -> int:
    letter = mail.write(
        "marks_due", to=person, about=found.call, now=now,
        fact=f"marks-due:{found.call.code}:{found.due_on}:{mark}",
        call=found.call, due_on=found.due_on, late=mark < 0, number=number,
    )  # fmt: skip
    return int(letter.queued_at == now)


@transaction.atomic
def write(call: Call, *, to: Iterable[User], text: str, actor: User, now: datetime) -> int:
    """Send reviewers of the call a message, each in their language's frame. How many. Raises
    NothingToSay."""
    people = list(to)
    if not people or not text.strip():
        raise NothingToSay(_("Write something, and choose at least one reviewer."))
    for person in people:
        mail.write(
            "to_reviewer", to=person, about=call, now=now,
            call=call, text=text.strip(), sender=actor,
        )  # fmt: skip
    audit.record(
        "panel.written_to", about=call, actor=actor, now=now, people=[one.pk for one in people]
    )
    return len(people)
