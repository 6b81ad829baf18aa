"""Proposing: a fund manager puts an award before the panel, anew, or takes it back; the Finance
Inspector's opinion is recorded."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applications.models import Application
from applications.states import State
from brustart.accounts.access import get_or_404
from brustart.core.errors import Refused
from brustart.core.money import euros
from brustart.fund import deminimis

from .. import deciding, drafting, proposing
from ..forms.deciding import OpinionForm, ProposalForm, TakeBackForm
from ..models import Proposal
from ..reading import stakes
from .acting import ActPage, data, perform
from .deciding import PARTS, about

BOTH = require_http_methods(["GET", "POST"])


@BOTH
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an amount, an instrument and reasons before the panel."""
    application = get_or_404(request.user, Application, *PARTS, pk=pk)
    begun = {
        "amount": application.requested,
        "reasons": drafting.draft_reasons(application),
    }
    form = ProposalForm(request.POST if request.method == "POST" else None, initial=begun)
    done = _("The award is proposed. The panel is told by mail and decides.")
    return _page(request, application, form, partial(proposing.propose, application), done)


@BOTH
def revise(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an open proposal, or renew it when what lies under it changed."""
    application = get_or_404(request.user, Application, *PARTS, pk=pk)
    proposal = _open(application)
    names = ("amount", "instrument", "conditions", "reasons")
    begun = {name: getattr(proposal, name) for name in names}
    form = ProposalForm(request.POST if request.method == "POST" else None, initial=begun)
    done = _("It is proposed anew. The panel is told by mail; approvals given before are void.")
    read_hash = request.POST.get("read_hash", "")
    act = partial(proposing.revise, proposal, read_hash=read_hash)
    return _page(request, application, form, act, done, proposal=proposal)


def _page(
    request: HttpRequest,
    application: Application,
    form: ProposalForm,
    act: Any,
    done: str,
    proposal: Proposal | None = None,
) -> HttpResponse:
    status = 200
    if form.is_valid():
        try:
            act(actor=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            application.refresh_from_db(fields=["state"])
            status = 409
        else:
            messages.success(request, done)
            return redirect("file", pk=application.pk)
    numbers = proposing.undertaking_of(application)
    known = {
        **about(application, State.PROPOSED),
        "form": form,
        "stakes": stakes(application, request.user),
        "headroom": deminimis.headroom(
            numbers,
            timezone.localdate(),
            besides=proposing.reference(proposal) if proposal else "",
        ),
        "proposal": proposal,
        "given": deciding.approvals(proposal).count() if proposal else 0,
    }
    if proposal:
        known["possible"] = proposal.state == Proposal.State.OPEN
    return render(request, "awards/propose.html", known, status=status)


def _open(application: Application) -> Proposal:
    found = application.proposals.filter(state=Proposal.State.OPEN).first()
    if found is None:
        raise Http404
    return found


def _about_proposal(application: Application, **words: Any) -> ActPage:
    return ActPage(
        back=(reverse("file", args=[application.pk]), application.reference),
        caption=f"{application.reference} · {application.startup}",
        **words,
    )


@BOTH
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """An open proposal comes to nothing."""
    application = get_or_404(request.user, Application, *PARTS, pk=pk)
    proposal = _open(application)
    page = _about_proposal(
        application,
        heading=_("Take the proposal back"),
        button=_("Take the proposal back"),
        look="danger",
        facts=((_("Amount proposed"), euros(proposal.amount)),),
        consequence=_("The panel can no longer approve it. The file is reviewed as before."),
        done=_("The proposal is taken back."),
    )
    act = partial(proposing.take_back, proposal)
    return perform(request, page, TakeBackForm(**data(request)), act)


@BOTH
def opinion(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the Finance Inspector's opinion on an open proposal, with its document."""
    application = get_or_404(request.user, Application, *PARTS, pk=pk)
    proposal = _open(application)
    page = _about_proposal(
        application,
        heading=_("Opinion of the Finance Inspector"),
        button=_("Keep the opinion"),
        facts=((_("Amount proposed"), euros(proposal.amount)),),
        consequence=_("It is about the proposal as it is now: proposed anew, it needs another."),
        done=_("The opinion is kept."),
    )
    act = partial(proposing.record_opinion, proposal)
    form = OpinionForm(**data(request), initial={"read_hash": proposal.sha256})
    return perform(request, page, form, act)
