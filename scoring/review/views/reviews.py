"""Giving files to reviewers, the reading room, stepping back, and the ranked list."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from applications.models import Application
from applications.reading import answers_for_reading
from applications.states import State
from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.models import User
from brustart.core.errors import Refused
from brustart.core.money import ZERO
from brustart.fund import capacity
from brustart.fund.models import Call
from scoring.screening.forms import ReasonForm
from scoring.screening.models import Run
from scoring.screening.reading import prescore_for_reading, verdicts_for_reading

from ...grid import Criterion
from .. import assigning, freezing, reading, reviewing
from ..forms import AssignForm, ReviewForm, marks_so_far
from ..models import ConflictOfInterest, FrozenRanking, PanelStatistics, Review
from ..ranking import Ranked, is_being_ranked, line_of
from ..ranking import rows as ranking_of

PARTS = ("startup", "call", "submission")
LINES_A_PAGE = 25


@require_http_methods(["GET", "POST"])
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose who of the panel reads the file."""
    application = get_or_404(request.user, Application, *PARTS, pk=pk)
    panel = reading.candidates(application)
    form = AssignForm(
        request.POST if request.method == "POST" else None, people=[one.person.pk for one in panel]
    )
    status = 200
    if form.is_valid():
        refusals = _give(request, application, form.cleaned_data["reviewers"])
        if not refusals:
            return redirect("file", pk=application.pk)
        for refusal in refusals:
            form.add_error("reviewers", refusal)
        application.refresh_from_db(fields=["state"])
        panel, status = reading.candidates(application), 409
    known = {
        "application": application,
        "form": form,
        "panel": panel,
        "chosen": request.POST.getlist("reviewers") or _suggested(application),
        "possible": application.state in assigning.OPEN_TO_REVIEW,
        "reopens": application.state == State.REVIEWED,
    }
    return render(request, "review/assign.html", known, status=status)


def _suggested(application: Application) -> list[str]:
    """Who was proposed, as the form's values."""
    return [str(key) for key in application.suggestions.values_list("reviewer", flat=True)]


def _give(request: HttpRequest, application: Application, chosen: Iterable[User]) -> list[str]:
    """Give the file to each; returns the refusals, with names."""
    given, refusals, now = 0, [], timezone.now()
    for person in chosen:
        try:
            assigning.assign(application, reviewer=person, actor=request.user, now=now)
            given += 1
        except Refused as refusal:
            refusals.append(f"{person} – {refusal}")
    if given:
        words = ngettext(
            "The file is given to %(count)s reviewer, who is told by mail.",
            "The file is given to %(count)s reviewers, who are told by mail.",
            given,
        )
        messages.success(request, words % {"count": given})
    return refusals


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """The reading room: the file left, one's own marks right."""
    application = get_or_404(request.user, Application, *PARTS, pk=pk)
    own = get_or_404(request.user, Review, application=application, reviewer=request.user.pk)
    if request.method != "POST":
        return _room(request, application, own, ReviewForm(initial=marks_so_far(own)))
    if own.state == Review.State.DONE:
        messages.info(request, _("You have handed in this review. Its marks stay as they are."))
        return redirect("review", pk=pk)
    try:
        return _keep(request, application, own)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("review", pk=pk)


def _keep(request: HttpRequest, application: Application, own: Review) -> HttpResponse:
    """Keep what was typed; hand it in when that was asked and everything is there."""
    handing_in, now = request.POST.get("act") == "hand_in", timezone.now()
    form = ReviewForm(request.POST, complete=handing_in)
    if form.is_valid() or handing_in:
        comment = form.cleaned_data.get("comment", "")
        own = reviewing.save(own, marks=form.given(), comment=comment, now=now)
    if not form.is_valid():
        if handing_in:
            messages.warning(request, _("What you wrote is kept, but it is not handed in yet."))
        return _room(request, application, own, form)
    if handing_in:
        reviewing.hand_in(own, actor=request.user, now=now)
        messages.success(request, _("Your review is handed in. Thank you."))
    else:
        messages.success(request, _("Your marks are kept. Nobody sees them until you hand in."))
    return redirect("review", pk=application.pk)


def _room(
    request: HttpRequest, application: Application, own: Review, form: ReviewForm
) -> HttpResponse:
    run = Run.objects.of(application.submission_id)
    may_see = run is not None and reviewing.own_marks_are_in(request.user, application)
    known: dict[str, Any] = {
        "application": application,
        "review": own,
        "form": form,
        "marks": sorted(own.marks.all(), key=lambda mark: Criterion.values.index(mark.criterion)),
        "open": own.state != Review.State.DONE and application.state == State.IN_REVIEW,
        "answers": answers_for_reading(application.handed_in),
        "verdicts": verdicts_for_reading(run) if run else None,
        "run": run,
        "prescore": prescore_for_reading(run, on=timezone.localdate()) if run and may_see else None,
    }
    return render(request, "review/review.html", known)


@require_http_methods(["GET", "POST"])
def conflict(request: HttpRequest, pk: int) -> HttpResponse:
    """Step back from a file. A second click finds the first one done."""
    declared = visible_to(request.user, ConflictOfInterest).filter(application=pk)
    if request.method == "POST" and declared.exists():
        return redirect("reviewing")
    application = get_or_404(request.user, Application, "startup", "call", pk=pk)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        label=_("What ties you to this startup or its people?"),
        hint=_("A few words are enough. The fund reads them; the startup does not."),
    )
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        assigning.recuse(application, reviewer=request.user, reason=reason, now=timezone.now())
        words = _("You have stepped back from %(file)s. You no longer see it.")
        messages.success(request, words % {"file": application.reference})
        return redirect("reviewing")
    return render(request, "review/conflict.html", {"application": application, "form": form})


@require_safe
def ranking(request: HttpRequest, code: str) -> HttpResponse:
    """A call's judged files by place, beside what is left."""
    call = get_or_404(request.user, Call, "envelope__account", code=code)
    left = capacity.of(call.envelope.account, proposed=ZERO).left
    rows = ranking_of(call)
    page, line = (
        Paginator(rows, LINES_A_PAGE).get_page(request.GET.get("page")),
        line_of(rows, left),
    )
    known = {
        "call": call,
        "left": left,
        "lines": [Ranked(rank, left, line, page.paginator.count) for rank in page],
        "statistics": PanelStatistics.objects.filter(call=call).first(),
        "frozen": freezing.newest(call),
        "page_obj": page,
        "busy": is_being_ranked(call),
        "unranked": call.applications.filter(state=State.IN_REVIEW).count(),
    }
    return render(request, "review/ranking.html", known)


@require_http_methods(["GET", "HEAD", "POST"])
def freeze(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the ranking as it is now, after reading what that means."""
    call, refused = get_or_404(request.user, Call, code=code), ""
    if request.method == "POST" and isinstance(request.user, User):
        try:
            kept = freezing.freeze(call, actor=request.user, now=timezone.now())
        except Refused as refusal:
            refused = str(refusal)
        else:
            words = _("Ranking %(number)s is frozen.") % {"number": kept.number}
            messages.success(request, words)
            return redirect("frozen_ranking", pk=kept.pk)
    known = {"call": call, "refused": refused}
    return render(request, "review/freeze.html", known, status=409 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def frozen(request: HttpRequest, pk: int) -> HttpResponse:
    """A ranking as it was frozen; computed again when that is asked."""
    kept = get_or_404(request.user, FrozenRanking, "call", "by", pk=pk)
    lines = Paginator(kept.content["lines"], LINES_A_PAGE)
    known = {
        "frozen": kept,
        "page_obj": lines.get_page(request.GET.get("page")),
        "holds": freezing.holds(kept) if request.method == "POST" else None,
    }
    return render(request, "review/frozen.html", known)
