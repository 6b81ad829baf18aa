"""Screening again: what the rules of today, or of another day, say of files handed in before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from applications import lifecycle, timeline
from applications.models import Application
from applications.states import State
from brustart.accounts.models import User
from brustart.fund.models import Call

from . import eligibility, facts, pipeline, verdicts
from .eligibility import Found
from .models import Finding, Run

CHUNK = 100
NOT_SCREENED = (State.DRAFT, State.SUBMITTED, State.WITHDRAWN)  # or not yet


@dataclass(frozen=True)
class Change:
    """One rule that now says something else."""

    rule: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    """What a new screening of a file finds, beside the last one."""

    application: Application
    collected: facts.Facts
    found: list[Found]
    changes: list[Change]


def count(call: Call) -> int:
    """How many files `files` gives."""
    return _screened(call).count()


def files(call: Call) -> Iterator[Application]:
    """The call's screened files, in their order, a few at a time."""
    keys = list(_screened(call).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        rows = Application.objects.filter(pk__in=keys[start : start + CHUNK])
        yield from rows.select_related("call", "submission").order_by("pk")


def _screened(call: Call) -> QuerySet[Application]:
    return Application.objects.filter(call=call).exclude(state__in=NOT_SCREENED)


def compare(application: Application, *, as_of: date | None = None) -> Outcome:
    """Judge the file anew, and say what differs. Writes nothing."""
    submission = application.handed_in
    submission.application = application  # known already: nobody asks for it again
    collected = facts.collect(submission, as_of=as_of)
    found = eligibility.judge(collected)
    last = Finding.objects.of(application.submission_id).order_by()
    before = {one.rule: (one.verdict, one.reason) for one in last}
    changes = [
        Change(one.rule, before.get(one.rule, ("", ""))[0], one.verdict, one.reason)
        for one in found
        if before.get(one.rule) != (one.verdict, one.reason)
    ]
    return Outcome(application, collected, found, changes)


def rescreen(
    application: Application, *, as_of: date | None = None, actor: User | None = None, now: datetime
) -> Outcome:
    """Compare, and keep what changed; a file of which nothing did is not even locked."""
    outcome = compare(application, as_of=as_of)
    return _keep(application, as_of=as_of, actor=actor, now=now) if outcome.changes else outcome


@transaction.atomic
def _keep(
    application: Application, *, as_of: date | None, actor: User | None, now: datetime
) -> Outcome:
    """Compare, and keep a new run beside the earlier ones if something changed. A file that is
    not yet with reviewers moves to where it then belongs; any other only says so, and so does one
    of which an answer is awaited: that answer is screened anyway."""
    application = lifecycle.lock(application)
    outcome = compare(application, as_of=as_of)
    if not outcome.changes:
        return outcome
    earlier = Run.objects.filter(submission=application.submission_id)
    version = earlier.count() + 1
    earlier.update(is_current=False)
    run = Run.objects.create(
        submission=application.handed_in,
        version=version,
        cause=Run.Cause.RESCREENED,
        begun_at=now,
        begun_by=actor,
        as_of=as_of,
        rules_version=eligibility.RULES_VERSION,
    )
    pipeline.keep_facts(run, outcome.collected)
    pipeline.keep(run, outcome.found)
    pipeline.score(run)
    timeline.write(application, "rescreened", now=now, actor=actor, for_applicant=False)
    asked = lifecycle.open_request(application, now=now)
    if application.state in verdicts.SCREENED and not asked:
        verdicts.settle(application, run, now=now, actor=actor, first=False)
    return outcome
