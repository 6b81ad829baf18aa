"""The capacity of the fund: what is left, and what waits for whom."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from applications.models import Application
from brustart.accounts.access import visible_to
from brustart.desk import envelopes, waiting
from brustart.desk.asking import SignedIn


@require_GET
def capacity(request: SignedIn) -> HttpResponse:
    """Each listed envelope as a picture and in figures; then what needs somebody."""
    now = timezone.now()
    handed_in = visible_to(request.user, Application).filter(
        submitted_at__isnull=False, call__listed=True
    )
    return render(
        request,
        "desk/capacity.html",
        {
            "pictures": [envelopes.picture(one, now=now) for one in envelopes.listed()],
            "piles": waiting.piles(request.user),
            "to_confirm": waiting.to_confirm(request.user),
            "stopped": waiting.stopped(request.user),
            "states": waiting.by_state(handed_in),
            "now": now,
        },
    )
