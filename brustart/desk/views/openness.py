"""What is open to everybody, and to those who watch over the fund: awards, and years in figures."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from brustart.accounts.access import get_or_404
from brustart.accounts.asking import SignedIn
from brustart.desk import publishing_awards, streaming
from brustart.desk.exporting import Cell, Table
from brustart.fund import statement
from brustart.fund.models import Envelope
from brustart.fund.statement import Statement

PAGE = 25


@require_safe
def awards(request: HttpRequest) -> HttpResponse:
    """Every award that stands, for everybody; by year and programme."""
    asked = _asked(request)
    found = publishing_awards.found(asked)
    rows = publishing_awards.read(found)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "desk/awards.html",
        {
            "asked": asked,
            "page_obj": page,
            "awards": [publishing_awards.published(one) for one in page.object_list],
            "total": publishing_awards.total(found),
            "years": publishing_awards.years(),
            "programmes": publishing_awards.programmes(),
            "now": timezone.now(),
        },
    )


@require_safe
def awards_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same list, whole."""
    return streaming.csv_file(publishing_awards.table(_asked(request), timezone.now()))


def _asked(request: HttpRequest) -> publishing_awards.Asked:
    programme = request.GET.get("programme", "").replace("\0", "")
    return publishing_awards.Asked.of(request.GET.get("year", ""), programme)


@require_safe
def year_statement(request: SignedIn, code: str, year: int) -> HttpResponse:
    """What an envelope held when the year began, what moved, and what it held at its end."""
    now = timezone.now()
    envelope, years = _envelope(request, code, year, now)
    known = {
        "envelope": envelope,
        "statement": statement.of(envelope.account, year, now=now),
        "columns": _columns(),
        "years": years,
        "now": now,
    }
    return render(request, "desk/statement.html", known)


@require_safe
def year_statement_csv(request: SignedIn, code: str, year: int) -> StreamingHttpResponse:
    """The opening, each month's movements and the closing; each column adds up."""
    now = timezone.now()
    envelope, _years = _envelope(request, code, year, now)
    found = statement.of(envelope.account, year, now=now)
    heads = [_("Month"), _("What"), _("Entries"), *(f"{head} (EUR)" for head in _columns())]
    name = f"{envelope.code}-{year}"
    return streaming.csv_file(Table(name, str(envelope), heads, _lines(found)))


def _lines(found: Statement) -> list[list[Cell]]:
    moves: list[list[Cell]] = [
        [f"{one.month:%Y-%m}", str(one.kind.label), one.number, *one.cells]
        for one in found.movements
    ]
    opening: list[Cell] = [None, _("Opening"), None, *found.opening]
    return [opening, *moves, [None, _("Closing"), found.number, *found.closing]]


def _columns() -> list[Any]:
    """What statement.COLUMNS are called."""
    return [_("Cap"), _("Committed"), _("Left"), _("Liquidated"), _("Ordered"), _("Paid"),
            _("Recovered")]  # fmt: skip


def _envelope(request: SignedIn, code: str, year: int, now: datetime) -> tuple[Envelope, list[int]]:
    """The envelope, and the years that it has a statement of: this one among them."""
    envelope = get_or_404(request.user, Envelope, "account", "programme", code=code)
    years = statement.years(envelope.account, now=now)
    if year not in years:
        raise Http404
    return envelope, years
