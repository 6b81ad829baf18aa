"""The capacity of the fund: what is left, now or on a day; over time, by group, to take home."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from brustart.accounts.asking import SignedIn
from brustart.core import lines
from brustart.desk import due, envelopes, figuring, streaming, tables, waiting
from brustart.fund import history
from brustart.fund.models import Envelope


class AsOfForm(forms.Form):
    """A day at the end of which the reader wants to see the fund."""

    at = forms.DateField(
        label=_("As it stood at the end of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
    )

    def clean_at(self) -> date | None:
        day: date | None = self.cleaned_data["at"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("Choose today, or a day that has passed."))
        return day


@require_GET
def capacity(request: SignedIn) -> HttpResponse:
    """Each listed envelope as a picture and in figures; then what needs somebody."""
    form = AsOfForm(request.GET if "at" in request.GET else None)
    moment = _moment(form)
    if moment:
        return render(request, "desk/capacity.html", _as_it_stood(form, moment))
    return render(request, "desk/capacity.html", _as_it_stands(request) | {"form": form})


def _moment(form: AsOfForm) -> datetime | None:
    """The end of the day that was asked for; None for today, which is not over."""
    day = form.cleaned_data.get("at") if form.is_valid() else None
    return history.end_of(day) if day and day < timezone.localdate() else None


def _as_it_stood(form: AsOfForm, at: datetime) -> dict[str, Any]:
    pictures = [envelopes.past(one, at=at) for one in envelopes.listed()]
    day = timezone.localdate(at).isoformat()
    return {"form": form, "pictures": pictures, "past": at, "past_day": day, "now": at}


def _as_it_stands(request: SignedIn) -> dict[str, Any]:
    return _pictures() | {
        "due": due.due(request.user, timezone.localdate()),
        "piles": waiting.piles(request.user),
        "to_confirm": waiting.to_confirm(request.user),
        "stopped": waiting.stopped(request.user),
        "states": waiting.by_state(figuring.counted(request.user)),
    }


def _pictures() -> dict[str, Any]:
    """The mark is taken first: a picture is never older than it says."""
    now, etag = timezone.now(), _etag()
    pictures = [envelopes.picture(one, now=now) for one in envelopes.listed()]
    return {"pictures": pictures, "etag": etag, "now": now}


def _etag() -> str:
    return f'"{envelopes.mark(get_language() or "en")}"'


@require_GET
def live(request: SignedIn) -> HttpResponse:
    """The envelopes as they stand; nothing, at the cost of a few rows, while they stand still."""
    etag = _etag()
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = render(request, "desk/capacity_live.html", _pictures() | {"again": True})
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response


@require_GET
def over_time(request: SignedIn) -> HttpResponse:
    """Each envelope from its first cap to now, or to the end of a day."""
    form = AsOfForm(request.GET if "at" in request.GET else None)
    until = _moment(form) or timezone.now()
    chosen = _envelope(request)
    shown = [_burn_down(one, until) for one in ([chosen] if chosen else envelopes.listed())]
    return _part(request, "desk/capacity_over_time", {"burn_downs": shown, "until": until})


def _burn_down(envelope: Envelope, until: datetime) -> dict[str, Any]:
    step, levels = envelopes.levels(envelope, until=until)
    return {
        "envelope": envelope,
        "levels": levels,
        "cap": levels[-1].cap if levels else None,
        "committed": any(one.committed for one in levels),
        "by_day": step == "day",
        "picture": lines.burn_down(levels, timezone.localdate(until)),
    }


@require_GET
def breakdown(request: SignedIn) -> HttpResponse:
    """What became of the files, by stage, call, track, municipality and activity."""
    chosen = _envelope(request)
    found = figuring.Figures(request.user, chosen)
    groups = [
        {
            "name": name,
            "title": title,
            "rows": list(zip(rows, lines.pairs(_bars(rows)), strict=True)),
        }
        for name, title in tables.TITLES.items()
        for rows in [getattr(found, name)]
    ]
    return _part(
        request,
        "desk/capacity_breakdown",
        {"found": found, "groups": groups, "chosen": chosen, "envelopes": envelopes.listed()},
    )


def _bars(rows: list[figuring.Line]) -> list[Any]:
    return [(line.sums.asked, line.sums.committed) for line in rows]


def _part(request: SignedIn, name: str, context: dict[str, Any]) -> HttpResponse:
    """A page of its own, or the same as a part of the capacity page."""
    template = f"{name}_part.html" if getattr(request, "htmx", False) else f"{name}.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _envelope(request: SignedIn) -> Envelope | None:
    """The one that the address names; none for all."""
    code = request.GET.get("envelope", "").replace("\0", "")
    if not code:
        return None
    found = envelopes.listed().filter(code=code).first()
    if found is None:
        raise Http404
    return found


@require_GET
def export(request: SignedIn, table: str, kind: str) -> HttpResponseBase:
    """One table, whole."""
    if table not in tables.TABLES or kind not in streaming.FILES:
        raise Http404
    past = _moment(AsOfForm(request.GET)) if table in tables.OF_ANY_DAY else None
    until = past or timezone.now()
    asked = tables.Asked(request.user, _envelope(request), until, request.GET)
    found = tables.TABLES[table](asked)
    name = f"{table.replace('_', '-')}-{timezone.localdate(until)}"
    return streaming.FILES[kind](replace(found, name=name))
