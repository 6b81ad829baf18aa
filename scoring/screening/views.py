"""Could we apply? And for the fund: a manager confirms what the machine proposes of a file."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from applications import guests
from applications.models import Application
from applications.states import State
from brustart.accounts.access import Audience, get_or_404, role_of, visible_to
from brustart.accounts.models import User
from brustart.core.errors import Refused
from brustart.fund.models import Call

from . import confirming, eligibility, precheck
from .forms import PrecheckForm, ReasonForm
from .reading import TONES, findings_for_reading


@require_http_methods(["GET", "HEAD", "POST"])
def could_we(request: HttpRequest, code: str) -> HttpResponse:
    """Eight questions, answered by the rules at once. Nothing is kept."""
    call = get_or_404(request.user, Call, code=code)
    data = request.POST if request.method == "POST" else None
    return _precheck_page(request, call, PrecheckForm(data))


def _precheck_page(request: HttpRequest, call: Call, form: PrecheckForm) -> HttpResponse:
    now = timezone.now()
    may_begin = call.is_open(now) and role_of(request.user) in Audience.APPLYING.value
    context = {
        "call": call,
        "form": form,
        "draft": _own_draft(request, call) if may_begin else None,
        "may_begin": may_begin,
    }
    if form.is_valid():
        found = precheck.judged(form.own_answers(), call=call, on=timezone.localdate(now))
        context |= {
            "outcome": precheck.outcome(found),
            "verdict": eligibility.overall(found),
            "tone": TONES[eligibility.overall(found)],
            "findings": precheck.for_reading(found),
            "carried": PrecheckForm(form.data, auto_id=False),
        }
    return render(request, "screening/could_we.html", context)


def _own_draft(request: HttpRequest, call: Call) -> Application | None:
    drafts = visible_to(request.user, Application)
    return drafts.filter(call=call, state=State.DRAFT).first()


@require_POST
def begin_with(request: HttpRequest, code: str) -> HttpResponse:
    """A draft with the answers in it; the one that is there already stays as it is."""
    call = get_or_404(request.user, Call, code=code)
    if draft := _own_draft(request, call):
        messages.info(request, _("You have a draft in this call already. It is as you left it."))
        return redirect("tasks", pk=draft.pk)
    form = PrecheckForm(request.POST)
    if not form.is_valid():
        return _precheck_page(request, call, form)
    author = request.user if isinstance(request.user, User) else None
    try:
        draft = precheck.begin_with(
            call,
            form.own_answers(),
            author=author,
            language=(get_language() or "fr")[:2],
            now=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("call", code=code)
    if author is None:
        guests.remember(request, draft)
    messages.success(
        request, _("Your answers are in the draft. The form asks some of them in more detail.")
    )
    return redirect("tasks", pk=draft.pk)


PARTS = ("startup", "call", "author", "submission__run")


@require_http_methods(["GET", "POST"])
def admit(request: HttpRequest, pk: int) -> HttpResponse:
    """Evidence was seen: the file goes on to the reviewers."""
    application = get_or_404(request.user, Application, *PARTS, pk=pk)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        label=_("What did you see, and why is it enough?"),
        hint=_("It stands in the file; the startup reads it too."),
    )
    done = _("%(file)s is admitted. Give it to reviewers next.")
    return _decide(request, application, form, act=confirming.admit, page="admit", done=done)


@require_http_methods(["GET", "POST"])
def ineligible(request: HttpRequest, pk: int) -> HttpResponse:
    """A rule is not met, and a person says so: the file is closed."""
    application = get_or_404(request.user, Application, *PARTS, pk=pk)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        label=_("Why is this file not eligible?"),
        hint=_("The startup reads it in the decision, beside the rules that are not met."),
    )
    done = _("%(file)s is closed as not eligible. The startup is told by mail.")
    act = confirming.confirm_ineligible
    return _decide(request, application, form, act=act, page="ineligible", done=done)


ACTS = {
    "admit": gettext_lazy("Admit the file"),
    "ineligible": gettext_lazy("Close as not eligible"),
}
OPEN_TO = {
    "admit": {State.NEEDS_EVIDENCE},
    "ineligible": {State.NEEDS_EVIDENCE, State.FAILS_RULES},
}


def _decide(
    request: HttpRequest,
    application: Application,
    form: ReasonForm,
    *,
    act: Callable[..., Any],
    page: str,
    done: str,
) -> HttpResponse:
    """Show the findings and the form; do the act once the reason is given."""
    status = 200
    if form.is_valid():
        try:
            act(application, actor=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            application.refresh_from_db(fields=["state"])
            status = 409
        else:
            messages.success(request, done % {"file": application.reference})
            return redirect("file", pk=application.pk)
    run = getattr(application.submission, "run", None)
    known = {
        "application": application,
        "form": form,
        "act": ACTS[page],
        "possible": application.state in OPEN_TO[page],
        "findings": findings_for_reading(run) if run else [],
    }
    return render(request, f"screening/{page}.html", known, status=status)
