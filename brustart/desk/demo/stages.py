"""What happens to each file of the demo, through the real acts: handed in, read, decided."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from applications import entering, extending, inviting, lifecycle, requesting
from applications.models import Application, Part
from brustart.accounts.models import User
from brustart.awards import deciding, proposing
from brustart.awards.models import Proposal
from brustart.core import queue
from brustart.core.models import Mail
from scoring.review import assigning, conflicts, reviewing
from scoring.review.models import Step as PanelStep
from scoring.screening import confirming
from scoring.screening.models import Run, Step

from . import content, documents, expanding, filling
from .course import Loading

LATE = 28  # days after which the late reviewer of the finished panel handed in


def hand_in(loading: Loading, told: dict[str, Any]) -> None:
    """Draft, and submit unless it stays a draft; then the worker's own steps, here and now."""
    at = loading.at({"days_before_now": 3, **told})
    application = _draft(loading, told, at=at)
    loading.files[told["key"]] = application
    if told["state"] == "draft":
        return
    lifecycle.submit(application, actor=_writer(loading, told), now=at)
    if trouble := told.get("failed_step"):
        _fail(loading, application, trouble, at=at)
    if told["state"] == "submitted":
        return
    loading.work_off(at + timedelta(minutes=1), "message", "screening")
    if told["state"] == "withdrawn":
        lifecycle.withdraw(application, actor=application.author, now=loading.at(told, days=1))
    elif told["state"] == "ineligible":
        confirming.confirm_ineligible(
            application,
            actor=loading.manager,
            reason=told["confirmation_note"],
            now=loading.at(told, days=1),
        )


def _fail(loading: Loading, application: Application, trouble: str, *, at: datetime) -> None:
    """The first step fails at every attempt, until somebody tries it again."""

    def failing(work: Any, now: datetime) -> None:
        raise OSError(trouble)

    def attempt(now: datetime) -> None:
        queue.perform(Step, step.pk, failing, worker="demo", clock=lambda: now)

    loading.work_off(at, "message")
    step = Step.objects.get(run__submission__application=application, place=0)
    for minutes in range(1, queue.ATTEMPTS + 1):
        attempt(at + timedelta(minutes=minutes))


def _writer(loading: Loading, told: dict[str, Any]) -> User:
    """Who applies; what came on paper is entered by the fund."""
    return loading.manager if "on_paper" in told else loading.people[told["applicant"]]


def _draft(loading: Loading, told: dict[str, Any], *, at: datetime) -> Application:
    """Begun the day before, and filled in as far as the entry goes."""
    application, writer = _begin(loading, told, now=at - timedelta(days=1)), _writer(loading, told)
    founder = told.get("on_paper") or writer.name
    sections = expanding.expand(told, on=at.date(), founder=founder)
    answered = {key: sections[key] for key in sections if key not in told.get("unanswered", ())}
    saved_at = at - timedelta(hours=2)
    filling.save(application, answered, actor=writer, now=saved_at)
    kinds = told.get("documents") or documents.needed(sections, on_paper="on_paper" in told)
    documents.add(application, sections, kinds, actor=writer, now=saved_at)
    if colleague := told.get("editor"):
        _invite(application, loading.people[colleague], now=saved_at)
    return application


def _begin(loading: Loading, told: dict[str, Any], *, now: datetime) -> Application:
    call, language, writer = loading.calls[told["call"]], told["language"], _writer(loading, told)
    if "on_paper" not in told:
        return lifecycle.begin(call=call, author=writer, language=language, now=now)
    return entering.enter(
        call,
        startup_name=told["startup"]["startup_name"],
        language=language,
        received_on=now.date(),
        actor=writer,
        now=now,
    )


def _invite(application: Application, colleague: User, *, now: datetime) -> None:
    """The colleague follows the link in the mail an hour later."""
    startup, owner = application.startup, application.author
    assert owner
    startup.refresh_from_db()
    inviting.invite(startup, email=colleague.email, part=Part.EDITOR, actor=owner, now=now)
    link = re.search(r"/invitation/([\w-]+)/", Mail.objects.latest("pk").body)
    assert link
    inviting.accept(link[1], user=colleague, now=now + timedelta(hours=1))


def assess(loading: Loading, told: dict[str, Any]) -> None:
    """Assign the reviewers, and write what they wrote."""
    application = loading.files[told["key"]]
    reviews = told.get("review", [])
    for number, review in enumerate(reviews):
        assigning.assign(
            application,
            reviewer=loading.people[review["reviewer"]],
            actor=loading.manager,
            now=loading.at(told, days=1, minutes=number),
        )
        if "marks" in review or review.get("declared", True):
            _declare(loading, application, review["reviewer"], told)
    if conflict := told.get("conflict"):
        reviewer = loading.people[conflict["reviewer"]]
        at = loading.at(told, days=1, minutes=30)
        assigning.assign(application, reviewer=reviewer, actor=loading.manager, now=at)
        conflicts.declare(
            application,
            reviewer=reviewer,
            answer="yes",
            word=conflict["reason"],
            now=at + timedelta(hours=1),
        )
    for number, review in enumerate(reviews, start=1):
        if "marks" in review:
            later = LATE if review.get("late") else 0
            _mark(loading, told, review, at=loading.at(told, days=1 + number / 2 + later))
    if reviews:
        loading.work_off(loading.at(told, days=3), "panel", name=PanelStep.Name.SCORE)


def _declare(loading: Loading, application: Application, key: str, told: dict[str, Any]) -> None:
    """Nothing ties them to the file, they say the day after they were given it."""
    at = loading.at(told, days=1, minutes=45)
    conflicts.declare(application, reviewer=loading.people[key], answer="no", word="", now=at)


def _mark(loading: Loading, told: dict[str, Any], review: dict[str, Any], *, at: datetime) -> None:
    reviewer = loading.people[review["reviewer"]]
    row = reviewer.reviews.get(application=loading.files[told["key"]])
    marks = {
        name: reviewing.Given(
            Decimal(value), content.reason(review, name, Decimal(value), reviewer.language)
        )
        for name, value in review["marks"].items()
    }
    texts = {name: review[name] for name in reviewing.TEXTS if name in review}
    reviewing.save(
        row,
        reviewing.Written(marks, texts, confidence=review.get("confidence")),
        now=at,
    )
    if review.get("submitted", True):
        reviewing.hand_in(row, actor=reviewer, now=at + timedelta(minutes=30))


def decide(loading: Loading, told: dict[str, Any]) -> None:
    """Proposals, votes, awards, rejections, and the waiting list."""
    application = loading.files[told["key"]]
    at = loading.at(told, days=4)
    if told["state"] in {"awarded", "proposed"} or "proposal_refused_by" in told:
        proposal = proposing.propose(
            application,
            amount=Decimal(told.get("award_amount") or told["proposal_amount"]),
            instrument=told["instrument"],
            reasons=told.get("reasons") or told["rejection_grounds"],
            actor=loading.manager,
            now=at,
        )
        _vote(loading, told, proposal, at=at)
    if told["state"] == "rejected":
        deciding.reject(
            application,
            grounds=told["rejection_grounds"],
            actor=loading.manager,
            now=at + timedelta(days=3),
        )
    elif told["state"] == "waiting":
        deciding.keep_waiting(application, actor=loading.manager, now=at)


def _vote(loading: Loading, told: dict[str, Any], proposal: Proposal, *, at: datetime) -> None:
    """An open proposal is one approval short, so that it is one click from being decided."""
    voters = [loading.people[key] for key in ("reviewer_demuynck", "reviewer_zawadzki")]
    if refuser := told.get("proposal_refused_by"):
        deciding.refuse(
            proposal,
            actor=loading.people[refuser],
            reason=told["refusal_reason"],
            now=at + timedelta(days=1),
        )
        return
    for number, voter in enumerate(voters if told["state"] == "awarded" else voters[:1], start=1):
        deciding.approve(
            proposal,
            actor=voter,
            read_hash=proposal.sha256,
            now=at + timedelta(days=number),
        )
    if conditions := told.get("revised_conditions"):  # what was approved before counts no longer
        proposal = proposing.revise(
            proposal,
            amount=proposal.amount,
            instrument=proposal.instrument,
            conditions=conditions,
            reasons=proposal.reasons,
            read_hash=proposal.sha256,
            actor=loading.manager,
            now=at + timedelta(days=3),
        )
        deciding.approve(
            proposal,
            actor=voters[0],
            read_hash=proposal.sha256,
            now=at + timedelta(days=4),
        )


def speak(loading: Loading, told: dict[str, Any]) -> None:
    """What the fund asks of a startup, allows it, or says of its verdicts."""
    application = loading.files[told["key"]]
    if asked := told.get("asked"):
        requesting.ask(
            application,
            sections=asked["sections"],
            question=asked["question"],
            until=loading.today + timedelta(days=10, hours=17),
            actor=loading.manager,
            now=loading.at(told, days=1),
        )
    if other := told.get("override"):
        _ask_override(loading, application, other, at=loading.at(told, days=2))
    if reason := told.get("extension"):
        extending.grant(
            application,
            until=loading.today + timedelta(days=1, hours=18),
            reason=reason,
            actor=loading.manager,
            now=loading.today - timedelta(hours=13),
        )


def _ask_override(
    loading: Loading, application: Application, other: dict[str, str], *, at: datetime
) -> None:
    application.refresh_from_db()
    run = Run.objects.of(application.submission_id)
    assert run
    finding = run.findings.get(rule=other["rule"])
    confirming.override(
        finding, verdict=other["verdict"], reason=other["reason"], actor=loading.manager, now=at
    )
