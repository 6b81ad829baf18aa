"""The ranked list of a call, live and frozen."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from applications.states import State
from brustart.accounts.access import get_or_404
from brustart.accounts.asking import SignedIn
from brustart.core.errors import Refused
from brustart.core.money import ZERO
from brustart.fund import capacity
from brustart.fund.models import Call

from .. import freezing
from ..models import FrozenRanking, PanelStatistics
from ..ranking import at_work, keys, lines, rows

LINES_A_PAGE = 25


@require_safe
def ranking(request: SignedIn, code: str) -> HttpResponse:
    """A call's judged files by place, beside what is left."""
    call = get_or_404(request.user, Call, "envelope__account", code=code)
    left = capacity.of(call.envelope.account, proposed=ZERO).left
    page = Paginator(keys(call), LINES_A_PAGE).get_page(request.GET.get("page"))
    shown = list(rows(call).filter(pk__in=list(page)))
    known = {
        "call": call,
        "left": left,
        "lines": lines(call, shown, left=left, last=page.paginator.count),
        "statistics": PanelStatistics.objects.filter(call=call).first(),
        "frozen": freezing.newest(call),
        "page_obj": page,
        "work": at_work(call),
        "unranked": call.applications.filter(state=State.IN_REVIEW).count(),
    }
    return render(request, "review/ranking.html", known)


@require_safe
def ranking_work(request: SignedIn, code: str) -> HttpResponse:
    """How far marks are added up and places found; when all is done, the page loads anew."""
    call = get_or_404(request.user, Call, code=code)
    work = at_work(call)
    response = render(request, "review/ranking_work.html", {"call": call, "work": work})
    if not work.going:
        response.headers["HX-Refresh"] = "true"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def freeze(request: SignedIn, code: str) -> HttpResponse:
    """Keep the ranking as it is now, after reading what that means."""
    call, refused = get_or_404(request.user, Call, code=code), ""
    if request.method == "POST":
        try:
            kept = freezing.freeze(call, actor=request.user, now=timezone.now())
        except Refused as refusal:
            refused = str(refusal)
        else:
            words = _("Ranking %(number)s is frozen.") % {"number": kept.number}
            messages.success(request, words)
            return redirect("frozen_ranking", pk=kept.pk)
    known = {"call": call, "refused": refused}
    return render(request, "review/freeze.html", known, status=409 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def frozen(request: SignedIn, pk: int) -> HttpResponse:
    """A ranking as it was frozen; computed again when that is asked."""
    kept = get_or_404(request.user, FrozenRanking, "call", "by", pk=pk)
    pages = Paginator(kept.content["lines"], LINES_A_PAGE)
    known = {
        "frozen": kept,
        "page_obj": pages.get_page(request.GET.get("page")),
        "holds": freezing.holds(kept) if request.method == "POST" else None,
    }
    return render(request, "review/frozen.html", known)
