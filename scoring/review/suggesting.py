"""Reviewers proposed for a file that is eligible: a person chooses (assigning.py)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from applications.models import Application
from applications.states import State

from .models import ConflictOfInterest, Panelist, Review, Suggestion

WANTED = 3  # [P], domain.md section 11
OPEN = (Review.State.ASSIGNED, Review.State.BEGUN)


@transaction.atomic
def suggest(application: int, *, now: datetime) -> None:
    """Propose who of the panel reads the file: no conflict, reads its language first, the least
    to do. Hearing of it twice changes nothing."""
    file = Application.objects.get(pk=application)
    if file.state != State.ELIGIBLE:
        return
    Suggestion.objects.filter(application=file).delete()
    Suggestion.objects.bulk_create(
        Suggestion(application=file, reviewer_id=seat.reviewer_id, place=place, at=now)
        for place, seat in enumerate(_free(file)[:WANTED])
    )


def _free(file: Application) -> list[Any]:
    """The call's panel without those who may not read it, the fittest first."""
    conflicts = ConflictOfInterest.objects.filter(application=file).values("reviewer")
    members = file.startup.memberships.values("user")
    seats = (
        Panelist.objects.filter(call=file.call_id)
        .exclude(Q(reviewer__in=conflicts) | Q(reviewer__in=members))
        .select_related("reviewer")
        .annotate(load=Count("reviewer__reviews", filter=Q(reviewer__reviews__state__in=OPEN)))
    )
    return sorted(
        seats, key=lambda seat: (seat.load, seat.reviewer.language != file.language, seat.pk)
    )
