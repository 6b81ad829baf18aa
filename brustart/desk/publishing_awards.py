"""The awards that everybody may read of: beneficiary, object, amount and date.

Decree-ordinance of 16 May 2019 on openness, art. 6 §1 2°: the inventory of subsidies. The
applicants were told so beside each of these answers (applications/forms/feeds.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import ExtractYear
from django.utils import timezone
from django.utils.translation import gettext as _

from brustart.awards.models import Award, Instrument
from brustart.cbe.numbers import display_number
from brustart.core.money import ZERO
from brustart.fund.models import Programme

from .exporting import Cell, Table

CHUNK = 500
SUMMARY = "application__submission__content__sections__project__summary"


@dataclass(frozen=True)
class Asked:
    """How the list is narrowed: by the year of the decision, by the programme that pays."""

    year: int | None = None
    programme: Programme | None = None

    @classmethod
    def of(cls, year: str, programme: str) -> "Asked":
        """As an address has it; what cannot be read narrows nothing."""
        readable = re.fullmatch(r"[12]\d{3}", year)
        return cls(
            year=int(year) if readable else None,
            programme=Programme.objects.filter(code=programme).first() if programme else None,
        )


@dataclass(frozen=True)
class Published:
    """One award as everybody reads it; `amount` in EUR, net of what was given back. `language`:
    that of the title and the summary, which the startup wrote."""

    file: str
    beneficiary: str
    number: str
    title: str
    summary: str
    language: str
    programme: str
    call: str
    instrument: str
    amount: Decimal
    decided_on: date


def standing() -> QuerySet[Award]:
    """Awards of listed calls, on offer or accepted; none that was declined, lapsed or ended."""
    return Award.objects.standing().filter(application__call__listed=True)


def found(asked: Asked) -> QuerySet[Award]:
    """The latest first."""
    rows = standing()
    if asked.year:
        rows = rows.filter(decided_at__year=asked.year)
    if asked.programme:
        rows = rows.filter(application__call__envelope__programme=asked.programme)
    return rows.order_by("-decided_at", "-pk")


def total(awards: QuerySet[Award]) -> Decimal:
    """EUR, net of what was given back."""
    return awards.aggregate(sum=Sum("account__committed"))["sum"] or ZERO


def read(awards: QuerySet[Award]) -> QuerySet[Award]:
    """With what `published` reads of each. One query."""
    related = ("application__startup", "application__call__envelope__programme")
    return awards.select_related(*related).annotate(net=F("account__committed"), summary=F(SUMMARY))


def published(award: Award) -> Published:
    """What is public of an award that `read` gave."""
    file = award.application
    return Published(
        file=file.reference,
        beneficiary=str(file.startup),
        number=display_number(file.enterprise_number),
        title=file.title,
        summary=award.summary or "",  # type: ignore[attr-defined]
        language=file.language,
        programme=file.call.envelope.programme.name,
        call=file.call.title,
        instrument=str(Instrument(award.instrument).label),
        amount=award.net,  # type: ignore[attr-defined]
        decided_on=timezone.localdate(award.decided_at),
    )


def years() -> list[int]:
    """Those in which something was awarded, the latest first."""
    rows = standing().annotate(year=ExtractYear("decided_at")).values_list("year", flat=True)
    return list(rows.order_by("-year").distinct())


def programmes() -> QuerySet[Programme]:
    """Those that awarded something."""
    paying = standing().values("application__call__envelope__programme")
    return Programme.objects.filter(pk__in=paying)


def table(asked: Asked, now: datetime) -> Table:
    """The whole list as a file; read while it is sent."""
    heads = [_("File"), _("Beneficiary"), _("Enterprise number"), _("Project"), _("Summary"),
             _("Language"), _("Programme"), _("Call"), _("Instrument"), _("Amount (EUR)"),
             _("Awarded on")]  # fmt: skip
    return Table(f"awards-{timezone.localdate(now)}", _("Awards"), heads, _rows(asked))


def _rows(asked: Asked) -> Iterator[list[Cell]]:
    for award in read(found(asked)).iterator(chunk_size=CHUNK):
        yield list(vars(published(award)).values())
