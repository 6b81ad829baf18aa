"""A fund manager's view of a panel at work: who is how far, what is late, where marks lie apart;
and words to reviewers."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from brustart.accounts.access import get_or_404
from brustart.accounts.asking import SignedIn
from brustart.fund.models import Call

from .. import chasing, following, rounds
from ..forms.panels import MessageForm

LINES_A_PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: SignedIn, code: str) -> HttpResponse:
    """Per reviewer and per file; fund managers write to reviewers from here."""
    call = get_or_404(request.user, Call, code=code)
    today, may_write = timezone.localdate(), request.user.is_fund_manager
    lines = following.reviewers(call, on=today)
    writing = request.method == "POST" and may_write
    late = [one.person.pk for one in lines if one.late]
    form = MessageForm(request.POST if writing else None, call=call, initial={"to": late})
    if writing and form.is_valid():
        number = chasing.write(
            call, to=form.cleaned_data["to"], text=form.cleaned_data["text"], actor=request.user,
            now=timezone.now(),
        )  # fmt: skip
        words = ngettext("Written to %(n)s reviewer.", "Written to %(n)s reviewers.", number)
        messages.success(request, words % {"n": number})
        return redirect("panel_progress", code=code)
    page = Paginator(following.files(call), LINES_A_PAGE).get_page(request.GET.get("page"))
    far, outliers = following.outliers(call, most=LINES_A_PAGE)
    known = {
        "call": call,
        "round": rounds.of(call),
        "summary": following.summary(call),
        "far": far,
        "reviewers": lines,
        "files": following.lines(call, list(page), on=today),
        "outliers": outliers,
        "page_obj": page,
        "form": form if may_write else None,
    }
    return render(request, "review/progress.html", known, status=422 if form.errors else 200)
