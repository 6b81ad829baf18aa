"""Who reads what, planned for a whole call: tried out first, then given step by step."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from applications.models import Application, Membership, Track
from applications.states import State
from brustart.accounts.models import User
from brustart.core import audit, queue
from brustart.core.errors import Refused
from brustart.fund.models import Call

from . import assigning
from .matching import File, Match, Pair, Reader, Task, match
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


def task_of(
    call: Call, *, wanted: int, on: date, files: Iterable[Application] | None = None
) -> Task:
    """The call as the optimiser takes it: files that lack readers (or these ones), who can take
    files on that day, what they read already, and who may not read what."""
    rows = Application.objects.filter(call=call, state__in=TO_READ) if files is None else files
    seats = Panelist.objects.filter(call=call).filter(Q(until=None) | Q(until__gte=on))
    readers = [_reader(seat) for seat in seats.select_related("reviewer").order_by("pk")]
    known = {one.key for one in readers}
    active = Review.objects.filter(application__call=call).exclude(state=Review.State.RECUSED)
    kept = frozenset(
        pair for pair in active.values_list("application", "reviewer") if pair[1] in known
    )
    given = Counter(file for file, _reader in kept)
    lacking = [one for one in rows if given[one.pk] < wanted]
    return Task(
        files=[_file(one, wanted) for one in sorted(lacking, key=lambda one: one.pk)],
        readers=readers,
        barred=_barred(call),
        kept=kept,
    )


def _file(application: Application, wanted: int) -> File:
    project = application.handed_in.answers("project")
    return File(
        key=application.pk,
        language=application.language,
        topics=frozenset(project.get("topics", ())),
        is_ehealth=application.track == Track.EHEALTH,
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
    """Conflicts of interest, and files of a startup that one belongs to."""
    conflicts = ConflictOfInterest.objects.filter(application__call=call)
    members = Membership.objects.filter(startup__applications__call=call)
    return frozenset(
        [
            *conflicts.values_list("application", "reviewer"),
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


def for_one(application: Application, *, wanted: int, on: date) -> Match:
    """Readers for a single file, beside all that is given already."""
    return match(task_of(application.call, wanted=wanted, on=on, files=[application]))
