"""Rows for tests, always made through the real acts.

Each `make_*` leaves the file one stage further than the one before it and makes what it needs.
Money is in EUR; `now` defaults to the clock.
"""

import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from applications import completeness, drafting, lifecycle, uploading
from applications.extracting import Extracted, Outline
from applications.forms import SECTIONS, SectionForm
from applications.models import Application, Document, Extraction, Section
from brustart import worker
from brustart.accounts.models import Role, User
from brustart.awards import deciding
from brustart.awards.models import Award, Instrument, Proposal
from brustart.core import queue
from brustart.core.hashing import plain
from brustart.core.models import Message
from brustart.fund import ledger
from brustart.fund.accounts import open_envelope_account
from brustart.fund.models import Call, Envelope, Programme
from scoring.grid import Criterion
from scoring.review import assigning, reviewing, steps
from scoring.review.models import Panelist, Review
from scoring.review.models import Step as PanelStep
from scoring.screening import confirming, pipeline
from scoring.screening.models import Override, Run
from scoring.screening.models import Step as ScreeningStep
from tests.applications.bad_files import pdf

_numbers = itertools.count(1)

STARTUP: dict[str, Any] = {
    "startup_name": "Mirabelle",
    "legal_form": "SRL",
    "street": "Rue Haute 12",
    "postal_code": "1000",
    "city": "Bruxelles",
}
SIZE: dict[str, Any] = {
    "staff": Decimal("3.5"),
    "turnover": Decimal("54000.00"),
    "balance_sheet": Decimal("128000.00"),
    "insolvency": "no",
    "rescue_aid": "no",
}
OWNERSHIP: dict[str, Any] = {
    "owners": [
        {"name": "Ada Lemmens", "kind": "person", "share": Decimal(60), "control": "yes"},
        {"name": "Jef Peeters", "kind": "person", "share": Decimal(40), "control": "no"},
    ]
}
PROJECT: dict[str, Any] = {
    "title": "Home care on time",
    "track": "digital",
    "summary": "Each morning we plan the rounds of home nurses.",
    "problem": "Rounds are planned from memory.",
    "solution": "We plan them by the hour of care.",
    "novelty": "new_to_market",
    "trl": 6,
    "market": "About 2,300 home nurses work in the Region.",
    "competitors": "Two billing programs plan by distance alone.",
    "customers": "pilots",
    "impact": "Seven jobs and fewer kilometres.",
    "jobs_in_region": 7,
}
EHEALTH: dict[str, Any] = {
    "intended_purpose": "Plans the visits of home nurses.",
    "users": ["professionals"],
    "medical_device": "no",
    "mhealth_now": "none",
    "mhealth_target": "m1",
    "health_data": "The hour and the kind of care.",
    "legal_basis": "h",
    "gdpr_role": "processor",
    "hosting_country": "Belgium",
    "dpia": "done",
    "security": "A yearly test by an outside firm.",
    "reimbursement": "Teams of nurses subscribe.",
    "evidence": "A pilot with five teams.",
    "ethics": "not_required",
    "ai": "no",
    "accessibility": "Patients need not use it.",
}
TEAM: dict[str, Any] = {
    "skills": ["technical", "commercial"],
    "members": [
        {
            "name": name,
            "task": task,
            "time": 100,
            "background": "Ten years in home care.",
            "founder": True,
        }
        for name, task in (("Ada Lemmens", "Director"), ("Jef Peeters", "Developer"))
    ],
}
WORK_PLAN: dict[str, Any] = {
    "plan": "First the pilots, then the Dutch version.",
    "duration_months": 15,
    "milestones": [
        {
            "title": f"Step {number}",
            "due_on": date(2027, 3 * number, 1),
            "deliverable": "A version in use",
            "amount": Decimal(30_000),
        }
        for number in range(1, 5)
    ],
}
BUDGET: dict[str, Any] = {
    "personnel": Decimal("118000.00"),
    "subcontracting": Decimal("30000.00"),
    "equipment": Decimal("18000.00"),
    "other": Decimal("10000.00"),
    "requested": Decimal("120000.00"),
    "cofinancing_secured": Decimal("56000.00"),
    "raised_so_far": Decimal("25000.00"),
    "spent_in_region_percent": 88,
    "cash": [
        {"quarter": "2027-Q1", "money_in": Decimal(60_000), "money_out": Decimal(44_000)},
        {"quarter": "2027-Q2", "money_in": Decimal(60_000), "money_out": Decimal(44_000)},
    ],
}
DECLARATIONS = dict.fromkeys(
    ("no_excluded_activity", "no_export_aid", "no_double_aid", "no_patient_data", "true"), True
)


def enterprise_number() -> str:
    """A valid number that no other call returns: 97 minus (first eight modulo 97) at its end."""
    first = f"{1000_0000 + next(_numbers):08d}"
    return f"{first}{97 - int(first) % 97:02d}"


def make_user(role: Role | str = Role.APPLICANT, **fields: Any) -> User:
    """A person who needs no second factor (a demo account); `email` and `name` may be given."""
    number = next(_numbers)
    known = {
        "email": f"{role}{number}@example.org",
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
    Panelist.objects.create(call=call, reviewer=reviewer, approves=approves)
    return reviewer


def panel_of(call: Call) -> list[User]:
    """The call's approving reviewers, in the order they were seated."""
    seats = Panelist.objects.filter(call=call, approves=True).order_by("pk")
    return [one.reviewer for one in seats.select_related("reviewer")]


def complete_answers(now: datetime, **changes: Any) -> dict[str, dict[str, Any]]:
    """Answers of each section as Python values; `changes` by question or table, None takes one
    out. `de_minimis_received`: one aid of that amount, granted on the day."""
    founded = timezone.localdate(now) - relativedelta(months=18)
    received = Decimal(changes.pop("de_minimis_received", None) or 0)
    answers = {
        "startup": {"enterprise_number": enterprise_number(), "founded_on": founded} | STARTUP,
        "project": dict(PROJECT),
        "ehealth": dict(EHEALTH),
        "team": dict(TEAM),
        "work_plan": dict(WORK_PLAN),
        "budget": dict(BUDGET),
        "size": dict(SIZE),
        "ownership": dict(OWNERSHIP),
        "aid": aid_answers(received, timezone.localdate(now)),
        "declarations": dict(DECLARATIONS),
    }
    for name, value in changes.items():
        section = next(key for key, form in SECTIONS.items() if name in _names(form))
        answers[section][name] = value
    return {
        key: {name: value for name, value in section.items() if value is not None}
        for key, section in answers.items()
    }


def _names(form: type[SectionForm]) -> set[str]:
    return {*form.base_fields, *(table.name for table in form.tables)}


def aid_answers(received: Decimal, on: date) -> dict[str, Any]:
    """The aid section: none, or one aid of that many EUR granted on the day."""
    if not received:
        return {"any_aid": "none"}
    row = {"authority": "hub.brussels", "granted_on": on, "amount": received}
    return {"any_aid": "some", "aid": [row]}


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
    return [
        assigning.assign(application, reviewer=reviewer, actor=actor, now=now)
        for reviewer in chosen
    ]


def mark(review: Review, value: Decimal | float | str = 4) -> Review:
    """Mark all five criteria alike, with reasons, and hand the review in."""
    now = timezone.now()
    given = reviewing.Given(Decimal(str(value)), "Clear and well argued.")
    reviewing.save(review, marks=dict.fromkeys(Criterion, given), comment="", now=now)
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
    return deciding.propose(
        application or make_reviewed(**changes),
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
