"""Demo mode alone: becoming somebody, filling with an example, the tour."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from applications.models import Application
from brustart.accounts.access import get_or_404
from brustart.accounts.models import Role, User
from brustart.core.errors import Refused
from brustart.desk.demo import example as examples
from brustart.desk.demo import people, tour
from brustart.desk.navigation import may_stay

BACKEND = "django.contrib.auth.backends.ModelBackend"


def demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Nothing here exists outside demo mode."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@demo_only
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Three cards; everybody else folded away."""
    groups = people.groups(request.user)
    texts = {
        Role.APPLICANT: _("Apply for pre-seed money, and follow your file."),
        Role.REVIEWER: _("Score files, and approve awards or refuse them."),
        Role.FUND_MANAGER: _("Propose awards, and see what the fund has left."),
    }
    cards = [
        {"title": group.label, "text": texts[Role(one.role)], "detail": one.name, "value": one.pk}
        for group in groups
        for one in group.people[:1]
        if group.label in [label for label, _belongs in people.GROUPS[:3]]
    ]
    return render(request, "desk/demo.html", {"cards": cards, "groups": groups})


@demo_only
@require_POST
def become(request: HttpRequest) -> HttpResponse:
    """Log in as a demo account, on the same page if that person may see it."""
    card = request.POST.get("card", "")
    key = card or request.POST.get("person", "")
    if not key.isdecimal():
        raise Http404
    person = get_object_or_404(people.everybody(), pk=int(key))
    _log_in(request, person)
    ended = request.session.get(tour.KEY, {}) is None
    if card and not ended and person.role in tour.BEGINS:
        _keep(request, tour.BEGINS[Role(person.role)], begun=False)
    return redirect(may_stay(person, _safe_next(request)) or "home")


def _log_in(request: HttpRequest, person: User) -> None:
    """A new session for the person; the tour, on or ended, goes along."""
    kept = {key: request.session[key] for key in (tour.KEY,) if key in request.session}
    login(request, person, backend=BACKEND)
    request.session.update(kept)


def _safe_next(request: HttpRequest) -> str:
    """The page the form was on, if it is one of ours."""
    wanted = request.POST.get("next", "")
    hosts, https = {request.get_host()}, request.is_secure()
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=https)
    return wanted if safe and wanted.startswith("/") else ""


@demo_only
@require_POST
def example(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill one's draft with an example in the language of the page."""
    application = get_or_404(request.user, Application, pk=pk, startup__members=request.user)
    try:
        examples.fill(application, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("file", pk=pk)
    messages.success(request, _("Filled with an example. Check it, change what you like, submit."))
    return redirect("check", pk=pk)


@demo_only
@require_POST
def tour_step(request: HttpRequest) -> HttpResponse:
    """Become the person of a step and go to its page."""
    number = request.POST.get("step", "1")
    if not number.isdecimal() or not 1 <= int(number) <= len(tour.STEPS):
        raise Http404
    stop = tour.STEPS[int(number) - 1].stop()
    if stop.person is None:
        raise Http404
    if request.user != stop.person:
        _log_in(request, stop.person)
    _keep(request, int(number), begun=True)
    return redirect(stop.url)


def _keep(request: HttpRequest, step: int, *, begun: bool) -> None:
    request.session[tour.KEY] = {"step": step, "begun": begun}


@demo_only
@require_POST
def tour_dismiss(request: HttpRequest) -> HttpResponse:
    """End the tour, on the page where one is."""
    request.session[tour.KEY] = None
    return redirect(_safe_next(request) or "home")
