"""The facts of one file: everything the rules may read, and nothing else."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from applications import ownership
from applications.models import Submission
from brustart.fund import deminimis
from brustart.fund.figures import figure
from brustart.fund.models import Call

FOUNDER_FULL_TIME = 100  # percent of the working week


@dataclass(frozen=True)
class Facts:
    """Amounts in EUR, dates in Europe/Brussels; None or nothing where the startup did not say.

    Staff, turnover and balance sheet are the group's (applications/ownership.py).
    """

    submitted_on: date
    minimum: Decimal
    maximum: Decimal
    headroom: Decimal  # de minimis, on the day of submission, what was declared included
    enterprise_number: str = ""
    not_registered: bool = False
    founded_on: date | None = None
    postal_code: str = ""
    establishment_postal_code: str = ""
    staff: Decimal | None = None
    turnover: Decimal | None = None
    balance_sheet: Decimal | None = None
    capital: Decimal | None = None
    equity: Decimal | None = None
    insolvency: str = ""
    rescue_aid: str = ""
    no_excluded_activity: bool = False
    no_export_aid: bool = False
    no_double_aid: bool = False
    excluded: str = ""  # asked by the pre-check alone (precheck.py)
    founders: int | None = None
    full_time_founders: int | None = None
    skills: tuple[str, ...] = ()
    track: str = ""
    novelty: str = ""
    trl: int | None = None
    customers: str = ""
    jobs_in_region: int | None = None
    milestones: int | None = None
    duration_months: int | None = None
    personnel: Decimal | None = None
    subcontracting: Decimal | None = None
    equipment: Decimal | None = None
    other: Decimal | None = None
    requested: Decimal | None = None
    cofinancing_secured: Decimal | None = None
    spent_in_region_percent: int | None = None
    de_minimis_received: Decimal | None = None

    @property
    def budget(self) -> Decimal | None:
        """The cost of the project, or None while a part of it is unknown."""
        parts = (self.personnel, self.subcontracting, self.equipment, self.other)
        known = [part for part in parts if part is not None]
        return sum(known, Decimal(0)) if len(known) == len(parts) else None


_TYPES = {field.name: str(field.type) for field in fields(Facts)}


def collect(submission: Submission) -> Facts:
    """Read the frozen submission, its call and the undertaking's aid."""
    on = timezone.localdate(submission.application.submitted_at or submission.at)
    sections: dict[str, dict[str, Any]] = submission.content["sections"]
    said = answered(sections, on=on)
    own = submission.application.enterprise_number
    group = ownership.group(sections.get("size", {}), sections.get("ownership", {}))
    numbers = group.undertaking | {own}
    return of(said, call=submission.application.call, on=on, numbers=numbers)


def of(said: dict[str, Any], *, call: Call, on: date, numbers: frozenset[str]) -> Facts:
    """The facts of answers (as `answered` gives them) to a call on a day."""
    known = {
        "submitted_on": on,
        "minimum": call.minimum,
        "maximum": call.maximum,
        "headroom": deminimis.headroom(numbers - {""}, on),
    }
    typed = {name: _typed(name, said[name]) for name in _TYPES if name in said}
    return Facts(**{**typed, **known})


def answered(sections: dict[str, dict[str, Any]], *, on: date) -> dict[str, Any]:
    """The stored answers of all sections under the names of the facts."""
    said: dict[str, Any] = {}
    for key in ("startup", "project", "size", "team", "work_plan", "budget", "declarations"):
        said |= sections.get(key, {})
    group = ownership.group(sections.get("size", {}), sections.get("ownership", {}))
    said |= {name: getattr(group, name) for name in ownership.FIGURES}
    members = sections.get("team", {}).get("members")
    if members is not None:
        founders = [row for row in members if row.get("founder")]
        full_time = [row for row in founders if row.get("time") == FOUNDER_FULL_TIME]
        said |= {"founders": len(founders), "full_time_founders": len(full_time)}
    if "milestones" in said:
        said["milestones"] = len(said["milestones"])
    said["de_minimis_received"] = _received(sections.get("aid", {}), on)
    return said


def _received(aid: dict[str, Any], on: date) -> Decimal | None:
    """EUR declared in the three years up to that day; None where nothing was declared."""
    if "any_aid" not in aid:
        return None
    since = on - relativedelta(years=int(figure("deminimis.years", on).value))
    counted = [
        Decimal(row["amount"])
        for row in aid.get("aid", [])
        if date.fromisoformat(row["granted_on"]) >= since
    ]
    return sum(counted, Decimal(0))


def _typed(name: str, value: Any) -> Any:
    """A stored value as the type that the facts have for it."""
    kind = _TYPES[name]
    if kind in ("<class 'str'>", "str"):
        return value or ""
    if name == "skills":
        return tuple(value or ())
    if value is None or isinstance(value, bool | int | Decimal):
        return value
    return date.fromisoformat(value) if "date" in kind else Decimal(value)


def restore(stored: dict[str, Any]) -> Facts:
    """Facts as they were stored with a run, typed again."""
    return Facts(**{name: _typed(name, value) for name, value in stored.items() if name in _TYPES})
