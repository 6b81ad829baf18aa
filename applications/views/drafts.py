"""A person's files: the list, a draft's sections, the check, the receipt, the withdrawal."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import completeness, guests, lifecycle, reading, requesting, sharing, todo, totals
from applications.deadlines import deadline, may_submit
from applications.forms import SectionForm, anchor
from applications.models import Application, FormVersion, Part, Section, Startup
from applications.states import WITHDRAWABLE, State
from brustart.accounts.access import get_or_404, role_of, visible_to
from brustart.accounts.models import Role, User
from brustart.accounts.verifying import email_is_verified
from brustart.core.errors import Refused
from brustart.fund.models import Call

PER_PAGE = 25


@require_safe
def my_files(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    files = visible_to(request.user, Application).select_related("call", "startup", "extension")
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
    author = request.user if isinstance(request.user, User) else None
    startup = _chosen_startup(request)
    drafts = visible_to(request.user, Application).filter(call=call, state=State.DRAFT)
    draft = (drafts.filter(startup=startup) if startup else drafts).first()
    if draft is None or "another" in request.POST:
        try:
            draft = lifecycle.begin(
                call=call,
                author=author,
                language=(get_language() or "fr")[:2],
                now=timezone.now(),
                startup=startup,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("call", code=code)
        if author is None:
            guests.remember(request, draft)
    return redirect("tasks", pk=draft.pk)


def _chosen_startup(request: HttpRequest) -> Startup | None:
    """The startup that the file is for, where the person has several."""
    chosen = request.POST.get("startup", "")
    if not chosen.isdecimal():
        return None
    return get_or_404(
        request.user,
        Startup,
        pk=int(chosen),
        memberships__user=request.user.pk,
        memberships__part__in=sharing.WRITERS,
    )


@require_safe
def tasks(request: HttpRequest, pk: int) -> HttpResponse:
    """The sections with what is missing where: of a draft, or of what the fund asks."""
    application = sharing.find(request.user, "call", "startup", "form_version", "extension", pk=pk)
    now = timezone.now()
    asked = lifecycle.open_request(application, now=now)
    if application.my_part is None or (application.state != State.DRAFT and not asked):
        return redirect("file", pk=pk)
    statuses = todo.sections(application)
    saved = application.sections.exclude(saved_at=None).order_by("-saved_at").first()
    newest = FormVersion.objects.filter(call=application.call).first()
    context = {
        "application": application,
        "asked": asked,
        "items": [_task(application, one, asked) for one in statuses],
        "ready": all(not one.gaps for one in statuses),
        "total": _budget(application),
        "saved_at": saved.saved_at if saved else None,
        "newer_form": newest if newest and newest != application.form_version else None,
        **deadline_of(application),
    }
    return render(request, "applications/tasks.html", context)


def _task(application: Application, status: todo.SectionStatus, asked: Any) -> dict[str, Any]:
    open_to_me = sharing.may_read(application, status.key)
    if asked and status.key not in asked.sections:
        open_to_me = False
    return {
        "label": status.heading,
        "url": reverse("section", args=[application.pk, status.key]) if open_to_me else "",
        "status_label": status.label,
        "tone": status.tone,
    }


def _budget(application: Application) -> totals.Budget:
    section = application.sections.filter(name="budget").first() or Section()
    return totals.budget(section.answers, timezone.localdate())


def deadline_of(application: Application) -> dict[str, Any]:
    """Until when the draft can be handed in, for components of its pages."""
    now, until = timezone.now(), deadline(application)
    days = (timezone.localdate(until) - timezone.localdate(now)).days
    return {"is_open": may_submit(application, now), "closes_at": until, "days_left": days}


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Every answer once more, each with its way back; then the file is handed in."""
    application = sharing.find(request.user, "call", "startup", "form_version", "extension", pk=pk)
    asked = lifecycle.open_request(application, now=timezone.now())
    if application.state != State.DRAFT and not asked:
        has_receipt = application.submitted_at is not None
        return redirect("received" if has_receipt else "file", pk=pk)
    if application.my_part is None:
        return redirect("file", pk=pk)
    if request.method == "POST":
        return _hand_in(request, application, asked)
    return _check_page(request, application, asked)


def _hand_in(request: HttpRequest, application: Application, asked: Any) -> HttpResponse:
    if not isinstance(request.user, User):
        return redirect(f"{reverse('account_signup')}?next={request.path}")
    now = timezone.now()
    try:
        if asked:
            requesting.answer(application, actor=request.user, now=now)
        else:
            binds = "binds_company" in request.POST
            lifecycle.submit(application, actor=request.user, now=now, binds_company=binds)
    except Refused as refusal:
        return _check_page(request, application, asked, refused=str(refusal), status=409)
    return redirect("received", pk=application.pk)


def _check_page(
    request: HttpRequest,
    application: Application,
    asked: Any,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    kept = completeness.stored(application)
    documents = completeness.current_documents(application)
    gaps = [
        (gap, _place(application, gap.section, gap.anchor))
        for gap in completeness.missing(application)
        if sharing.may_read(application, gap.section)
    ]
    user = request.user
    context = {
        "application": application,
        "asked": asked,
        "refused": refused,
        "sections": [
            _answers(application, form, kept[key], asked)
            | {"gaps": [(gap, url) for gap, url in gaps if gap.section == key]}
            for key, form in completeness.sections_of(application).items()
            if sharing.may_read(application, key)
        ],
        "documents": documents if sharing.may_read(application, "documents") else [],
        "gaps": gaps,
        "total": _budget(application),
        "has_account": isinstance(user, User),
        "may_submit": application.is_mine
        or (application.on_paper and role_of(user) == Role.FUND_MANAGER),
        "email_verified": isinstance(user, User) and email_is_verified(user),
        **deadline_of(application),
    }
    return render(request, "applications/check.html", context, status=status)


def _answers(
    application: Application, form: type[SectionForm], kept: Section, asked: Any
) -> dict[str, Any]:
    found = reading.read(form, kept.answers)
    page = form(form.data_for(kept.answers, kept.unread))
    can_change = sharing.may_write(application, form.key) and (
        not asked or form.key in asked.sections
    )
    return {
        "key": form.key,
        "heading": found.heading,
        "grids": found.grids,
        "change_url": reverse("section", args=[application.pk, form.key]) if can_change else "",
        "rows": [
            {
                "term": row.term,
                "value": row.value,
                "change_url": _place(application, form.key, anchor(page, row.name))
                if can_change and row.name in page.fields
                else "",
            }
            for row in found.rows
        ],
    }


def _place(application: Application, key: str, place: str) -> str:
    """The question itself, on its section's page."""
    return f"{reverse('section', args=[application.pk, key])}#{place}"


@require_safe
def received(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt, and what happens next."""
    application = sharing.find(request.user, "call", "startup", "submission", pk=pk)
    if application.submission is None:
        return redirect("tasks", pk=pk)
    if application.my_part == Part.ACCOUNTANT:
        return redirect("my_files")
    if application.my_part is None:
        return redirect("file", pk=pk)
    papers = application.submission.papers.order_by("pk")
    context = {
        "application": application,
        "submission": application.submission,
        "papers": papers,
    }
    return render(request, "applications/received.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the file back, after reading what that means."""
    application = sharing.find(request.user, "call", "startup", pk=pk)
    if State(application.state) not in WITHDRAWABLE or not application.is_mine:
        messages.error(request, _("This file can no longer be withdrawn, or not by you."))
        return redirect("file", pk=pk)
    if request.method != "POST":
        return render(request, "applications/withdraw.html", {"application": application})
    actor = request.user if isinstance(request.user, User) else None
    reason = request.POST.get("reason", "")[:2000].replace("\0", "")
    try:
        lifecycle.withdraw(application, actor=actor, now=timezone.now(), reason=reason)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("file", pk=pk)
    messages.success(request, _("%(file)s is withdrawn.") % {"file": application.reference})
    return redirect("my_files" if actor else "front")
