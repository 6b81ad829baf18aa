"""What those who marked a file say of it together, the marks they change, and the pitch."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applications.models import Application
from brustart.accounts.access import visible_to
from brustart.accounts.asking import SignedIn
from brustart.core.errors import Refused

from .. import discussing, rounds, rubrics
from ..conflicts import has_spoken
from ..forms.marking import ChangeForm, CommentForm, PitchForm
from ..forms.problems import problems
from ..models import Mark, MarkChange, PanelComment, Pitch, Review
from ..room import Table

ACTS = {"comment": "text", "change": "reason", "pitch": "questions"}  # and their long field


@require_http_methods(["GET", "HEAD", "POST"])
def discussion(request: SignedIn, pk: int) -> HttpResponse:
    """All marks of a file side by side, what is said of it, and one's own marks to change."""
    application = _file(request, pk)
    grid = rubrics.of(application.call)
    act = request.POST.get("act", "")
    data = {name: request.POST if act == name else None for name in ACTS}
    known: dict[str, Any] = {
        "comment": CommentForm(data["comment"], prefix="comment"),
        "change": ChangeForm(data["change"], prefix="change", grid=grid),
        "pitch": PitchForm(data["pitch"], prefix="pitch"),
    }
    status = 200
    if act in ACTS:
        form: forms.Form = known[act]
        if form.is_valid():
            try:
                messages.success(request, _do(request, application, act, form))
                return redirect("discussion", pk=pk)
            except Refused as refusal:
                form.add_error(None, str(refusal))
        status = 422
    page = _page(request, application, grid) | {f"{name}_form": known[name] for name in ACTS}
    page["problems"] = problems(*known.values())
    if status == 422 and not page["open"]:  # the forms are gone: what was typed is not
        page["not_kept"] = request.POST.get(f"{act}-{ACTS[act]}", "")
    return render(request, "review/discussion.html", page, status=status)


def _file(request: SignedIn, pk: int) -> Application:
    """A file whose marks the person may see side by side."""
    rows = visible_to(request.user, Review).filter(application=pk)
    if request.user.is_reviewer:
        rows = rows.filter(reviewer=request.user, state=Review.State.DONE)
    related = ("application__startup", "application__call", "application__submission")
    own = rows.select_related(*related).first()
    if own is None or (request.user.is_reviewer and not has_spoken(own.application, request.user)):
        raise Http404
    found = rounds.of(own.application.call)
    if not found.discusses or rounds.phase_of(own.application, found) is rounds.Phase.ALONE:
        raise Http404
    return own.application


def _do(request: SignedIn, application: Application, act: str, form: Any) -> str:
    """Comment, change a mark, or write the pitch down; what happened, in words."""
    person, now, read = request.user, timezone.now(), form.cleaned_data
    if act == "comment":
        discussing.comment(application, text=read["text"], author=person, now=now)
        return _("Your comment is kept. Those who marked this file see it.")
    if act == "pitch":
        discussing.note_pitch(
            application, held_on=read["held_on"], questions=read["questions"], actor=person, now=now
        )
        return _("The pitch is written down. Marks changed from now on are changed after it.")
    own = discussing.own(person, application)
    if own is None:
        raise discussing.NotTakingPart(
            _("Only your own marks, once handed in, can be changed here.")
        )
    discussing.change_mark(
        own, read["criterion"], value=form.value, reason=read["reason"], actor=person, now=now
    )
    return _("The mark is changed; the one before stays in the record. The ranking follows.")


def _page(request: SignedIn, application: Application, grid: rubrics.Grid) -> dict[str, Any]:
    person, found = request.user, rounds.of(application.call)
    is_open = rounds.phase_of(application, found) is rounds.Phase.TOGETHER
    reviews = list(
        visible_to(person, Review)
        .filter(application=application, state=Review.State.DONE)
        .select_related("reviewer")
        .order_by("done_at", "pk")
    )
    changes = visible_to(person, MarkChange).filter(review__in=reviews)
    said = visible_to(person, PanelComment).filter(application=application)
    return {
        "application": application,
        "table": Table(application) if person.is_reviewer else None,
        "reviews": reviews,
        "rows": _rows(reviews, grid),
        "changes": [
            (one, grid.measure(one.criterion).label)
            for one in changes.select_related("review__reviewer")
            if one.criterion in grid.keys
        ],
        "comments": said.select_related("author"),
        "pitch": visible_to(person, Pitch).filter(application=application).first(),
        "round": found,
        "open": is_open,
        "may_comment": is_open and discussing.takes_part(person, application),
        "own": discussing.own(person, application) if person.is_reviewer else None,
    }


def _rows(reviews: list[Review], grid: rubrics.Grid) -> list[dict[str, Any]]:
    """A criterion a row: its marks in the order of `reviews`."""
    marks = Mark.objects.filter(review__in=reviews)
    by = {(one.review_id, one.criterion): one for one in marks}
    return [
        {"measure": one, "marks": [(row, by.get((row.pk, one.key))) for row in reviews]}
        for one in grid.measures
    ]
