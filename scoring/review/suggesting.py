"""Reviewers proposed for a file that is eligible: a person chooses (assigning.py)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from applications.models import Application
from applications.states import State

from . import conflicts, planning
from .matching import match
from .models import Suggestion


@transaction.atomic
def suggest(application: int, *, now: datetime) -> None:
    """Propose who of the panel reads the file, as planning.py would. Hearing of it twice changes
    nothing."""
    file = Application.objects.select_related("call").get(pk=application)
    if file.state != State.ELIGIBLE:
        return
    conflicts.look(file.call, now=now, files=[file.pk])
    today = timezone.localdate(now)
    found = match(planning.task_of(file.call, wanted=planning.WANTED, on=today, only=file.pk))
    Suggestion.objects.filter(application=file).delete()
    Suggestion.objects.bulk_create(
        Suggestion(application=file, reviewer_id=reader, place=place, at=now)
        for place, (_file, reader) in enumerate(sorted(found.pairs))
    )
