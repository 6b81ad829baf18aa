"""The grants that belong in the central register of de minimis aid, each with its award."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.conf import settings
from django.db.models import BigIntegerField, Count, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from brustart.accounts.access import visible_to
from brustart.accounts.models import User
from brustart.awards.models import Award, Instrument
from brustart.cbe.numbers import display_number
from brustart.fund import registering
from brustart.fund.models import RegisterEntry
from scoring.screening.models import Run

from .exporting import Cell, Table

CHUNK = 500
HEAD = (
    _("Beneficiary"), _("Enterprise number"), _("Aid granted (EUR)"), _("Granted on"),
    _("Granting authority"), _("Instrument"), _("NACE-BEL code"), _("NACE-BEL version"),
    _("Legal basis"), _("File"), _("Enter until"), _("Entered on"), _("Number in the register"),
)  # fmt: skip
BASIS = "Regulation (EU) 2023/2831"
STATES = {
    "open": _("To enter"),
    "late": _("Late"),
    "done": _("Entered"),
    "lapsed": _("Lapsed"),
}


@dataclass(frozen=True)
class Line:
    """One grant; `award` is None when no award of ours is behind it. `activity`: 2025:62100."""

    entry: RegisterEntry
    award: Award | None
    today: date

    @property
    def number(self) -> str:
        return display_number(self.award.application.enterprise_number) if self.award else ""

    @property
    def days_left(self) -> int:
        return registering.days_left(self.entry, self.today)

    @property
    def is_open(self) -> bool:
        return not self.entry.entered_at and not self.entry.aid.released_at

    @property
    def is_late(self) -> bool:
        """Not entered in time: still to do, or done after the last day."""
        done = self.entry.entered_at
        return (self.is_open and self.days_left < 0) or bool(
            done and timezone.localdate(done) > self.entry.due_on
        )

    @property
    def days_late(self) -> int:
        return -self.days_left

    @property
    def activity(self) -> tuple[str, str]:
        """Code as 62.100 and version as 2025; both empty when the register knew none."""
        version, _colon, code = (getattr(self.award, "activity", None) or "").partition(":")
        return (f"{code[:2]}.{code[2:]}" if code else "", version)


def found(reader: User, *, state: str, words: str, today: date) -> QuerySet[RegisterEntry]:
    """The grants in that state, by words of the startup, a number, or the register's own."""
    rows = visible_to(reader, RegisterEntry).filter(_condition(state, today))
    if words:
        rows = rows.filter(_matching(words))
    order = ("-entered_at", "-pk") if state == "done" else ("due_on", "pk")
    return rows.select_related("aid", "entered_by").order_by(*order)


def counts(reader: User, today: date) -> dict[str, int]:
    """How many grants are in each state; those late are to be entered as well."""
    every = visible_to(reader, RegisterEntry)
    return every.aggregate(**{key: Count("pk", filter=_condition(key, today)) for key in STATES})


def lines(entries: Iterable[RegisterEntry], today: date) -> list[Line]:
    """These grants with their awards. One query, however many."""
    rows = list(entries)
    keys = {one.pk: _proposal_of(one) for one in rows}
    latest = Run.objects.filter(submission=OuterRef("application__submission"), is_current=True)
    activity = latest.values("facts__registered__activities__0")[:1]
    awards = Award.objects.filter(proposal__in=[key for key in keys.values() if key])
    known = {
        one.proposal_id: one
        for one in awards.select_related("application__startup").annotate(
            activity=Subquery(activity)
        )
    }
    return [Line(one, known.get(keys[one.pk] or 0), today) for one in rows]


def table(entries: QuerySet[RegisterEntry], today: date) -> Table:
    """The export file with the register's fields; amounts in EUR."""
    heads = [str(head) for head in HEAD]
    return Table(
        f"de-minimis-{today}", str(_("Register of de minimis aid")), heads, _rows(entries, today)
    )


def _rows(entries: QuerySet[RegisterEntry], today: date) -> Iterator[list[Cell]]:
    instruments = {key: str(label) for key, label in Instrument.choices}
    found = entries.iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        for line in lines(chunk, today):
            yield _row(line, instruments)


def _row(line: Line, instruments: Mapping[str, str]) -> list[Cell]:
    entry, award = line.entry, line.award
    return [
        str(award.application.startup) if award else None,
        line.number,
        entry.aid.amount,
        entry.aid.counted_on,
        settings.FUND_AUTHORITY,
        instruments[award.instrument] if award else None,
        *line.activity,
        BASIS,
        award.application.reference if award else None,
        entry.due_on,
        timezone.localdate(entry.entered_at) if entry.entered_at else None,
        entry.reference,
    ]


def _condition(state: str, today: date) -> Q:
    lapsed = Q(aid__released_at__isnull=False)
    if state == "lapsed":
        return lapsed
    if state == "done":
        return ~lapsed & Q(entered_at__isnull=False)
    still = ~lapsed & Q(entered_at=None)
    return still & Q(due_on__lt=today) if state == "late" else still


def _matching(words: str) -> Q:
    awards = Q(application__startup__name__icontains=words)
    digits = re.sub(r"\D", "", words)
    if digits and re.fullmatch(r"[\d. ]+", words):
        awards |= Q(application__enterprise_number__startswith=digits)
    if file := re.fullmatch(r"(?:BRU-?)?0*(\d{1,9})", words.strip(), re.IGNORECASE):
        awards |= Q(application=int(file[1]))
    proposals = Award.objects.filter(awards).values("proposal")
    named = RegisterEntry.objects.annotate(proposal=_PROPOSAL).filter(proposal__in=proposals)
    return Q(pk__in=named.values("pk")) | Q(reference__icontains=words)


# What holds an aid is the proposal that became an award: `proposal:12`, or `proposal:12.3`.
_REFERENCE = r"^proposal:(\d+)"
_PROPOSAL = Cast(
    Func(F("aid__reference"), Value(_REFERENCE), function="substring"), BigIntegerField()
)


def _proposal_of(entry: RegisterEntry) -> int | None:
    match = re.match(_REFERENCE, entry.aid.reference)
    return int(match[1]) if match else None
