"""The reading room: a file and its documents beside one's own marks; and abstaining."""

import re
import secrets
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications import picturing
from applications.states import State
from applications.views.documents import sent
from brustart.accounts.access import get_or_404
from brustart.accounts.asking import SignedIn
from brustart.core.errors import Refused
from scoring.screening.forms import ReasonForm
from scoring.screening.models import Run
from scoring.screening.reading import prescore_for_reading, verdicts_for_reading

from .. import assigning, reviewing, room, rounds, rubrics
from ..conflicts import has_spoken
from ..forms.marking import ReviewForm, so_far
from ..models import Mark, Review
from ..room import Paperwork, Table

PARTS = ("application__startup", "application__call", "application__submission")
NUMBER = re.compile(r"[0-9]{1,9}")


def _own(request: SignedIn, pk: int) -> Review:
    """The reader's own review of the file."""
    return get_or_404(request.user, Review, *PARTS, application=pk, reviewer=request.user.pk)


def _opened(request: SignedIn, pk: int) -> Review:
    """The same, once they have said what ties them to the file."""
    own = _own(request, pk)
    if not has_spoken(own.application, request.user):
        raise Http404
    return own


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: SignedIn, pk: int) -> HttpResponse:
    """The file left, one's own marks right."""
    own = _own(request, pk)
    if not has_spoken(own.application, request.user):
        return redirect("declarations")
    if request.method != "POST":
        form = ReviewForm(initial=so_far(own), grid=rubrics.of_review(own))
        return _page(request, own, form)
    if own.state == Review.State.DONE:
        messages.info(request, _("You have handed in this review. Its marks stay as they are."))
        return redirect("review", pk=pk)
    return _keep(request, own)


def _keep(request: SignedIn, own: Review) -> HttpResponse:
    """Keep what was typed; hand it in when that was asked and everything is there."""
    by_itself = request.accepts("application/json") and not request.accepts("text/html")
    act, now = request.POST.get("act", ""), timezone.now()
    form = ReviewForm(request.POST, grid=rubrics.of_review(own), complete=act == "hand_in")
    form.is_valid()  # reads it; what cannot be read is not kept, and is shown as it was typed
    begun_from = request.POST.get("version", "")
    try:
        kept = reviewing.save(
            own,
            form.written(),
            begun_from=int(begun_from) if NUMBER.fullmatch(begun_from) else own.version,
            page=request.POST.get("page", "")[:32].replace("\0", ""),
            now=now,
        )
        if by_itself:
            saved = _("Saved %(time)s") % {"time": date_format(timezone.localtime(now), "H:i")}
            return JsonResponse({"version": kept.version, "saved": saved})
        if form.errors:
            if act == "hand_in":
                words = _("What you wrote is kept, but it is not handed in yet.")
                messages.warning(request, words)
            return _page(request, kept, form)
        if act == "hand_in":
            reviewing.hand_in(kept, actor=request.user, now=now)
    except reviewing.StaleReview as refusal:
        if by_itself:
            return JsonResponse({"message": str(refusal)}, status=409)
        own.refresh_from_db()
        return _page(request, own, form, refused=str(refusal), status=409)
    except Refused as refusal:
        if by_itself:
            return JsonResponse({"message": str(refusal)}, status=409)
        messages.error(request, str(refusal))
        return redirect("review", pk=own.application_id)
    if act == "hand_in":
        messages.success(request, _("Your review is handed in. Thank you."))
    else:
        messages.success(request, _("Your marks are kept. Nobody sees them until you hand in."))
    return redirect("review", pk=own.application_id)


def _page(
    request: SignedIn, own: Review, form: ReviewForm, *, refused: str = "", status: int = 200
) -> HttpResponse:
    """With `refused` the form holds what was typed, and what another tab kept stands beside it."""
    application = own.application
    table = Table(application)
    before, after = room.following(request.user, application)
    run = Run.objects.of(application.submission_id)
    found = verdicts_for_reading(run) if run else None
    may_see = run is not None and reviewing.own_marks_are_in(request.user, application)
    known: dict[str, Any] = {
        "application": application,
        "table": table,
        "review": own,
        "form": form,
        "marks": _marks(own, form.grid),
        "open": own.is_open and application.state == State.IN_REVIEW,
        "verdicts": found,
        "blind_verdicts": table.blind.verdicts(found.every) if table.blind and found else None,
        "prescore": prescore_for_reading(run, on=timezone.localdate()) if run and may_see else None,
        "before": before,
        "after": after,
        "phase": rounds.phase_of(application, table.round).value,
        "late": table.round.is_late(timezone.localdate()),
        "minutes": room.minutes_of(own),
        "page_token": secrets.token_hex(8),
        "refused_text": refused,
    }
    return render(request, "review/review.html", known, status=status)


def _marks(own: Review, grid: rubrics.Grid) -> list[tuple[str, Mark]]:
    """The marks as they stand, with the criteria's names."""
    by = {mark.criterion: mark for mark in own.marks.all()}
    return [(one.label, by[one.key]) for one in grid.measures if one.key in by]


@require_safe
def document(request: SignedIn, pk: int, place: int) -> FileResponse:
    """The bytes of a document, to keep; with `?inline` a picture is shown in the browser."""
    one = _document(request, pk, place)
    return sent(one.document, name=one.name, inline="inline" in request.GET and one.is_picture)


@require_safe
def page(request: SignedIn, pk: int, place: int, number: int) -> HttpResponse:
    """One page of a PDF as a picture."""
    try:
        drawn = picturing.page(_document(request, pk, place).document, number)
    except picturing.CannotDraw:
        raise Http404 from None
    response = HttpResponse(drawn, content_type=picturing.MEDIA_TYPE)
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def _document(request: SignedIn, pk: int, place: int) -> Paperwork:
    one = Table(_opened(request, pk).application).document(place)
    if one is None:
        raise Http404
    return one


@require_safe
def download(request: SignedIn) -> StreamingHttpResponse:
    """All files in hand as one ZIP."""
    response = StreamingHttpResponse(room.archive(request.user), content_type="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="brustart.zip"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def abstain(request: SignedIn, pk: int) -> HttpResponse:
    """Say that one cannot judge the file, without a conflict of interest."""
    own = _opened(request, pk)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        label=_("Why can you not judge this file?"),
        hint=_("For example: it is too far from your field. The fund reads it."),
    )
    if form.is_valid():
        try:
            assigning.abstain(
                own, reason=form.cleaned_data["reason"], actor=request.user, now=timezone.now()
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("You have abstained. The fund gives the file to another."))
        return redirect("reviewing")
    known = {"application": own.application, "table": Table(own.application), "form": form}
    return render(request, "review/abstain.html", known)
