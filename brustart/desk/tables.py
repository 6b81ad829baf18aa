"""The tables of the capacity page that can be taken home, each whole.

Headings and labels are words of the page's language, looked up before the first row is read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.models import Application, Track
from applications.states import State
from brustart.accounts.access import visible_to
from brustart.accounts.models import User
from brustart.awards.models import Award, Instrument, Proposal
from brustart.fund import history
from brustart.fund.models import Entry, Envelope

from . import envelopes, figuring, filters, placing
from .exporting import Cell, Table

CHUNK = 2000  # rows that the database hands over at once


@dataclass(frozen=True)
class Asked:
    """Who asks for a table, of which envelope (None: all), as of when, and how it is narrowed."""

    user: User
    envelope: Envelope | None
    until: datetime
    query: Mapping[str, Any]


def entries(asked: Asked) -> Table:
    """The whole ledger, with what proves that it is whole."""
    rows = visible_to(asked.user, Entry).filter(at__lte=asked.until)
    rows = rows.annotate(
        code=Coalesce("envelope__envelope__code", "envelope__part_of__envelope__code")
    )
    if asked.envelope:
        rows = rows.filter(code=asked.envelope.code)
    columns = {
        _("Envelope"): "code",
        _("Cap of the track"): "envelope__part_of__track",
        _("Number"): "sequence",
        _("What"): "kind",
        _("Amount (EUR)"): "amount",
        _("Before (EUR)"): "before",
        _("After (EUR)"): "after",
        _("File"): "account__award__application",
        _("Startup"): "account__award__application__startup__name",
        _("By"): "actor__name",
        _("When"): "at",
        _("Written on"): "recorded_at",
        _("Reference"): "reference",
        _("Fingerprint"): "hash",
        _("Fingerprint before it"): "previous",
    }
    words = {
        "kind": _labels(Entry.Kind.choices),
        "envelope__part_of__track": _labels(Track.choices),
        "account__award__application": _reference,
    }
    return _read("entries", _("Ledger"), rows.order_by("envelope", "sequence"), columns, words)


def files(asked: Asked) -> Table:
    """Every file that was handed in, or those that the list of files shows for the same query."""
    every = visible_to(asked.user, Application).exclude(submitted_at=None)
    rows = placing.placed(filters.find(asked.query, every).qs)
    columns = {
        _("File"): "pk",
        _("Startup"): "startup__name",
        _("Enterprise number"): "enterprise_number",
        _("Project"): "title",
        _("Call"): "call__code",
        _("Trial call"): "call__listed",
        _("Track"): "track",
        _("State"): "state",
        _("In this state since"): "state_since",
        _("Submitted"): "submitted_at",
        _("Asked (EUR)"): "requested",
        _("Awarded (EUR)"): "award__amount",
        _("Decided"): "award__decided_at",
        _("Committed (EUR)"): "award__account__committed",
        _("Paid (EUR)"): "award__account__paid",
        _("Postal code"): "postal",
        _("Municipality"): "municipality",
        _("NACE"): "activity",
    }
    yes, no = _("Yes"), _("No")
    words = {
        "pk": _reference,
        "call__listed": lambda listed: no if listed else yes,
        "track": _labels(Track.choices),
        "state": _labels(State.choices),
        "municipality": _labels(filters.municipalities()),
    }
    return _read("files", _("Files"), rows, columns, words)


def awards(asked: Asked) -> Table:
    """Every award with the balances of its account."""
    rows = visible_to(asked.user, Award).filter(application__call__listed=True)
    if asked.envelope:
        rows = rows.filter(application__call__envelope=asked.envelope)
    columns = {
        _("File"): "application",
        _("Startup"): "application__startup__name",
        _("Enterprise number"): "application__enterprise_number",
        _("Project"): "application__title",
        _("Call"): "application__call__code",
        _("Instrument"): "instrument",
        _("Decided"): "decided_at",
        _("Awarded (EUR)"): "amount",
        _("Committed (EUR)"): "account__committed",
        _("Given back (EUR)"): "account__decommitted",
        _("Liquidated (EUR)"): "account__liquidated",
        _("Ordered (EUR)"): "account__ordered",
        _("Paid (EUR)"): "account__paid",
        _("Recovered (EUR)"): "account__recovered",
    }
    words = {"application": _reference, "instrument": _labels(Instrument.choices)}
    return _read("awards", _("Awards"), rows.order_by("decided_at", "pk"), columns, words)


def proposals(asked: Asked) -> Table:
    """Proposals that were open then, in the order they were made."""
    rows = envelopes.open_at(asked.until).filter(
        pk__in=visible_to(asked.user, Proposal), application__call__listed=True
    )
    if asked.envelope:
        rows = rows.filter(application__call__envelope=asked.envelope)
    columns = {
        _("File"): "application",
        _("Startup"): "application__startup__name",
        _("Call"): "application__call__code",
        _("Amount (EUR)"): "amount",
        _("Instrument"): "instrument",
        _("Proposed"): "proposed_at",
        _("By"): "proposed_by__name",
    }
    words = {"application": _reference, "instrument": _labels(Instrument.choices)}
    return _read("proposals", _("Open proposals"), rows, columns, words)


def largest(asked: Asked) -> Table:
    """The undertakings with most money committed to them."""
    heads = [_("Startup"), _("Awards"), _("Committed (EUR)"), _("Share (of 1)")]
    found = figuring.Figures(asked.user, asked.envelope).largest
    rows: list[list[Cell]] = [
        [one.name, one.files, one.committed, round(one.share, 4)] for one in found
    ]
    return Table("largest", _("Concentration"), heads, rows)


def burn_down(asked: Asked) -> Table:
    """How each envelope stood at the end of each day on which money moved."""
    heads = [_("Envelope"), _("Day"), _("Cap (EUR)"), _("Committed (EUR)"),
             _("Liquidated (EUR)"), _("Ordered (EUR)"), _("Paid (EUR)"), _("Recovered (EUR)"),
             _("Left (EUR)")]  # fmt: skip
    chosen = [asked.envelope] if asked.envelope else list(envelopes.listed())
    return Table("burn_down", _("Over time"), heads, _days(chosen, asked.until))


def _days(chosen: Iterable[Envelope], until: datetime) -> Iterator[list[Cell]]:
    for envelope in chosen:
        _step, points = history.burn_down(envelope.account, until=until, step="day")
        for point in points:
            held = point.balances
            yield [envelope.code, point.day, held.cap, held.committed, held.liquidated,
                   held.ordered, held.paid, held.recovered, held.left]  # fmt: skip


def _breakdown(name: str) -> Callable[[Asked], Table]:
    def table(asked: Asked) -> Table:
        found = figuring.Figures(asked.user, asked.envelope)
        title = str(TITLES[name])
        heads = [title, _("Files"), _("Asked (EUR)"), _("Decided"), _("Awards"),
                 _("Committed (EUR)"), _("Paid (EUR)")]  # fmt: skip
        rows = [
            [
                line.label,
                sums.files,
                sums.asked,
                sums.decided,
                sums.awards,
                sums.committed,
                sums.paid,
            ]
            for line in getattr(found, name)
            for sums in [line.sums]
        ]
        return Table(name, title, heads, rows)

    return table


TITLES = {
    "by_call": gettext_lazy("By call"),
    "by_track": gettext_lazy("By track"),
    "by_stage": gettext_lazy("By stage"),
    "by_municipality": gettext_lazy("By municipality"),
    "by_nace": gettext_lazy("By activity (NACE)"),
}
TABLES: dict[str, Callable[[Asked], Table]] = {
    "entries": entries,
    "files": files,
    "awards": awards,
    "proposals": proposals,
    "largest": largest,
    "burn_down": burn_down,
    **{name: _breakdown(name) for name in TITLES},
}
OF_ANY_DAY = {"entries", "proposals", "burn_down"}  # the others say how things are today


def _read(
    name: str,
    title: str,
    rows: QuerySet[Any],
    columns: Mapping[str, str],
    words: Mapping[str, Callable[[Any], str]],
) -> Table:
    """Fields of rows under their headings, read as they are needed; `words` says what a stored
    value is called."""
    fields = list(columns.values())
    callers = [(at, words[one]) for at, one in enumerate(fields) if one in words]
    found = rows.values_list(*fields).iterator(chunk_size=CHUNK)
    return Table(name, title, list(columns), _worded(found, callers))


def _worded(
    rows: Iterable[tuple[Any, ...]], callers: list[tuple[int, Callable[[Any], str]]]
) -> Iterator[list[Cell]]:
    for row in rows:
        cells = list(row)
        for at, call in callers:
            if cells[at] is not None:
                cells[at] = call(cells[at])
        yield cells


def _labels(choices: Iterable[tuple[Any, Any]]) -> Callable[[Any], str]:
    """What each choice is called, in today's language, an unknown one as it is stored."""
    known = {key: str(label) for key, label in choices}
    return lambda key: known.get(key, str(key))


def _reference(key: int) -> str:
    return Application(pk=key).reference
