"""Could we apply? And for the fund: a manager confirms what the machine proposes of a file."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from applications import guests
from applications.models import Application
from applications.states import State
from brustart.accounts.access import Audience, get_or_404, role_of, visible_to
from brustart.accounts.asking import SignedIn
from brustart.accounts.models import User
from brustart.core.errors import Refused
from brustart.fund.models import Call

from . import confirming, eligibility, precheck
from .forms import OverrideForm, PrecheckForm, ReasonForm
from .models import Finding, Override, Run
from .reading import TONES, finding_for_reading, verdicts_for_reading
from .verdicts import SCREENED


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


PARTS = ("startup", "call", "author", "submission")
INELIGIBLE_FROM = {State.NEEDS_EVIDENCE, State.FAILS_RULES}


@require_http_methods(["GET", "POST"])
def ineligible(request: SignedIn, pk: int) -> HttpResponse:
    """A rule is not met, and a person says so: the file is closed."""
    application = get_or_404(request.user, Application, *PARTS, pk=pk)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        label=_("Why is this file not eligible?"),
        hint=_("The startup reads it in the decision, beside the rules that are not met."),
    )
    status = 200
    if form.is_valid():
        reason, now = form.cleaned_data["reason"], timezone.now()
        try:
            confirming.confirm_ineligible(application, actor=request.user, reason=reason, now=now)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            application.refresh_from_db(fields=["state"])
            status = 409
        else:
            done = _("%(file)s is closed as not eligible. The startup is told by mail.")
            messages.success(request, done % {"file": application.reference})
            return redirect("file", pk=application.pk)
    run = Run.objects.of(application.submission_id)
    known = {
        "application": application,
        "form": form,
        "act": _("Close as not eligible"),
        "possible": application.state in INELIGIBLE_FROM,
        "verdicts": verdicts_for_reading(run) if run else None,
    }
    return render(request, "screening/ineligible.html", known, status=status)


@require_GET
def run(request: SignedIn, pk: int) -> HttpResponse:
    """One screening as it was kept: verdicts, versions, and the facts that the rules read."""
    found = get_or_404(request.user, Run, "submission__application__startup", "begun_by", pk=pk)
    known = {
        "run": found,
        "application": found.submission.application,
        "verdicts": verdicts_for_reading(found),
        "inside": True,
        "facts": json.dumps(found.facts, indent=2, ensure_ascii=False),
        "terms": (found.facts or {}).get("terms", {}),
    }
    return render(request, "screening/run.html", known)


@require_http_methods(["GET", "POST"])
def override(request: SignedIn, pk: int) -> HttpResponse:
    """Another verdict on one rule, which a second person must confirm."""
    finding = get_or_404(request.user, Finding, "run__submission__application", pk=pk)
    form = OverrideForm(request.POST if request.method == "POST" else None, finding=finding)
    status = 200
    if form.is_valid():
        try:
            confirming.override(
                finding, actor=request.user, now=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, _("Asked. Another fund manager must confirm it."))
            return redirect("file", pk=finding.run.submission.application_id)
    application = finding.run.submission.application
    known = {
        "application": application,
        "form": form,
        "possible": application.state in SCREENED,
        "findings": [finding_for_reading(finding)],
    }
    return render(request, "screening/override.html", known, status=status)


@require_http_methods(["GET", "POST"])
def answer_override(request: SignedIn, pk: int) -> HttpResponse:
    """The second person reads the reason, and confirms or refuses."""
    asked = get_or_404(
        request.user, Override, "finding__run__submission__application", "asked_by", pk=pk
    )
    refused, application = "", asked.finding.run.submission.application
    if request.method == "POST":
        accept = request.POST.get("answer") == "accept"
        try:
            confirming.answer(asked, accept=accept, actor=request.user, now=timezone.now())
        except Refused as refusal:
            refused = str(refusal)
        else:
            done = _("Confirmed: the verdict counts now.") if accept else _("Kept as it was.")
            messages.success(request, done)
            return redirect("file", pk=application.pk)
    known = {
        "application": application,
        "asked": asked,
        "refused": refused,
        "possible": asked.accepted is None and asked.asked_by_id != request.user.pk,
        "findings": [finding_for_reading(asked.finding)],
    }
    return render(request, "screening/answer_override.html", known, status=409 if refused else 200)
