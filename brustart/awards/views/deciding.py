"""Deciding: a fund manager rejects or keeps waiting; the panel approves or refuses."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applications.models import Application
from applications.states import MOVES, State
from brustart.accounts.access import get_or_404
from brustart.accounts.models import User
from brustart.accounts.verifying import second_factor_at
from brustart.core.errors import Refused
from brustart.core.money import euros
from brustart.fund import deminimis
from scoring.review.conflicts import to_declare
from scoring.review.reading import marks_for_reading
from scoring.screening.conditions import conditions

from .. import binding, deciding, proposing
from ..forms.deciding import RefusalForm, RejectionForm
from ..models import Award, Proposal, Vote
from ..reading import stakes

PARTS = ("startup", "call__envelope__account", "submission", "panel_score", "rank")


@require_http_methods(["GET", "POST"])
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide not to award."""
    application = get_or_404(request.user, Application, *PARTS, "author", pk=pk)
    form = RejectionForm(request.POST if request.method == "POST" else None)
    done = _("The file is closed without an award. The startup is told by mail.")
    status = _act(request, application, form, act=deciding.reject, done=done)
    if not status:
        return redirect("file", pk=pk)
    act = _("Decide not to award")
    known = {**about(application, State.REJECTED), "form": form, "act": act}
    return render(request, "awards/reject.html", known, status=status)


@require_http_methods(["GET", "POST"])
def wait(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a good file on the waiting list."""
    application = get_or_404(request.user, Application, *PARTS, "author", pk=pk)
    form = forms.Form(request.POST if request.method == "POST" else None)
    done = _("The file is on the waiting list. The startup is told by mail.")
    status = _act(request, application, form, act=deciding.keep_waiting, done=done)
    if not status:
        return redirect("file", pk=pk)
    known = {
        **about(application, State.WAITING),
        "act": _("Put on the waiting list"),
        "form": form,
        "stakes": stakes(application, request.user),
    }
    return render(request, "awards/wait.html", known, status=status)


def _act(
    request: HttpRequest,
    application: Application,
    form: forms.Form,
    *,
    act: Callable[..., Any],
    done: str,
) -> int:
    """Do the act with what a valid form says. 0 when it is done, else the page's status."""
    if not form.is_valid():
        return 200
    try:
        act(application, actor=request.user, now=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        application.refresh_from_db(fields=["state"])
        return 409
    messages.success(request, done)
    return 0


def about(application: Application, to: State) -> dict[str, Any]:
    """For a page: the file and its panel's judgement; `possible`: it can go `to` that state."""
    return {
        "application": application,
        "possible": to in MOVES[State(application.state)],
        "score": getattr(application, "panel_score", None),
        "rank": getattr(application, "rank", None),
        "marks": marks_for_reading(application),
        "conditions": conditions(application),
    }


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The approval page: what is proposed, what it costs, and the two acts."""
    try:
        application = get_or_404(request.user, Application, *PARTS, pk=pk)
    except Http404:
        return _decided_before(request, pk)
    proposal = application.proposals.select_related("proposed_by").last()
    if proposal is None:
        raise Http404
    form, refused = RefusalForm(), ""
    if request.method == "POST":
        refusing = request.POST.get("act") == "refuse"
        form = RefusalForm(request.POST if refusing else None)
        try:
            if done := _vote(request, proposal, form, refusing=refusing):
                messages.success(request, done)
                return redirect("reviewing")
        except deciding.NotConfirmed:
            messages.info(request, _("Show your second factor once more, then approve."))
            return redirect(f"{reverse('mfa_reauthenticate')}?next={request.path}")
        except Refused as refusal:
            refused = str(refusal)
            proposal.refresh_from_db()
            application.refresh_from_db(fields=["state"])
    return _approval_page(request, application, proposal, form, refused)


def _decided_before(request: HttpRequest, pk: int) -> HttpResponse:
    """A second click on a refusal, which hid the file from those who only vote on it; or a file
    that waits for the reader's word on what ties them to it."""
    if isinstance(request.user, User) and to_declare(request.user).filter(pk=pk).exists():
        return redirect("declarations")
    own = Vote.objects.filter(reviewer=request.user.pk, proposal__application=pk)
    if not own.exists():
        raise Http404
    messages.info(request, _("You have already decided on this proposal."))
    return redirect("reviewing")


def _vote(request: HttpRequest, proposal: Proposal, form: RefusalForm, *, refusing: bool) -> str:
    """Approve or refuse; returns what happened, or nothing while the reason is missing."""
    now, actor = timezone.now(), request.user
    if refusing:
        if not form.is_valid():
            return ""
        deciding.refuse(proposal, actor=actor, reason=form.cleaned_data["reason"], now=now)
        return _("You have refused the proposal. The fund manager is told your reason.")
    read_hash = request.POST.get("read_hash", "")
    award = deciding.approve(
        proposal, actor=actor, read_hash=read_hash, now=now, factor_at=second_factor_at(request)
    )
    return _what_happened(award, proposal)


def _what_happened(award: Award | None, proposal: Proposal) -> str:
    amount = {"amount": euros(proposal.amount)}
    if award:
        return _("%(amount)s is committed. The startup is told by mail.") % amount
    return _("You have approved %(amount)s. The award waits for another approval.") % amount


def _approval_page(
    request: HttpRequest,
    application: Application,
    proposal: Proposal,
    form: RefusalForm,
    refused: str,
) -> HttpResponse:
    at_stake = stakes(application, request.user)
    approvals = deciding.approvals(proposal).select_related("reviewer")
    known = {
        **about(application, State.AWARDED),
        "proposal": proposal,
        "is_open": proposal.state == Proposal.State.OPEN,
        "why_not": deciding.why_not_vote(proposal, request.user),
        "form": form,
        "refused": refused,
        "stakes": at_stake,
        "left_after": at_stake.left_after(proposal.amount),
        "headroom": deminimis.headroom(
            proposing.undertaking_of(application),
            timezone.localdate(),
            besides=proposing.reference(proposal),
        ),
        "approvals": approvals,
        "voided": deciding.voided(proposal).select_related("reviewer"),
        "unseated": deciding.unseated(proposal).select_related("reviewer"),
        "stale": proposal.state == Proposal.State.OPEN and not binding.holds(proposal),
        "opinion": proposing.opinion_on(proposal),
        "confirms": deciding.needs_factor(
            request.user, second_factor_at(request), now=timezone.now()
        ),
        "completes": len(approvals) + 1 >= application.call.quorum,
        "summary": application.handed_in.answers("project").get("summary", ""),
    }
    return render(request, "awards/decide.html", known, status=409 if refused else 200)
