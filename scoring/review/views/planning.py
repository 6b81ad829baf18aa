"""Who is on a call's panel and knows what; who reads what, tried out and then given."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.asking import SignedIn
from brustart.accounts.links import NOT_USED
from brustart.core.errors import Refused
from brustart.fund.models import Call

from .. import following, joining, planning, rounds, seating
from ..forms.panels import InviteForm, PlanForm, SeatForm, SeatingForm
from ..forms.problems import problems
from ..models import AssignmentPlan, PanelInvitation, Panelist
from ..planned import loads, planned, progress_of


@require_http_methods(["GET", "HEAD", "POST"])
def panel(request: SignedIn, code: str) -> HttpResponse:
    """The call's panel; somebody may be added, or invited by mail."""
    call, now = get_or_404(request.user, Call, code=code), timezone.now()
    inviting = request.POST.get("act") == "invite"
    posted = request.POST if request.method == "POST" else None
    form = SeatingForm(None if inviting else posted, call=call)
    invite = InviteForm(posted if inviting else None, initial={"language": get_language()})
    if form.is_valid():
        seat = seating.add(call, form.cleaned_data["reviewer"], actor=request.user, now=now)
        return redirect("seat", pk=seat.pk)
    if invite.is_valid():
        try:
            made = joining.invite(call, **invite.cleaned_data, actor=request.user, now=now)
        except Refused as refusal:
            invite.add_error("email", str(refusal))
        else:
            words = _("%(email)s is invited by mail. The link works for two weeks.")
            messages.success(request, words % {"email": made.email})
            return redirect("panel", code=code)
    open_ones = visible_to(request.user, PanelInvitation).filter(NOT_USED, call=call)
    known = {
        "call": call,
        "round": rounds.of(call),
        "loads": loads(call),
        "form": form,
        "invite": invite,
        "problems": problems(form, invite),
        "invitations": [(one, one.is_open(now)) for one in open_ones],
        "undecided": following.undecided(call),
    }
    return render(request, "review/panel.html", known, status=422 if posted else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def seat(request: SignedIn, pk: int) -> HttpResponse:
    """What somebody of the panel reads, knows, and can take."""
    row = get_or_404(request.user, Panelist, "call", "reviewer", pk=pk)
    form = SeatForm(request.POST if request.method == "POST" else None, instance=row)
    if form.is_valid():
        seating.change(form.instance, actor=request.user, now=timezone.now())
        messages.success(request, _("Kept. It counts from the next plan on."))
        return redirect("panel", code=row.call.code)
    return render(request, "review/seat.html", {"seat": row, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def assignment(request: SignedIn, code: str) -> HttpResponse:
    """Try out who would read what; nothing is given yet."""
    call = get_or_404(request.user, Call, code=code)
    form, status = PlanForm(request.POST or None, initial={"wanted": planning.WANTED}), 200
    if request.method == "POST" and form.is_valid():
        try:
            made = planning.plan(
                call, wanted=form.cleaned_data["wanted"], actor=request.user, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            return redirect("plan", pk=made.pk)
    known = {
        "call": call,
        "form": form,
        "loads": loads(call),
        "plans": call.assignment_plans.select_related("made_by")[:5],
    }
    return render(request, "review/assignment.html", known, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: SignedIn, pk: int) -> HttpResponse:
    """What a plan would do and why; then how far it is done."""
    made = get_or_404(request.user, AssignmentPlan, "call", "made_by", pk=pk)
    if request.method == "POST":
        try:
            planning.apply(made, actor=request.user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("plan", pk=pk)
    known = {"plan": made, **planned(made), "progress": progress_of(made)}
    return render(request, "review/plan.html", known)


@require_safe
def progress(request: SignedIn, pk: int) -> HttpResponse:
    """How many files of a plan are given; asks again by itself until all are."""
    made = get_or_404(request.user, AssignmentPlan, "call", pk=pk)
    known: dict[str, Any] = {"plan": made, "progress": progress_of(made)}
    return render(request, "review/plan_progress.html", known)
