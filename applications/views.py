"""An applicant's own files: begin, answer, check, submit, withdraw."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import get_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from brustart.accounts.access import get_or_404, visible_to
from brustart.core.errors import Refused
from brustart.fund.calls import days_left
from brustart.fund.models import Call

from . import budget, completeness, drafting, lifecycle, reading, todo
from .forms import SECTIONS, SectionForm
from .models import Application, Section, Submission
from .states import WITHDRAWABLE, State

PER_PAGE = 25


@require_safe
def my_files(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    files = visible_to(request.user, Application).select_related("call", "startup")
    page = Paginator(files, PER_PAGE).get_page(request.GET.get("page"))
    open_calls = visible_to(request.user, Call).filter(listed=True, pk__in=Call.objects.open(now))
    context = {
        "page_obj": page,
        "lines": [todo.file_line(file, now) for file in page],
        "open_calls": open_calls.order_by("closes_at"),
    }
    return render(request, "applications/my_files.html", context)


@require_POST
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """A new draft in the call, or the one that the person has there already."""
    call = get_or_404(request.user, Call, code=code)
    drafts = visible_to(request.user, Application).filter(call=call, state=State.DRAFT)
    draft = drafts.first()
    if draft is None:
        try:
            draft = lifecycle.begin(
                call=call,
                author=request.user,
                language=(get_language() or "fr")[:2],
                now=timezone.now(),
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("call", code=code)
    return redirect("tasks", pk=draft.pk)


def _own(request: HttpRequest, pk: int) -> Application:
    return get_or_404(request.user, Application, "call", "startup", pk=pk)


@require_safe
def tasks(request: HttpRequest, pk: int) -> HttpResponse:
    application = _own(request, pk)
    if application.state != State.DRAFT:
        return redirect("file", pk=pk)
    now = timezone.now()
    stored = completeness.stored(application)
    statuses = todo.sections(stored)
    saved = application.sections.exclude(saved_at=None).order_by("-saved_at").first()
    context = {
        "application": application,
        "items": [_task(application, status) for status in statuses],
        "ready": all(status.begun and not status.gaps for status in statuses),
        "total": _budget(stored["budget"]),
        "saved_at": saved.saved_at if saved else None,
        "is_open": application.call.is_open(now),
        "days_left": days_left(application.call, now),
    }
    return render(request, "applications/tasks.html", context)


def _task(application: Application, status: todo.SectionStatus) -> dict[str, Any]:
    return {
        "label": status.heading,
        "url": reverse("section", args=[application.pk, status.key]),
        "status_label": status.label,
        "tone": status.tone,
    }


def _budget(answers: dict[str, Any]) -> budget.Total:
    return budget.total(SECTIONS["budget"].values(answers))


@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """One section: shown as saved, or kept as typed."""
    application = _own(request, pk)
    if key not in SECTIONS:
        return redirect("tasks", pk=pk)
    if request.method == "POST":
        return _save(request, application, key)
    if application.state != State.DRAFT:
        return redirect("file", pk=pk)
    saved = application.sections.filter(name=key).first() or Section(name=key)
    initial = SECTIONS[key].values(saved.answers) | {"version": saved.version}
    return _section_page(request, application, SECTIONS[key](initial=initial))


def _save(request: HttpRequest, application: Application, key: str) -> HttpResponse:
    form = SECTIONS[key](request.POST)
    if not form.is_valid():
        return _section_page(request, application, form)
    begun_from = form.cleaned_data["version"] or 0
    try:
        drafting.save_section(application, form, begun_from=begun_from, now=timezone.now())
    except drafting.StaleSave as stale:
        return _both_texts(request, application, stale)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _section_page(request, application, form, status=409)
    messages.success(request, _("Your answers are saved."))
    following = todo.following(key)
    if following is None or "return" in request.POST:
        return redirect("tasks", pk=application.pk)
    return redirect("section", pk=application.pk, key=following)


def _both_texts(
    request: HttpRequest, application: Application, stale: drafting.StaleSave
) -> HttpResponse:
    """What the person typed, beside what somebody else saved; the next save replaces that."""
    typed: QueryDict = request.POST.copy()
    typed["version"] = str(stale.section.version)
    form = SECTIONS[stale.section.name](typed)
    form.is_valid()
    form.add_error(None, str(stale))
    return _section_page(request, application, form, saved=stale.section, status=409)


def _section_page(
    request: HttpRequest,
    application: Application,
    form: SectionForm,
    *,
    saved: Section | None = None,
    status: int = 200,
) -> HttpResponse:
    keys = list(SECTIONS)
    context: dict[str, Any] = {
        "application": application,
        "form": form,
        "number": keys.index(form.key) + 1,
        "of": len(keys),
        "saved": saved,
        "saved_rows": saved and reading.changed_rows(form, saved.answers),
    }
    if form.key == "budget":
        answers = form.cleaned_data if form.is_bound else form.initial
        context |= {
            "total": budget.total(answers),
            "highest_share": budget.highest_share(timezone.localdate()),
            "decimal_sign": get_format("DECIMAL_SEPARATOR"),
        }
    return render(request, "applications/section.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Every answer once more, each with its way back; then the file is handed in."""
    application = _own(request, pk)
    if application.state != State.DRAFT:
        has_receipt = application.submitted_at is not None
        return redirect("received" if has_receipt else "file", pk=pk)
    if request.method == "POST":
        try:
            lifecycle.submit(application, actor=request.user, now=timezone.now())
        except Refused as refusal:
            return _check_page(request, application, refused=str(refusal), status=409)
        return redirect("received", pk=pk)
    return _check_page(request, application)


def _check_page(
    request: HttpRequest, application: Application, *, refused: str = "", status: int = 200
) -> HttpResponse:
    now = timezone.now()
    stored = completeness.stored(application)
    gaps = completeness.missing(application)
    context = {
        "application": application,
        "refused": refused,
        "sections": [_answers(application, key, stored[key]) for key in SECTIONS],
        "gaps": [(gap, _field_url(application, gap.section, gap.field)) for gap in gaps],
        "total": _budget(stored["budget"]),
        "is_open": application.call.is_open(now),
        "days_left": days_left(application.call, now),
    }
    return render(request, "applications/check.html", context, status=status)


def _answers(application: Application, key: str, answers: dict[str, Any]) -> dict[str, Any]:
    form = SECTIONS[key]
    rows = reading.rows(form, form.values(answers))
    return {
        "heading": form.heading,
        "rows": [
            {
                "term": row.term,
                "value": row.value,
                "change_url": _field_url(application, key, name),
            }
            for name, row in zip(form.question_names(), rows, strict=True)
        ],
    }


def _field_url(application: Application, key: str, name: str) -> str:
    """The question itself, on its section's page."""
    page = reverse("section", args=[application.pk, key])
    return f"{page}#{reading.anchor(SECTIONS[key](), name)}"


@require_safe
def received(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The receipt, and what happens next."""
    application = _own(request, pk)
    if application.submitted_at is None:
        return redirect("tasks", pk=pk)
    submission = get_or_404(request.user, Submission, application=application)
    context = {"application": application, "submission": submission}
    return render(request, "applications/received.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the file back, after reading what that means."""
    application = _own(request, pk)
    if State(application.state) not in WITHDRAWABLE:
        messages.error(request, _("This file can no longer be withdrawn."))
        return redirect("file", pk=pk)
    if request.method != "POST":
        return render(request, "applications/withdraw.html", {"application": application})
    try:
        lifecycle.withdraw(application, actor=request.user, now=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("file", pk=pk)
    messages.success(request, _("%(file)s is withdrawn.") % {"file": application.reference})
    return redirect("my_files")
