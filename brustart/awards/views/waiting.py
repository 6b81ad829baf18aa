"""The waiting list of an envelope: in order, what is left, and what is next."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.asking import SignedIn
from brustart.core.money import ZERO, euros
from brustart.fund.models import Envelope

from .. import promoting
from ..forms.deciding import PassOverForm
from ..models import Promotion
from ..reading import left_in
from .acting import ActPage, data, perform


@require_safe
def waiting(request: SignedIn, code: str) -> HttpResponse:
    """The files that wait for money, first come by rank, and those that fit now."""
    envelope = get_or_404(request.user, Envelope, "account", code=code)
    forward = visible_to(request.user, Promotion).filter(
        envelope=envelope, state=Promotion.State.OPEN
    )
    known = {
        "envelope": envelope,
        "capacity": left_in(envelope),
        "forward": forward.select_related("application__startup", "application__call"),
        "files": promoting.in_order(envelope),
        "manages": request.user.is_fund_manager,
    }
    return render(request, "awards/waiting.html", known)


@require_http_methods(["GET", "HEAD", "POST"])
def pass_over(request: SignedIn, pk: int) -> HttpResponse:
    """Leave the file that is next on the waiting list for now."""
    found = get_or_404(
        request.user, Promotion, "application__startup", "application__call__envelope", pk=pk
    )
    application = found.application
    code = application.call.envelope.code
    page = ActPage(
        heading=_("Pass this file over"),
        button=_("Pass it over"),
        back=(reverse("waiting_list", args=[code]), _("Waiting list")),
        caption=f"{application.reference} · {application.startup}",
        facts=(
            (_("Asked"), euros(application.requested or ZERO)),
            (_("Left for it"), euros(found.left)),
        ),
        consequence=_("It stays on the waiting list. The next file that fits is put forward."),
        done=_("Passed over. What fits next stands on the list."),
    )
    act = partial(promoting.pass_over, found)
    return perform(request, page, PassOverForm(**data(request)), act)
