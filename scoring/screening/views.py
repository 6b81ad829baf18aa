"""A fund manager confirms what the machine proposes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from applications.models import Application
from applications.states import State
from brustart.accounts.access import get_or_404
from brustart.core.errors import Refused

from . import confirming
from .forms import ReasonForm
from .reading import findings_for_reading

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
