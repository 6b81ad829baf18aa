"""Files that resemble one another: handed in again, or shared between startups. A flag for the
fund to look at, never a verdict."""

import hashlib
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q

from applications.models import Application, Submission
from brustart.accounts.access import visible_to
from brustart.accounts.models import User

from .models import Likeness, Run, Trait

MOST = 20  # files that one is said to resemble; with more, something else is the matter


def note(run: Run) -> None:
    """Write down which other files this one resembles, and in what. Three queries, however many
    files there are."""
    mine = list(_traits(run.submission))
    Trait.objects.bulk_create(mine, ignore_conflicts=True)
    people = sum(one.kind == Trait.Kind.TEAM for one in mine)
    wanted = Q(pk=None)
    for one in mine:
        wanted |= Q(kind=one.kind, value=one.value)
    shared = Trait.objects.filter(wanted).exclude(application=run.submission.application_id)
    counted = shared.values_list("kind", "application").annotate(number=Count("pk"))
    alike = counted.filter(~Q(kind=Trait.Kind.TEAM) | Q(number__gte=min(2, people)))
    Likeness.objects.bulk_create(
        Likeness(run=run, kind=kind, other_id=other)
        for kind, other, _number in alike.order_by("-application_id")[:MOST]
    )


def _traits(submission: Submission) -> Iterator[Trait]:
    """Its number, the bytes of its documents, the names in its team however they are written."""
    found = {
        Trait.Kind.NUMBER: {submission.application.enterprise_number} - {""},
        Trait.Kind.DOCUMENTS: {one["sha256"] for one in submission.content.get("documents", [])},
        Trait.Kind.TEAM: {" ".join(name.casefold().split()) for name in _names(submission)},
    }
    for kind, values in found.items():
        for value in sorted(values):
            digest = hashlib.sha256(value.encode()).hexdigest()
            yield Trait(application_id=submission.application_id, kind=kind, value=digest)


def _names(submission: Submission) -> list[str]:
    rows: list[dict[str, Any]] = submission.answers("team").get("members", [])
    return [row["name"] for row in rows if row.get("name")]


def alike(user: User, run: Run) -> list[tuple[Application, str]]:
    """The files that this one resembles, or that resemble it, and in what; for the fund alone."""
    file = run.submission.application_id
    either = Q(run=run) | Q(other=file, run__is_current=True)
    parts = ("other__startup", "run__submission__application__startup")
    rows = visible_to(user, Likeness).filter(either).select_related(*parts)
    found = {
        (one.other if one.run_id == run.pk else one.run.submission.application, one.kind): one
        for one in rows
    }
    return [(other, one.get_kind_display()) for (other, _kind), one in found.items()]
