"""What ties a reviewer to files: said before they open, found, decided by the fund."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from applications.models import Application
from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.asking import SignedIn
from brustart.core.errors import Refused
from brustart.fund.models import Call
from scoring.screening.forms import ReasonForm

from .. import conflicts, room
from ..forms.conflicts import DecisionForm, DeclarationForm
from ..forms.problems import problems
from ..models import ConflictOfInterest, Review


@require_http_methods(["GET", "HEAD", "POST"])
def declarations(request: SignedIn) -> HttpResponse:
    """All files that wait for the reader's word, on one page, before any opens. What is answered is
    kept, whatever is left open."""
    data = request.POST if request.method == "POST" else None
    covers = room.covers(request.user)
    lines = [(one, DeclarationForm(data, prefix=str(one.file.pk))) for one in covers]
    if data is None or not lines:
        return render(request, "review/declarations.html", {"lines": lines})
    kept, now = 0, timezone.now()
    for cover, form in lines:
        if form.is_valid():
            conflicts.declare(
                cover.file,
                reviewer=request.user,
                answer=form.cleaned_data["answer"],
                word=form.cleaned_data["word"],
                now=now,
            )
            kept += 1
    if kept:
        words = ngettext("%(n)s answer is kept.", "%(n)s answers are kept.", kept)
        messages.success(request, words % {"n": kept})
    left = [(cover, form) for cover, form in lines if not form.is_valid()]
    if left:
        found = problems(*(form for _cover, form in left))
        return render(
            request, "review/declarations.html", {"lines": left, "problems": found}, status=422
        )
    return redirect("reviewing")


@require_http_methods(["GET", "HEAD", "POST"])
def conflict(request: SignedIn, pk: int) -> HttpResponse:
    """Step back from a file. A second click finds the first one done."""
    ties = ConflictOfInterest.objects.blocking().filter(application=pk, reviewer=request.user)
    if request.method == "POST" and ties.exists():
        return redirect("reviewing")
    application = _file(request, pk)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        label=_("What ties you to this startup or its people?"),
        hint=_("A few words are enough. The fund reads them; the startup does not."),
    )
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        conflicts.recuse(application, reviewer=request.user, reason=reason, now=timezone.now())
        words = _("You have stepped back from %(file)s. You no longer see it.")
        messages.success(request, words % {"file": application.reference})
        return redirect("reviewing")
    hidden = not visible_to(request.user, Application).filter(pk=pk).exists()
    known = {"application": application, "form": form, "hidden": hidden}
    return render(request, "review/conflict.html", known)


def _file(request: SignedIn, pk: int) -> Application:
    """A file that the person reads or votes on."""
    rows = visible_to(request.user, Review).filter(application=pk, reviewer=request.user)
    own = rows.select_related("application__startup", "application__call").first()
    if own:
        return own.application
    return get_or_404(request.user, Application, "startup", "call", pk=pk)


@require_safe
def ties(request: SignedIn, code: str) -> HttpResponse:
    """The ties of a call's panel: those that wait for a decision, then the others."""
    call = get_or_404(request.user, Call, code=code)
    rows = (
        visible_to(request.user, ConflictOfInterest)
        .filter(application__call=call)
        .select_related("application__startup", "reviewer", "decided_by")
        .order_by("-declared_at", "pk")
    )
    lines = [(one, conflicts.said(one)) for one in rows]
    known = {
        "call": call,
        "waiting": [(one, why) for one, why in lines if one.is_undecided],
        "settled": [(one, why) for one, why in lines if not one.is_undecided],
    }
    return render(request, "review/ties.html", known)


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: SignedIn, pk: int) -> HttpResponse:
    """Say whether what was found or doubted is a conflict of interest."""
    related = ("application__startup", "application__call", "reviewer")
    found = get_or_404(request.user, ConflictOfInterest, *related, pk=pk)
    if not found.is_undecided and request.method != "POST":
        raise Http404
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            conflicts.decide(
                found,
                lifted=form.cleaned_data["lifted"],
                reason=form.cleaned_data["reason"],
                actor=request.user,
                now=timezone.now(),
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Your decision is kept, with its reason."))
        return redirect("ties", code=found.application.call.code)
    known = {"conflict": found, "why": conflicts.said(found), "form": form}
    return render(request, "review/tie.html", known)
