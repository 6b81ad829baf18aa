"""Rows for tests, always made through the real acts.

Each `make_*` leaves the file one stage further than the one before it and makes what it needs.
Money is in EUR; `now` defaults to the clock.
"""

import itertools
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications import completeness, drafting, lifecycle, uploading
from applications.extracting import Extracted, Outline
from applications.models import Application, Document, Extraction, Section
from brustart import worker
from brustart.accounts.models import Role, User
from brustart.awards import deciding, proposing
from brustart.awards.models import Award, Instrument, Proposal
from brustart.core import queue
from brustart.core.hashing import plain
from brustart.core.models import Message
from brustart.fund import ledger
from brustart.fund.accounts import open_envelope_account
from brustart.fund.models import Call, Envelope, Programme
from scoring.review import assigning, conflicts, reviewing, rubrics, steps
from scoring.review.models import Panelist, Review
from scoring.review.models import Step as PanelStep
from scoring.screening import confirming, pipeline
from scoring.screening.models import Override, Run
from scoring.screening.models import Step as ScreeningStep
from tests.applications.bad_files import pdf
from tests.mirabelle import complete_answers

_numbers = itertools.count(1)


def make_user(role: Role | str = Role.APPLICANT, **fields: Any) -> User:
    """A person who needs no second factor (a demo account); `email` and `name` may be given."""
    number = next(_numbers)
    known = {
        "email": f"{role}{number}@{role}{number}.example",
        "name": f"Person {number}",
        "language": "en",
        "is_demo": True,
    }
    return User.objects.create_user(**{**known, "role": role, **fields})


def make_envelope(cap: Decimal | int = 4_000_000, *, code: str = "brustart") -> Envelope:
    """An envelope of Brustart with its cap entered in the ledger; the same one for a code."""
    if found := Envelope.objects.filter(code=code).first():
        return found
    programme, _new = Programme.objects.get_or_create(
        code="brustart",
        defaults={
            "name_fr": "Brustart",
            "name_nl": "Brustart",
            "name_en": "Brustart",
            "competence": "scientific_research",
            "position": 1,
        },
    )
    envelope = Envelope.objects.create(
        programme=programme,
        code=code,
        name_fr="Brustart",
        name_nl="Brustart",
        name_en="Brustart",
        account=open_envelope_account(),
    )
    ledger.change_cap(
        envelope.account, Decimal(cap), actor=None, now=timezone.now(), reference=f"cap:{code}"
    )
    return envelope


def make_call(
    *,
    code: str = "",
    envelope: Envelope | None = None,
    cap: Decimal | int = 4_000_000,
    panel_size: int = 3,
    now: datetime | None = None,
    **fields: Any,
) -> Call:
    """A call that opened yesterday and closes in thirty days, with a panel of reviewers."""
    now = now or timezone.now()
    known = {
        "title_fr": "Appel Brustart",
        "title_nl": "Oproep Brustart",
        "title_en": "Brustart call",
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=30),
        "minimum": Decimal("25000.00"),
        "maximum": Decimal("250000.00"),
    }
    call = Call.objects.create(
        code=code or f"call-{next(_numbers)}",
        envelope=envelope or make_envelope(cap),
        **{**known, **fields},
    )
    for _seat in range(panel_size):
        seat(call)
    return call


def seat(call: Call, reviewer: User | None = None, *, approves: bool = True) -> User:
    """A reviewer on the call's panel."""
    reviewer = reviewer or make_user(Role.REVIEWER)
    languages = [code for code, _name in settings.LANGUAGES]
    Panelist.objects.create(
        call=call, reviewer=reviewer, approves=approves, languages=languages, capacity=200
    )
    return reviewer


def panel_of(call: Call) -> list[User]:
    """The call's approving reviewers, in the order they were seated."""
    seats = Panelist.objects.filter(call=call, approves=True).order_by("pk")
    return [one.reviewer for one in seats.select_related("reviewer")]


def fill(application: Application, key: str, answers: dict[str, Any], *, now: datetime) -> Section:
    """Save a section with answers given as Python values, over what stands there."""
    form_class = completeness.sections_of(application)[key]
    form = form_class(form_class.data_for(plain(answers)))
    assert not form.problems(), form.problems()
    version = Section.objects.filter(application=application, name=key).values_list("version")
    saved = drafting.save_section(
        application, form, begun_from=version[0][0], page="", actor=application.author, now=now
    )
    return saved[key]


def add_documents(application: Application, *, now: datetime) -> list[Document]:
    """The two documents that every file needs, each with bytes of its own, and read. What the
    two child processes would answer is known, and each takes a sixth of a second."""
    outline = patch("applications.inspecting.outline_of", return_value=Outline(pages=1))
    with outline, patch("applications.uploading.text_of", return_value=Extracted("Plan", 1, True)):
        return [_add_pdf(application, kind, now=now) for kind in completeness.NEEDED_DOCUMENTS]


def _add_pdf(application: Application, kind: str, *, now: datetime) -> Document:
    upload = SimpleUploadedFile(f"{kind}.pdf", pdf(f"Plan {next(_numbers)}"))
    document = uploading.receive(application, upload, kind=kind, actor=application.author, now=now)
    return read(document, now=now)


def read(document: Document, *, now: datetime | None = None) -> Document:
    """Take the text out of a document, as the worker does."""
    now = now or timezone.now()
    work = document.extraction.pk
    assert queue.perform(Extraction, work, uploading.extract, worker="tests", clock=lambda: now)
    document.refresh_from_db()
    return document


def make_empty_draft(
    call: Call | None = None,
    author: User | None = None,
    *,
    language: str = "en",
    now: datetime | None = None,
) -> Application:
    """A draft just begun, without an answer."""
    now = now or timezone.now()
    return lifecycle.begin(
        call=call or make_call(now=now), author=author or make_user(), language=language, now=now
    )


def make_draft(
    call: Call | None = None,
    author: User | None = None,
    *,
    language: str = "en",
    now: datetime | None = None,
    **changes: Any,
) -> Application:
    """A complete draft that meets every rule; `changes` are answers by question's name."""
    now = now or timezone.now()
    application = make_empty_draft(call, author, language=language, now=now)
    answers = complete_answers(now, **changes)
    fill(application, "project", answers.pop("project"), now=now)
    application.refresh_from_db()
    for key in completeness.sections_of(application):
        if key in answers:
            fill(application, key, answers[key], now=now)
    add_documents(application, now=now)
    application.refresh_from_db()
    return application


def make_submitted(
    call: Call | None = None,
    author: User | None = None,
    *,
    now: datetime | None = None,
    **changes: Any,
) -> Application:
    """A file handed in, not yet screened."""
    now = now or timezone.now()
    return submit(make_draft(call, author, now=now, **changes), now=now)


def submit(application: Application, *, now: datetime | None = None) -> Application:
    """Hand in a draft."""
    lifecycle.submit(application, actor=application.author, now=now or timezone.now())
    application.refresh_from_db()
    return application


def screen(application: Application) -> Application:
    """Do the worker's steps on what was handed in."""
    pipeline.begin(application.pk, now=timezone.now())
    for step in ScreeningStep.objects.filter(run__submission=application.submission_id):
        assert queue.perform(ScreeningStep, step.pk, pipeline.perform, worker="tests")
    application.refresh_from_db()
    return application


def deliver() -> None:
    """Hand on every event that waits, as the worker does."""
    for key in list(Message.objects.due(timezone.now()).values_list("pk", flat=True)):
        assert queue.perform(Message, key, worker.deliver, worker="tests")


def make_screened(
    call: Call | None = None,
    author: User | None = None,
    *,
    now: datetime | None = None,
    **changes: Any,
) -> Application:
    """A screened file: eligible, unless `changes` say otherwise."""
    return screen(make_submitted(call, author, now=now, **changes))


def make_ineligible(call: Call | None = None, author: User | None = None) -> Application:
    """A file whose seat lies outside the Region, screened, not yet confirmed by a person."""
    return make_screened(call, author, postal_code="4000", city="Liège")


def ask_override(application: Application, *, actor: User, rule: str = "seat") -> Override:
    """A fund manager asks that the verdict on a rule become “met”."""
    run = Run.objects.of(application.submission_id)
    assert run is not None
    finding, now = run.findings.get(rule=rule), timezone.now()
    return confirming.override(finding, verdict="pass", reason="Seen.", actor=actor, now=now)


def make_assigned(
    application: Application | None = None,
    *,
    reviewers: int | list[User] = 2,
    actor: User | None = None,
    **changes: Any,
) -> list[Review]:
    """An eligible file given to reviewers of its call's panel; returns their reviews."""
    application = application or make_screened(**changes)
    chosen = panel_of(application.call)[:reviewers] if isinstance(reviewers, int) else reviewers
    actor = actor or make_user(Role.FUND_MANAGER)
    now = timezone.now()
    given = [
        assigning.assign(application, reviewer=reviewer, actor=actor, now=now)
        for reviewer in chosen
    ]
    for reviewer in chosen:
        declare(application, reviewer)
    return given


def declare(application: Application, *reviewers: User) -> None:
    """Nothing ties these to the file, they say."""
    for reviewer in reviewers:
        conflicts.declare(application, reviewer=reviewer, answer="no", word="", now=timezone.now())


def mark(review: Review, value: Decimal | float | str = 4) -> Review:
    """Mark all five criteria alike, with reasons, and hand the review in."""
    now = timezone.now()
    given = reviewing.Given(Decimal(str(value)), "Clear and well argued.")
    measures = rubrics.of(review.application.call).keys
    reviewing.save(review, reviewing.Written(dict.fromkeys(measures, given)), now=now)
    return reviewing.hand_in(review, actor=review.reviewer, now=now)


def add_up() -> None:
    """Do all the panel's steps that wait: scores, then ranks."""
    while keys := list(PanelStep.objects.due(timezone.now()).values_list("pk", flat=True)):
        for key in keys:
            assert queue.perform(PanelStep, key, steps.perform, worker="tests")


def make_reviewed(
    application: Application | None = None,
    *,
    marks: list[Any] | None = None,
    **changes: Any,
) -> Application:
    """A file with its reviews in, its panel score and its rank. One reviewer a mark."""
    marks = marks or [4, 4]
    reviews = make_assigned(application, reviewers=len(marks), **changes)
    for review, value in zip(reviews, marks, strict=True):
        mark(review, value)
    add_up()
    return Application.objects.get(pk=reviews[0].application_id)


def make_proposal(
    application: Application | None = None,
    *,
    amount: Decimal | int = 100_000,
    actor: User | None = None,
    **changes: Any,
) -> Proposal:
    """An award proposed by a fund manager, waiting for the panel."""
    application = application or make_reviewed(**changes)
    declare(application, *panel_of(application.call))
    return proposing.propose(
        application,
        amount=Decimal(amount),
        instrument=Instrument.GRANT,
        reasons="The panel found the project new, feasible and useful to the Region.",
        actor=actor or make_user(Role.FUND_MANAGER),
        now=timezone.now(),
    )


def approve(proposal: Proposal, reviewer: User) -> Award | None:
    """One reviewer's approval of what the proposal says now."""
    return deciding.approve(proposal, actor=reviewer, read_hash=proposal.sha256, now=timezone.now())


def make_award(
    application: Application | None = None, *, amount: Decimal | int = 100_000, **changes: Any
) -> Award:
    """A proposal approved by the quorum of its panel: the money is committed."""
    proposal = make_proposal(application, amount=amount, **changes)
    call = proposal.application.call
    for reviewer in panel_of(call)[: call.quorum]:
        award = approve(proposal, reviewer)
    assert award is not None
    return award
