"""Becoming a reviewer by a link, and what a reviewer says of themselves."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.asking import SignedIn
from brustart.accounts.models import User
from brustart.core.errors import Refused

from .. import joining, rounds, seating
from ..forms.panels import ExpertiseForm, JoinForm
from ..models import PanelInvitation, Panelist


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked, by whom, until when; somebody new makes an account on the way."""
    now = timezone.now()
    try:
        invitation = joining.read(token, now=now)
    except Refused as refusal:
        return render(request, "review/join.html", {"refused": str(refusal)}, status=410)
    account, form = joining.account_of(invitation), None
    if account is None:
        form = JoinForm(request.POST if request.method == "POST" else None, email=invitation.email)
    try:
        if form and form.is_valid():
            read = form.cleaned_data
            person = joining.join(
                token, name=read["name"], about=read["about"], password=read["password"], now=now
            )
            onward = _seated(request, person, invitation)
            record_authentication(request, person, method="password", email=person.email)
            return perform_login(request, person, email=person.email, redirect_url=onward.url)
        if account and request.method == "POST" and request.user == account:
            joining.accept(token, user=account, now=now)
            return _seated(request, account, invitation)
    except Refused as refusal:
        return render(request, "review/join.html", {"refused": str(refusal)}, status=409)
    known = {
        "invitation": invitation,
        "round": rounds.of(invitation.call),
        "account": account,
        "form": form,
        "is_own": account is not None and request.user == account,
        "login_url": f"{reverse('account_login')}?next={request.path}",
    }
    return render(request, "review/join.html", known)


def _seated(
    request: HttpRequest, person: User, invitation: PanelInvitation
) -> HttpResponseRedirect:
    messages.success(request, _("Welcome to the panel. Say what you read and know."))
    seat = Panelist.objects.get(call=invitation.call, reviewer=person)
    return HttpResponseRedirect(reverse("expertise", args=[seat.pk]))


@require_safe
def seats(request: SignedIn) -> HttpResponse:
    """The panels that a reviewer sits on."""
    rows = visible_to(request.user, Panelist).filter(reviewer=request.user, call__listed=True)
    known = {"seats": rows.select_related("call", "reviewer").order_by("-call__closes_at")}
    return render(request, "review/seats.html", known)


@require_http_methods(["GET", "HEAD", "POST"])
def expertise(request: SignedIn, pk: int) -> HttpResponse:
    """What a reviewer reads, knows, can take, and has ties with, in one call."""
    seat = get_or_404(request.user, Panelist, "call", "reviewer", pk=pk)
    form = ExpertiseForm(request.POST if request.method == "POST" else None, instance=seat)
    if form.is_valid():
        seating.change(form.instance, actor=request.user, now=timezone.now())
        messages.success(request, _("Kept. Thank you."))
        return redirect("reviewing")
    return render(request, "review/expertise.html", {"seat": seat, "form": form})


@require_POST
def revoke(request: SignedIn, pk: int) -> HttpResponse:
    """Take an invitation to a panel back."""
    invitation = get_or_404(request.user, PanelInvitation, "call", pk=pk)
    try:
        joining.revoke(invitation, actor=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The invitation is taken back: its link no longer works."))
    return redirect("panel", code=invitation.call.code)
