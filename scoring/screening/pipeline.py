"""Screening as steps in the database: facts, rules, pre-score; each done once, in order."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from applications import lifecycle
from applications.models import Submission
from applications.states import State
from brustart.core import queue
from brustart.core.hashing import plain, sha256

from . import criteria, eligibility, facts
from .models import Contribution, Finding, Run, Step, Verdict

AFTER = {
    Verdict.PASS: State.ELIGIBLE,
    Verdict.NEEDS_EVIDENCE: State.NEEDS_EVIDENCE,
    Verdict.FAIL: State.FAILS_RULES,
}


@transaction.atomic
def begin(application: int, *, now: datetime) -> None:
    """Lay out the steps of a submitted file. Hearing of it twice changes nothing."""
    submission = Submission.objects.filter(application=application).latest("version")
    run, new = Run.objects.get_or_create(
        submission=submission,
        defaults={"begun_at": now, "rules_version": eligibility.RULES_VERSION},
    )
    if not new:
        return
    names = list(Step.Name)
    Step.objects.bulk_create(
        Step(run=run, name=name, place=place, queued_at=now, next_attempt_at=None)
        for place, name in enumerate(names[1:], start=1)
    )
    queue.enqueue(Step(run=run, name=names[0], place=0), now=now)


def perform(step: Step, now: datetime) -> None:
    """Do one claimed step, then let the next one go. Called by the worker and by the demo."""
    STEPS[Step.Name(step.name)](step.run, now)
    following = Step.objects.filter(run=step.run, place=step.place + 1)
    if following.update(next_attempt_at=now):
        queue.ring_on_commit(Step)


def _collect(run: Run, now: datetime) -> None:
    collected = facts.collect(run.submission)
    run.facts = plain(vars(collected))
    run.facts_hash = sha256({"schema": 1, "facts": run.facts})
    run.save()


def _judge(run: Run, now: datetime) -> None:
    found = eligibility.judge(facts.restore(run.facts or {}))
    Finding.objects.bulk_create(
        Finding(
            run=run,
            rule=one.rule,
            verdict=one.verdict,
            reason=one.reason,
            inputs=plain(one.inputs),
            citation=one.citation,
            place=place,
        )
        for place, one in enumerate(found)
    )
    run.verdict = eligibility.overall(found)
    run.save()


def _score(run: Run, now: datetime) -> None:
    scored = list(criteria.parts(facts.restore(run.facts or {})))
    Contribution.objects.bulk_create(
        Contribution(run=run, place=place, **vars(part)) for place, part in enumerate(scored)
    )
    run.prescore = criteria.total(scored)
    run.save()
    _conclude(run, now)


def _conclude(run: Run, now: datetime) -> None:
    """Tell the file its verdict, unless it was withdrawn meanwhile."""
    application = lifecycle.lock(run.submission.application)
    if application.state == State.SUBMITTED and application.submission_id == run.submission_id:
        verdict = Verdict(run.verdict)
        to = AFTER[verdict]
        lifecycle.move(application, to, kind=f"screened_{to}", now=now)


STEPS: dict[Step.Name, Callable[[Run, datetime], None]] = {
    Step.Name.FACTS: _collect,
    Step.Name.ELIGIBILITY: _judge,
    Step.Name.SCORE: _score,
}
