"""What the company register says of an enterprise, and of which day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from brustart.cbe import lookup

NORMAL = "000"  # the situation of an enterprise of which nothing else is known [K]


@dataclass(frozen=True)
class Registered:
    """`searched_on`: the day whose situation was searched, None when no register is loaded; not
    being found proves nothing. Texts are empty and dates None where the register is silent."""

    searched_on: date | None = None
    found: bool = False
    started_on: date | None = None
    is_natural_person: bool = False
    status: str = ""
    situation: str = ""
    seat: str = ""  # postal code
    establishments: tuple[str, ...] | None = None  # postal codes of active units; None: not known
    activities: tuple[str, ...] = ()  # version:code, as 2025:62100

    @property
    def is_normal(self) -> bool:
        return self.situation in ("", NORMAL)


def looked_up(number: str, startup: Mapping[str, Any]) -> Registered:
    """The enterprise as the register has it now; else as it had it when the form was filled in
    (`startup`: the stored answers of that section)."""
    entry = lookup.enterprise(number) if number else None
    if entry:
        return _of(entry)
    if number and startup.get("register_date"):
        return _as_answered(startup)
    return Registered(searched_on=lookup.register_date() if number else None)


def _of(entry: lookup.Entry) -> Registered:
    return Registered(
        searched_on=entry.extract_date,
        found=True,
        started_on=entry.started_on,
        is_natural_person=entry.is_natural_person,
        status=entry.status,
        situation=entry.situation_code,
        seat=entry.postal_code,
        establishments=tuple(sorted({one.postal_code for one in entry.establishments} - {""})),
        activities=tuple(f"{one.version}:{one.code}" for one in entry.activities),
    )


def _as_answered(startup: Mapping[str, Any]) -> Registered:
    started_on = startup.get("founded_on")
    return Registered(
        searched_on=date.fromisoformat(startup["register_date"]),
        found=True,
        started_on=date.fromisoformat(started_on) if started_on else None,
        seat=startup.get("postal_code", ""),
        activities=tuple(startup.get("activities", ())),
    )
