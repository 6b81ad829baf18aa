"""Meetings of a call's panel: the list, one with its record, its packs."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.storage import default_storage
from django.db.models import Count
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications.models import Application
from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.asking import SignedIn
from brustart.core.errors import Refused
from brustart.fund.models import Call

from .. import meeting as acts
from .. import packs
from ..forms.meetings import MeetingForm, PackForm, RecordForm
from ..models import Meeting, MeetingPack, MeetingRecord, Scenario


@require_http_methods(["GET", "HEAD", "POST"])
def meetings(request: SignedIn, code: str) -> HttpResponse:
    """The call's meetings; a fund manager puts another in the books."""
    call = get_or_404(request.user, Call, code=code)
    scenarios = visible_to(request.user, Scenario).filter(call=call).exclude(name="")
    form = MeetingForm(_sent(request), scenarios=scenarios)
    if request.method == "POST" and form.is_valid():
        made = acts.hold(call, actor=request.user, now=timezone.now(), **form.cleaned_data)
        return redirect("meeting", pk=made.pk)
    rows = visible_to(request.user, Meeting).filter(call=call)
    known = {
        "call": call,
        "meetings": rows.annotate(files=Count("agenda")).select_related("scenario"),
        "form": form,
    }
    return render(request, "awards/meetings.html", known)


def _sent(request: SignedIn) -> Any:
    """What a fund manager sends; nobody else has anything to send here."""
    return request.POST if request.method == "POST" and request.user.is_fund_manager else None


@require_safe
def meeting(request: SignedIn, pk: int) -> HttpResponse:
    """One meeting: to those who oversee whole, to a member what is theirs."""
    found = get_or_404(request.user, Meeting, "call", "scenario", pk=pk)
    if request.user.is_reviewer:
        return _member_page(request, found)
    return _page(request, found)


@require_POST
def keep(request: SignedIn, pk: int) -> HttpResponse:
    """Keep the record as it is now."""
    found = get_or_404(request.user, Meeting, "call", "scenario", pk=pk)
    form = RecordForm(request.POST, meeting=found, panel=acts.panel(found))
    if form.is_valid():
        try:
            acts.keep(found, actor=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return _page(request, found, form=form, status=409)
        messages.success(request, _("The record is kept."))
        return redirect("meeting", pk=pk)
    return _page(request, found, form=form)


@require_POST
def close(request: SignedIn, pk: int) -> HttpResponse:
    """Freeze the record."""
    found = get_or_404(request.user, Meeting, "call", "scenario", pk=pk)
    try:
        acts.close(found, actor=request.user, now=timezone.now())
    except Refused as refusal:
        return _page(request, found, refused=str(refusal), status=409)
    messages.success(request, _("The meeting is closed. Its record stays."))
    return redirect("meeting", pk=pk)


@require_POST
def ask_pack(request: SignedIn, pk: int) -> HttpResponse:
    """Have a pack printed."""
    found = get_or_404(request.user, Meeting, "call", "scenario", pk=pk)
    panel = {one.pk: one for one in acts.panel(found)}
    form = PackForm(request.POST, panel=panel.values(), language=get_language() or "en")
    if not form.is_valid():
        return _page(request, found, pack_form=form)
    reader = panel.get(form.cleaned_data["reader"])
    packs.ask(
        found,
        reader=reader,
        language=form.cleaned_data["language"],
        actor=request.user,
        now=timezone.now(),
    )
    messages.success(request, _("The pack is being printed. It is here in a moment."))
    return redirect("meeting", pk=pk)


@require_safe
def pack(request: SignedIn, pk: int) -> FileResponse:
    """A pack, once the worker has printed it."""
    found = get_or_404(request.user, MeetingPack, "meeting__call", pk=pk)
    if not found.stored or not packs.is_open_to(found, request.user):
        raise Http404
    name = f"{found.meeting.call.code}-{timezone.localdate(found.meeting.at)}-{found.language}.pdf"
    return FileResponse(
        default_storage.open(found.stored),
        as_attachment=True,
        filename=name,
        content_type="application/pdf",
    )


def _page(
    request: SignedIn,
    found: Meeting,
    *,
    form: forms.Form | None = None,
    pack_form: forms.Form | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    panel, away, given = acts.panel(found), acts.recusals(found), acts.votes(found)
    agenda = found.agenda.select_related("application__startup")
    known = {
        "meeting": found,
        "agenda": [
            (one.application, away.get(one.application_id, []), given.get(one.application_id, []))
            for one in agenda
        ],
        "present": [one.member for one in found.attendances.select_related("member")],
        "packs": found.packs.select_related("reader"),
        "record": MeetingRecord.objects.filter(meeting=found).select_related("by").first(),
        "form": form or RecordForm(None, meeting=found, panel=panel),
        "pack_form": pack_form or PackForm(None, panel=panel, language=get_language() or "en"),
        "refused_text": refused,
    }
    return render(request, "awards/meeting.html", known, status=status)


def _member_page(request: SignedIn, found: Meeting) -> HttpResponse:
    """Place, time, the files that the member may know of, and their own packs."""
    own = visible_to(request.user, MeetingPack).filter(meeting=found).exclude(stored="")
    files = visible_to(request.user, Application).filter(meetings__meeting=found)
    known = {
        "meeting": found,
        "files": files.select_related("startup").order_by("rank__place", "pk"),
        "packs": [one for one in own if packs.is_open_to(one, request.user)],
    }
    return render(request, "awards/meeting_member.html", known)
