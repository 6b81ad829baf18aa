"""What counts of a screening: the machine's verdicts, and those that two people gave instead."""

from copy import copy
from datetime import date, datetime

from django.db.models import Q

from applications import lifecycle
from applications.models import Application
from applications.states import State
from brustart.accounts.models import User
from brustart.core import outbox

from . import eligibility, facts
from .found import Found
from .models import Finding, Override, Run, Verdict

AFTER = {
    Verdict.PASS: State.ELIGIBLE,
    Verdict.NEEDS_EVIDENCE: State.NEEDS_EVIDENCE,
    Verdict.FAIL: State.FAILS_RULES,
}
SCREENED = frozenset(AFTER.values())


def counting(run: Run) -> dict[str, Verdict]:
    """What counts for each rule: the machine's verdict, or the one that two people gave."""
    given = {one.rule: Verdict(one.verdict) for one in run.findings.all()}
    confirmed = Override.objects.filter(finding__run=run, accepted=True).select_related("finding")
    return given | {one.finding.rule: Verdict(one.verdict) for one in confirmed}


def carry_over(run: Run) -> None:
    """What people asked for, or gave, on the file's screening before this one holds wherever a
    rule finds the very same again: it is what they read."""
    file = run.submission.application_id
    before = Run.objects.filter(submission__application=file, pk__lt=run.pk).exclude(verdict="")
    kept = Override.objects.filter(Q(accepted=None) | Q(accepted=True))
    kept = kept.filter(finding__run=before.order_by("-pk")[:1]).select_related("finding")
    now = {one.rule: one for one in run.findings.all()}
    Override.objects.bulk_create(
        _on(now[one.finding.rule], one)
        for one in kept
        if one.finding.rule in now and _same(now[one.finding.rule], one.finding)
    )


def _on(finding: Finding, given: Override) -> Override:
    """The same words of the same people, on another screening's finding."""
    copied = copy(given)
    copied.pk, copied.finding = None, finding
    return copied


def _same(finding: Finding, other: Finding) -> bool:
    read = ("verdict", "reason", "inputs")
    return all(getattr(finding, name) == getattr(other, name) for name in read)


def settle(
    application: Application, run: Run, *, now: datetime, actor: User | None = None, first: bool
) -> None:
    """Move the locked file to where its verdicts put it; `first`: it hears of them only now."""
    to = AFTER[eligibility.worst(counting(run).values())]
    if to != application.state:
        kind = f"screened_{to}" if first else f"now_{to}"
        lifecycle.move(application, to, kind=kind, now=now, actor=actor)
    if to == State.ELIGIBLE:
        outbox.put("application.eligible", now=now, application=application.pk)


def age_at_award(application: Application, *, on: date) -> Found | None:
    """The rule on age as it stands on the day of an award, if it is not met then; None also when
    two people said that it is, or the call does not apply it."""
    judged = Finding.objects.of(application.submission_id).unanswered().filter(rule="age")
    finding = judged.select_related("run").first()
    if finding is None:
        return None
    found = eligibility.age_at(facts.restore(finding.run.facts or {}), on)
    return found if found.verdict == Verdict.FAIL else None
