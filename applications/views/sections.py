"""One section's page: shown as kept, saved by a button or by itself while somebody types."""

import re
import secrets
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applications import completeness, drafting, lifecycle, reading, sharing, todo, totals
from applications.forms import SectionForm
from applications.forms.section import without_row
from applications.models import Application, Section
from brustart.accounts.models import User
from brustart.core.errors import Refused

NUMBER = re.compile(r"[0-9]{1,9}")


@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    application = sharing.find(request.user, "call", "startup", "form_version", pk=pk)
    form_class = completeness.sections_of(application).get(key)
    if form_class is None:
        raise Http404
    if key == "documents":
        return redirect("documents", pk=pk)
    if not sharing.may_read(application, key):
        raise PermissionDenied
    if request.method == "POST":
        if not sharing.may_write(application, key):
            raise PermissionDenied
        return _save(request, application, form_class)
    return _as_kept(request, application, form_class)


def _as_kept(
    request: HttpRequest, application: Application, form_class: type[SectionForm]
) -> HttpResponse:
    try:
        lifecycle.require_open(application, form_class.key, now=timezone.now())
    except Refused:
        return redirect("file", pk=application.pk)
    kept = application.sections.filter(name=form_class.key).first() or Section()
    more = request.GET.get("more", "")
    form = form_class(form_class.data_for(kept.answers, kept.unread, more=more))
    return _page(request, application, form, kept=kept)


def _save(
    request: HttpRequest, application: Application, form_class: type[SectionForm]
) -> HttpResponse:
    """Keep what was sent, whether by the button or by the page itself."""
    by_itself = request.accepts("application/json") and not request.accepts("text/html")
    data = without_row(request.POST, request.POST.get("remove", "-"))
    form = form_class(data)
    begun_from = request.POST.get("version", "")
    try:
        sections = drafting.save_section(
            application,
            form,
            begun_from=int(begun_from) if NUMBER.fullmatch(begun_from) else 0,
            page=request.POST.get("page", "")[:32].replace("\0", ""),
            actor=request.user if isinstance(request.user, User) else None,
            now=timezone.now(),
        )
    except Refused as refusal:
        if by_itself:
            return JsonResponse({"message": str(refusal)}, status=409)
        stale = refusal.section if isinstance(refusal, drafting.StaleSave) else None
        return _page(request, application, form, kept=stale, refused=str(refusal), status=409)
    if by_itself:
        return _saved_by_itself(form, sections)
    kept = sections[form.key]
    if any(table.name in form.errors for table in form.tables):  # rows that did not fit: shown
        return _page(request, kept.application, form, kept=kept)
    return _go_on(request, form, kept)


def _saved_by_itself(form: SectionForm, sections: dict[str, Section]) -> JsonResponse:
    kept = sections[form.key]
    at = timezone.localtime(kept.saved_at)
    shown = totals.of(form.key, kept.application, sections, timezone.localdate())
    return JsonResponse(
        {
            "version": kept.version,
            "saved": _("Saved %(time)s") % {"time": date_format(at, "H:i")},
            "totals": render_to_string(f"applications/totals/{form.key}.html", shown)
            if shown
            else "",
        }
    )


def _go_on(request: HttpRequest, form: SectionForm, kept: Section) -> HttpResponse:
    """Back to the same page while something is asked of it, else where the button leads."""
    pk, sent = kept.application_id, request.POST
    here = reverse("section", args=[pk, form.key])
    for act in ("add", "remove"):
        if act in sent:
            table = sent[act].rpartition("-")[0] if act == "remove" else sent[act]
            more = f"?more={table}" if act == "add" else ""
            return redirect(f"{here}{more}#table-{table}")
    if form.problems() or getattr(form, "came_from_first_step", False):
        return redirect(here)
    messages.success(request, _("Your answers are saved."))
    following = todo.following(kept.application, form.key)
    if following is None or "return" in sent:
        return redirect("tasks", pk=pk)
    return redirect("section", pk=pk, key=following)


def _totals(application: Application, form: SectionForm, kept: Section) -> dict[str, Any] | None:
    sections = completeness.stored(application) | {form.key: kept}
    return totals.of(form.key, application, sections, timezone.localdate())


def _page(
    request: HttpRequest,
    application: Application,
    form: SectionForm,
    *,
    kept: Section | None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    """`kept`: what is saved. With `refused` the form holds what was typed, and both are shown."""
    keys = list(completeness.sections_of(application))
    problems = form.problems()
    context: dict[str, Any] = {
        "application": application,
        "form": form,
        "number": keys.index(form.key) + 1,
        "of": len(keys),
        "version": kept.version if kept else 0,
        "page_token": secrets.token_hex(8),
        "saved_at": kept.saved_at if kept else None,
        "refused_text": refused,
        "problems": problems,
        "saved": kept if refused else None,
        "saved_rows": reading.changed_rows(form, kept) if refused and kept else [],
        "may_write": sharing.may_write(application, form.key),
        "saved_page": kept.saved_page if kept else "",
        "totals_template": f"applications/totals/{form.key}.html",
    }
    if kept and not refused and (shown := _totals(application, form, kept)):
        context |= {"shown": True, **shown}
    return render(request, "applications/section.html", context, status=status)
