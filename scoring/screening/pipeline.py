"""Screening as steps in the database: documents, facts, rules, pre-score; each once, in order."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.db import transaction

from applications import lifecycle
from applications.models import Document, Extraction, Submission
from applications.states import State
from brustart.core import queue
from brustart.core.hashing import plain, sha256

from . import criteria, eligibility, facts, likeness, verdicts
from .eligibility import Found
from .models import Contribution, Finding, Run, Step


@transaction.atomic
def begin(application: int, *, now: datetime) -> None:
    """Lay out the steps of a submitted file. Hearing of it twice changes nothing."""
    submission = Submission.objects.filter(application=application).latest("version")
    run, new = Run.objects.get_or_create(
        submission=submission,
        version=1,
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


@transaction.atomic
def look_again(application: int, *, now: datetime) -> None:
    """A document has been read: a step that found it unread need not wait for its next attempt."""
    waiting = Step.objects.filter(
        run__submission__application=application,
        name=Step.Name.DOCUMENTS,
        state=queue.State.QUEUED,
    )
    if waiting.update(next_attempt_at=now, rung_at=None):
        queue.ring_on_commit(Step)


def perform(step: Step, now: datetime) -> None:
    """Do one claimed step, then let the next one go: the same worker takes it (`Step.after`), or
    the sweep finds it. Called by the worker and by the demo."""
    read = STEPS[Step.Name(step.name)](step.run, now)
    Step.objects.filter(pk=step.pk).update(inputs_hash=read)
    Step.objects.filter(run=step.run, place=step.place + 1).update(next_attempt_at=now)


def _look_at_documents(run: Run, now: datetime) -> str:
    """Every PDF has been read, or cannot be. Returns the hash of what was looked at."""
    listed = run.submission.content.get("documents", [])
    keys = [one["id"] for one in listed]
    waiting = Extraction.objects.filter(document__in=keys).exclude(state__in=ENDED)
    if waiting.exists():
        raise queue.NotYet("a document is still being read")
    readings = Document.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "reading")
    return sha256({"schema": 1, "documents": [list(one) for one in readings]})


ENDED = (queue.State.DONE, queue.State.FAILED)


def _collect(run: Run, now: datetime) -> str:
    keep_facts(run, facts.collect(run.submission))
    return run.facts_hash


def keep_facts(run: Run, collected: facts.Facts) -> None:
    """Store what the rules read, with its hash; and which other files resemble this one."""
    run.facts = plain(vars(collected))
    run.facts_hash = sha256({"schema": 1, "facts": run.facts})
    run.save()
    likeness.note(run)


def _judge(run: Run, now: datetime) -> str:
    found = replayed(run)
    keep(run, found)
    return run.facts_hash


def replayed(run: Run) -> list[Found]:
    """What the rules say of the facts as they were stored: the same each time."""
    return eligibility.judge(facts.restore(run.facts or {}))


def keep(run: Run, found: Iterable[Found]) -> None:
    """Store what every rule found and the worst of it, and what people said of the same before."""
    found = list(found)
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
    verdicts.carry_over(run)


def _score(run: Run, now: datetime) -> str:
    score(run)
    conclude(run, now)
    return run.facts_hash


def score(run: Run) -> None:
    """Store the pre-score, part by part."""
    scored = list(criteria.parts(facts.restore(run.facts or {})))
    Contribution.objects.bulk_create(
        Contribution(run=run, place=place, **vars(part)) for place, part in enumerate(scored)
    )
    run.prescore = criteria.total(scored)
    run.save()


def conclude(run: Run, now: datetime) -> None:
    """Tell the file its verdict, unless it was withdrawn or handed in anew meanwhile."""
    application = lifecycle.lock(run.submission.application)
    if application.state == State.SUBMITTED and application.submission_id == run.submission_id:
        verdicts.settle(application, run, now=now, first=True)


STEPS: dict[Step.Name, Callable[[Run, datetime], str]] = {
    Step.Name.DOCUMENTS: _look_at_documents,
    Step.Name.FACTS: _collect,
    Step.Name.ELIGIBILITY: _judge,
    Step.Name.SCORE: _score,
}
