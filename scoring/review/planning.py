"""Who reads what, planned for a whole call: tried out first, then given step by step."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Application, Membership, Track
from applications.states import State
from brustart.accounts.models import User
from brustart.core import audit, queue
from brustart.core.errors import Refused
from brustart.fund.models import Call

from . import assigning, conflicts
from .matching import File, Pair, Reader, Task, match
from .models import (
    AssignmentPlan,
    ConflictOfInterest,
    Panelist,
    PlannedReading,
    Review,
    Step,
)

WANTED = 3  # readers of each file [P], domain.md section 11
TO_READ = (State.ELIGIBLE, State.IN_REVIEW)


class CannotPlan(Refused):
    """No file waits for readers, nobody is on the panel, or the plan is not the last one."""


@transaction.atomic
def plan(call: Call, *, wanted: int, actor: User, now: datetime) -> AssignmentPlan:
    """Find readers for every file of the call that lacks some. Nothing is given yet."""
    conflicts.look(call, now=now)
    task = task_of(call, wanted=wanted, on=timezone.localdate(now))
    if not task.files:
        raise CannotPlan(_("No file waits for reviewers: all have theirs, or none is eligible."))
    if not task.readers:
        raise CannotPlan(_("Nobody on the panel can take files now."))
    found = match(task)
    kept = AssignmentPlan.objects.create(
        call=call,
        wanted=wanted,
        lacking=[asdict(one) for one in found.short],
        relax={name: _by_text(more) for name, more in found.relax.items()},
        connected=found.connected,
        made_at=now,
        made_by=actor,
    )
    PlannedReading.objects.bulk_create(
        PlannedReading(plan=kept, application_id=file, reviewer_id=reader)
        for file, reader in sorted(found.pairs)
    )
    audit.record("assignment.planned", about=kept, actor=actor, now=now, readings=len(found.pairs))
    return kept


def _by_text(more: Mapping[int, int]) -> dict[str, int]:
    return {str(key): number for key, number in more.items()}


def task_of(call: Call, *, wanted: int, on: date, only: int | None = None) -> Task:
    """The call as the optimiser takes it: files that lack readers (or one of them), who can take
    files on that day, all that is given, and who may not read what. Six queries."""
    rows = with_topics(Application.objects.filter(call=call, state__in=TO_READ))
    seats = list(Panelist.objects.filter(call=call).select_related("reviewer").order_by("pk"))
    active = Review.objects.active().filter(application__call=call)
    of_health = {seat.reviewer_id for seat in seats if seat.reads_ehealth}
    kept = frozenset(active.values_list("application", "reviewer"))
    given = Counter(file for file, _reader in kept)
    served = {file for file, reader in kept if reader in of_health}  # also by who takes no more
    return Task(
        files=[
            _file(one, wanted, needs_health=one.track == Track.EHEALTH and one.pk not in served)
            for one in (rows.filter(pk=only) if only else rows).order_by("pk")
            if given[one.pk] < wanted
        ],
        readers=[_reader(seat) for seat in seats if seat.until is None or seat.until >= on],
        barred=_barred(call),
        kept=kept,
    )


def with_topics(files: QuerySet[Application]) -> QuerySet[Any]:
    """With `topics`, the fields that a project touches, without the rest of what was handed in."""
    return files.annotate(topics=conflicts.answered("project__topics"))


def _file(application: Any, wanted: int, *, needs_health: bool) -> File:
    """`application`: with its topics; `needs_health`: nobody who knows e-health reads it yet."""
    return File(
        key=application.pk,
        language=application.language,
        topics=frozenset(application.topics or ()),
        is_ehealth=needs_health,
        wanted=wanted,
    )


def _reader(seat: Panelist) -> Reader:
    return Reader(
        key=seat.reviewer_id,
        languages=seat.reads,
        topics=frozenset(seat.topics),
        reads_ehealth=seat.reads_ehealth,
        capacity=seat.capacity,
    )


def _barred(call: Call) -> frozenset[Pair]:
    """Conflicts of interest, files of a startup that one belongs to, and those that one stepped
    back from or lost."""
    ties = ConflictOfInterest.objects.blocking().filter(application__call=call)
    stepped_back = Review.objects.filter(
        application__call=call, state__in=[Review.State.ABSTAINED, Review.State.RELIEVED]
    )
    members = Membership.objects.filter(startup__applications__call=call)
    return frozenset(
        [
            *ties.values_list("application", "reviewer"),
            *stepped_back.values_list("application", "reviewer"),
            *members.values_list("startup__applications", "user"),
        ]
    )


@transaction.atomic
def apply(plan: AssignmentPlan, *, actor: User, now: datetime) -> None:
    """Let the worker give the files, one step a file; a second click changes nothing."""
    plan = AssignmentPlan.objects.select_for_update(of=("self",)).get(pk=plan.pk)
    if plan.applied_at:
        return
    if plan.call.assignment_plans.filter(pk__gt=plan.pk).exists():
        raise CannotPlan(_("A newer plan was made meanwhile. Nothing was given; look at that one."))
    plan.applied_at = now
    plan.save(update_fields=["applied_at"])
    audit.record("assignment.applied", about=plan, actor=actor, now=now)
    for file in plan.readings.order_by().values_list("application", flat=True).distinct():
        step = Step(name=Step.Name.GIVE, call=plan.call, application_id=file, plan=plan)
        queue.enqueue(step, now=now)


def give(step: Step, *, now: datetime) -> None:
    """Give one file to those planned for it. What became impossible meanwhile is written down."""
    assert step.plan is not None
    for one in step.plan.readings.filter(application=step.application_id).order_by("pk"):
        if Review.objects.filter(application=one.application, reviewer=one.reviewer).exists():
            continue
        try:
            assigning.assign(
                one.application, reviewer=one.reviewer, actor=step.plan.made_by, now=now
            )
        except Refused as refusal:
            one.refusal = str(refusal)
            one.save(update_fields=["refusal"])
