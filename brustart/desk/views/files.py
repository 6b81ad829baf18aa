"""A file's page, the list of all files, and where each role begins its day."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from applications import lifecycle, sharing, timeline, todo, uploading
from applications.models import Application, Part
from applications.reading import answers_for_reading
from applications.states import FINAL, JUDGED, TONES, State, for_applicant
from applications.views import documents
from brustart.accounts.access import visible_to
from brustart.accounts.asking import SignedIn
from brustart.accounts.models import Role, User
from brustart.desk import acts, filters, judgement, machinery, progress, waiting
from scoring.review import conflicts
from scoring.review.models import Panelist, Review
from scoring.review.reading import TONES as TONES_OF_REVIEWS
from scoring.review.reviewing import own_marks_are_in
from scoring.screening import likeness
from scoring.screening.conditions import conditions
from scoring.screening.models import Run
from scoring.screening.reading import Verdicts, prescore_for_reading, verdicts_for_reading
from scoring.screening.verdicts import SCREENED

from . import exchanges, letters

HOMES = {
    Role.APPLICANT: "my_files",
    Role.REVIEWER: "reviewing",
    Role.FUND_MANAGER: "capacity",
    Role.AUDITOR: "capacity",
    Role.ADMINISTRATOR: "system",
}
RELATED = ("call__envelope", "startup", "author", "form_version", "submission", "award__proposal",
           "rejection")  # fmt: skip
DECIDED = frozenset({*acts.AFTER_AWARD, State.REJECTED, State.INELIGIBLE})
PAGE = 25


@require_GET
def home(request: SignedIn) -> HttpResponse:
    """Where this role begins."""
    return redirect(HOMES[Role(request.user.role)])


@require_GET
def file(request: SignedIn, pk: int) -> HttpResponse:
    """Everything about one file that this person may know, and what they may do with it."""
    application = sharing.find(request.user, *RELATED, pk=pk)
    if application.state == State.DRAFT and request.user.is_applicant:
        return redirect("tasks", pk=pk)
    if application.my_part == Part.ACCOUNTANT:
        return _figures_only(request, application)
    return render(request, "desk/file.html", _page(request, application))


def _figures_only(request: SignedIn, application: Application) -> HttpResponse:
    """Where an accountant goes, who may not know what became of the file."""
    if lifecycle.open_request(application, now=timezone.now()):
        return redirect("tasks", pk=application.pk)
    messages.info(request, _("As an accountant you see the figures of a file while it is written."))
    return redirect("my_files")


@require_GET
def steps(request: SignedIn, pk: int) -> HttpResponse:
    """How far the screening is; with its last step, also what changes elsewhere on the page."""
    application = sharing.find(request.user, *RELATED, pk=pk)
    if application.my_part == Part.ACCOUNTANT:
        raise Http404
    return render(request, "desk/steps.html", _screening(request, application) | {"again": True})


@require_POST
def retry(request: SignedIn, pk: int) -> HttpResponse:
    """Let the worker try again what failed in the screening of a file."""
    application = sharing.find(request.user, *RELATED, pk=pk)
    now = timezone.now()
    found = progress.of(application, now=now)
    for step in found.failed if found else []:
        machinery.retry(step, actor=request.user, now=now)
    messages.success(request, _("Queued again: a worker will try it now."))
    return redirect(reverse("file", args=[pk]) + "#screening")


def _screening(request: SignedIn, application: Application) -> dict[str, Any]:
    user = request.user
    found = progress.of(application, now=timezone.now())
    run = found.run if found else None
    inside = not application.startup.members.filter(pk=user.pk).exists()
    state = State(application.state) if inside else for_applicant(State(application.state))
    return {
        "file": application,
        "state_label": state.label,
        "tone": TONES[state],
        "acts": acts.possible(user, application),
        "progress": found,
        "run": run,
        "verdicts": _verdicts(user, application, run) if run else None,
        "likenesses": likeness.alike(user, run) if run else [],
        "runs": Run.objects.kept(application.pk) if user.oversees else [],
        "inside": inside,
        "next_step": None if inside else todo.NEXT.get(state),
        "is_final": state in FINAL,
    }


def _verdicts(user: User, application: Application, run: Run) -> Verdicts:
    """What the rules found, with what a fund manager may do about each."""
    found = verdicts_for_reading(run)
    if not user.is_fund_manager or application.state not in SCREENED:
        return found
    for one in found.every:
        asked = one["override"]
        if asked is None:
            one["override_url"] = reverse("override", args=[one["pk"]])
        elif asked.accepted is None and asked.asked_by_id != user.pk:
            one["answer_url"] = reverse("answer_override", args=[asked.pk])
    return found


def _advice(user: User, application: Application, run: Run | None) -> dict[str, Any]:
    """The pre-score, unless this reviewer still has to judge alone."""
    if run is None or not own_marks_are_in(user, application):
        return {}
    return {"prescore": prescore_for_reading(run, on=timezone.localdate())}


def _page(request: SignedIn, application: Application) -> dict[str, Any]:
    page = _screening(request, application) | _decision(application)
    entries = application.timeline.select_related("actor")
    submission = application.submission
    if page["inside"]:
        page |= _advice(request.user, application, page["run"])
        page["judgement"] = judgement.of(request.user, application)
    if not request.user.oversees:  # a reviewer does not learn here who else reads
        entries = entries.filter(for_applicant=True)
    return page | {
        "back_url": _back(request),
        "submission": submission,
        "answers": answers_for_reading(submission) if submission else [],
        "lines": _documents(application),
        "papers": submission.papers.order_by("pk") if submission else [],
        "timeline": timeline.lines(entries, named=page["inside"]),
        **_exchanges(request, application, inside=page["inside"]),
    }


def _documents(application: Application) -> list[Any]:
    """The documents handed in, for components/documents.html."""
    return documents.lines(list(uploading.readable(application.documents.all())))


def _decision(application: Application) -> dict[str, Any]:
    """What was decided, and why."""
    state = State(application.state)
    return {
        "decided": state in DECIDED,
        "award": getattr(application, "award", None),
        "conditions": conditions(application) if state in acts.AFTER_AWARD else [],
        "rejection": getattr(application, "rejection", None),
        "ineligible": application.timeline.filter(kind="ineligible").last()
        if state == State.INELIGIBLE
        else None,
    }


def _exchanges(request: SignedIn, application: Application, *, inside: bool) -> dict[str, Any]:
    """What the startup and the fund say to each other, for these two; and what comes next."""
    if inside and not request.user.oversees:
        return {}
    shown = exchanges.shown_with(request.user, application, now=timezone.now())
    shown |= {"takes_part": True, "mails": letters.about(request.user, application)}
    return shown


def _back(request: SignedIn) -> str:
    return reverse("files" if request.user.oversees else HOMES[Role(request.user.role)])


@require_GET
def listing(request: SignedIn) -> HttpResponse:
    """All submitted files, found by call, state, track or words."""
    every = visible_to(request.user, Application).exclude(submitted_at=None)
    found = filters.find(request.GET, every)
    rows = found.qs.select_related("call", "startup", "panel_score", "rank")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.tone = TONES[State(row.state)]
        row.judged = row.state in JUDGED
    return render(
        request,
        "desk/files.html",
        {
            "filter": found,
            "page_obj": page,
            "total": every.count(),
            "states": waiting.by_state(every),
            "filtered": any(value for key, value in request.GET.items() if key != "page"),
        },
    )


@require_GET
def reviewing(request: SignedIn) -> HttpResponse:
    """A reviewer's two lists: to score, and to approve."""
    reviewer = request.user
    to_score: list[Any] = list(waiting.to_score(reviewer))  # with minutes
    return render(
        request,
        "desk/reviewing.html",
        {
            "to_declare": conflicts.to_declare(reviewer).count(),
            "unsaid": visible_to(reviewer, Panelist)
            .filter(reviewer=reviewer, topics=[], call__listed=True)
            .first(),
            "to_score": [
                (review, TONES_OF_REVIEWS[Review.State(review.state)]) for review in to_score
            ],
            "minutes": sum(review.minutes for review in to_score),
            "today": timezone.localdate(),
            "to_approve": waiting.to_approve(reviewer),
            "handed_in": waiting.handed_in(reviewer)[:PAGE],
            "voted": waiting.voted(reviewer)[:PAGE],
        },
    )
