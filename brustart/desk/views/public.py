"""What everybody sees: the fund and what is left of it, its calls, the programmes around it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.models import Application, Membership, Startup
from applications.sharing import WRITERS
from applications.states import State
from brustart.accounts.access import Audience, get_or_404, role_of, visible_to
from brustart.accounts.models import Role
from brustart.awards.reading import left_in
from brustart.fund.calls import days_left
from brustart.fund.figures import figure
from brustart.fund.models import Call, Envelope, Programme
from scoring.grid import WEIGHTS
from scoring.screening.eligibility import RULES
from scoring.screening.facts import Terms
from scoring.screening.rule_sets import latest

ENVELOPE = "brustart"
DAY = 24 * 60 * 60


def front(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    envelopes = visible_to(request.user, Envelope).select_related("account")
    envelope = envelopes.filter(code=ENVELOPE).first()
    listed = visible_to(request.user, Call).filter(envelope__code=ENVELOPE, listed=True)
    open_calls = listed.filter(pk__in=Call.objects.open(now)).order_by("closes_at")
    context = {
        "capacity": envelope and left_in(envelope),
        "calls": [_with_days_left(call, now) for call in open_calls],
        "coming": listed.filter(opens_at__gt=now).order_by("opens_at").first(),
    }
    return render(request, "desk/front.html", context)


def _with_days_left(call: Call, now: datetime) -> dict[str, Any]:
    return {"call": call, "days_left": days_left(call, now)}


def call(request: HttpRequest, code: str) -> HttpResponse:
    """The start page of a call."""
    now = timezone.now()
    found = get_or_404(request.user, Call, "envelope", code=code)
    own = _own_files(request, found)
    context = {
        **_with_days_left(found, now),
        "is_open": found.is_open(now),
        "is_coming": now < found.opens_at,
        "own": own,
        "startups": _startups_without_file(request, own),
        "guest_days": settings.SESSION_COOKIE_AGE // DAY,
        "criteria": [
            {"label": criterion.label, "share": Decimal(weight) / 100, "width": f"{weight}%"}
            for criterion, weight in WEIGHTS.items()
        ],
        **_rules_of(found, now),
    }
    return render(request, "desk/call.html", context)


def _own_files(request: HttpRequest, call: Call) -> list[Application]:
    """The reader's own files in this call that are still alive; a guest's are their drafts."""
    if role_of(request.user) not in Audience.APPLYING.value:
        return []
    files = visible_to(request.user, Application).filter(call=call)
    return list(files.exclude(state=State.WITHDRAWN).select_related("startup"))


def _startups_without_file(request: HttpRequest, own: list[Application]) -> list[Startup]:
    """Those that the reader may write for and that could still apply in the call."""
    if role_of(request.user) != Role.APPLICANT:
        return []
    mine = visible_to(request.user, Membership).filter(user=request.user.pk, part__in=WRITERS)
    left = mine.exclude(startup__in=[file.startup_id for file in own])
    return [one.startup for one in left.select_related("startup").order_by("pk")]


def _rules_of(call: Call, now: datetime) -> dict[str, Any]:
    """What the rules of the call would use for a file handed in today."""
    today, terms = timezone.localdate(now), Terms.of(latest(call))
    share = terms.figure("eligibility.cofinancing_share", today).value
    return {
        "rules": terms.rules or tuple(rule.name for rule in RULES),
        "age_years": terms.figure("eligibility.age_years", today).value,
        "seat_only": terms.figure("eligibility.seat_only", today).value,
        "staff_limit": figure("size.small_staff", today).value,
        "finance_limit": figure("size.small_finance", today).value,
        "ceiling": figure("deminimis.ceiling", today).value,
        "share": share,
        "highest_share": 1 - share,
        "criterion_threshold": figure("score.criterion_threshold", today).value,
        "total_threshold": figure("score.total_threshold", today).value,
    }


@dataclass(frozen=True)
class Member:
    """One of the three who steered the strategy in 2017."""

    name: str
    competence: str
    words: Promise


MEMBERS = (
    Member("Bianca Debaets", "digitisation", _("Digitisation")),
    Member("Didier Gosuin", "employment_economy", _("Employment and economy")),
    Member("Fadila Laanan", "scientific_research", _("Scientific research")),
)


@dataclass(frozen=True)
class Shown:
    """A programme with its bar: `width` beside the largest amount, `rest` not broken down (EUR)."""

    programme: Programme
    width: str
    rest: Decimal | None
    parts: list["Shown"]


def programmes(request: HttpRequest) -> HttpResponse:
    """The programmes of Digital.Brussels, as announced in 2017."""
    rows = list(visible_to(request.user, Programme))
    largest = max((row.announced for row in rows if row.announced), default=Decimal(1))
    groups = [
        {
            "member": member,
            "programmes": [
                _shown(row, rows, largest)
                for row in rows
                if row.parent_id is None and row.competence == member.competence
            ],
        }
        for member in MEMBERS
    ]
    return render(request, "desk/programmes.html", {"groups": groups})


def _shown(programme: Programme, rows: list[Programme], largest: Decimal) -> Shown:
    parts = [row for row in rows if row.parent_id == programme.pk]
    stated = [part.announced for part in parts if part.announced is not None]
    whole = programme.announced is not None and parts and len(stated) == len(parts)
    return Shown(
        programme=programme,
        width=f"{(programme.announced or 0) / largest * 100:.3f}%",
        rest=programme.announced - sum(stated) if whole and programme.announced else None,
        parts=[_shown(part, rows, largest) for part in parts],
    )
