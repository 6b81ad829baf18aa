"""How the panel of a call works, and what its files are marked on."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from brustart.accounts.access import get_or_404
from brustart.accounts.asking import SignedIn
from brustart.core.errors import Refused
from brustart.fund.models import Call

from .. import rounds, rubrics
from ..forms.panels import RoundForm
from ..forms.problems import problems
from ..forms.rubric import MeasuresForm, TotalForm, initial
from ..forms.rubric import measures as written


@require_http_methods(["GET", "HEAD", "POST"])
def call_round(request: SignedIn, code: str) -> HttpResponse:
    """How the panel of a call works: until when, blind or not, together or not, with a pitch."""
    call = get_or_404(request.user, Call, code=code)
    found = rounds.of(call)
    form = RoundForm(request.POST if request.method == "POST" else None, instance=found)
    status = 200
    if form.is_valid():
        try:
            rounds.change(form.instance, actor=request.user, now=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, _("Kept."))
            return redirect("panel", code=code)
    known = {"call": call, "form": form, "round": rounds.of(call)}
    return render(request, "review/round.html", known, status=status)


@require_POST
def close_round(request: SignedIn, code: str) -> HttpResponse:
    """End the discussion of a call's files."""
    call = get_or_404(request.user, Call, code=code)
    rounds.close(call, actor=request.user, now=timezone.now())
    messages.success(request, _("The discussion is closed. All marks stay as they are."))
    return redirect("panel_progress", code=code)


@require_http_methods(["GET", "HEAD", "POST"])
def rubric(request: SignedIn, code: str) -> HttpResponse:
    """What a call's files are marked on; a fund manager publishes another version."""
    call = get_or_404(request.user, Call, code=code)
    grid = rubrics.of(call)
    may_change = request.user.is_fund_manager and rubrics.is_open(call)
    data = request.POST if request.method == "POST" and may_change else None
    measures = MeasuresForm(data, initial=initial(grid), prefix="m")
    total = TotalForm(data, initial={"total": grid.total})
    status = 200
    if request.method == "POST":
        status = 422
        if not may_change:
            messages.error(request, _("Reviewers have begun to mark. Nothing was changed."))
            return redirect("rubric", code=code)
        if measures.is_valid() and total.is_valid():
            try:
                made = rubrics.publish(
                    call, written(measures), total=total.cleaned_data["total"],
                    actor=request.user, now=timezone.now(),
                )  # fmt: skip
            except Refused as refusal:
                total.add_error(None, str(refusal))
            else:
                words = _("Version %(n)s is published. Files are marked by it from now on.")
                messages.success(request, words % {"n": made.number})
                return redirect("rubric", code=code)
    known = {
        "call": call, "grid": grid, "may_change": may_change, "measures": measures, "total": total,
        "problems": problems(*measures.forms, total) if data is not None else [],
    }  # fmt: skip
    return render(request, "review/rubric.html", known, status=status)
