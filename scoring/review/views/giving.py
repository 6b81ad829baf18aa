"""Giving a file to reviewers, and taking it back."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from applications.models import Application
from applications.states import State
from brustart.accounts.access import get_or_404
from brustart.accounts.asking import SignedIn
from brustart.accounts.models import User
from brustart.core.errors import Refused
from scoring.screening.forms import ReasonForm

from .. import assigning, reading
from ..forms.panels import AssignForm
from ..models import Review

PARTS = ("startup", "call", "submission")


@require_http_methods(["GET", "POST"])
def assign(request: SignedIn, pk: int) -> HttpResponse:
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
    """Who was proposed, as the form's values; nobody once the first readers are chosen."""
    if application.state != State.ELIGIBLE:
        return []
    return [str(key) for key in application.suggestions.values_list("reviewer", flat=True)]


def _give(request: SignedIn, application: Application, chosen: Iterable[User]) -> list[str]:
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


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: SignedIn, pk: int) -> HttpResponse:
    """Take a file back from a reviewer, to give it to another."""
    review = get_or_404(request.user, Review, "application__call", "reviewer", pk=pk)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        label=_("Why do you take it back?"),
        hint=_("The reviewer reads it in a mail. What they wrote stays kept."),
    )
    status = 200
    if form.is_valid():
        try:
            assigning.take_back(
                review, reason=form.cleaned_data["reason"], actor=request.user, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            words = _("The file is taken back from %(person)s. Give it to somebody else now.")
            messages.success(request, words % {"person": review.reviewer})
            return redirect("assign", pk=review.application_id)
    return render(request, "review/take_back.html", {"review": review, "form": form}, status=status)
