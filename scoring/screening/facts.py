"""The facts of one file: everything the rules may read, and nothing else."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from applications.models import Submission
from brustart.fund import deminimis


@dataclass(frozen=True)
class Facts:
    """Amounts in EUR, dates in Europe/Brussels; None where the startup did not say."""

    submitted_on: date
    enterprise_number: str
    founded_on: date | None
    postal_code: str
    establishment_postal_code: str
    staff: Decimal | None
    turnover: Decimal | None
    balance_sheet: Decimal | None
    founders: int | None
    full_time_founders: int | None
    skills: tuple[str, ...]
    track: str
    novelty: str
    trl: int | None
    customers: str
    jobs_in_region: int | None
    milestones: int | None
    duration_months: int | None
    personnel: Decimal | None
    subcontracting: Decimal | None
    equipment: Decimal | None
    other: Decimal | None
    requested: Decimal | None
    cofinancing_secured: Decimal | None
    spent_in_region_percent: int | None
    de_minimis_received: Decimal | None
    minimum: Decimal
    maximum: Decimal
    headroom: Decimal  # de minimis, on the day of submission, what was declared included

    @property
    def budget(self) -> Decimal | None:
        """The cost of the project, or None while a part of it is unknown."""
        parts = (self.personnel, self.subcontracting, self.equipment, self.other)
        known = [part for part in parts if part is not None]
        return sum(known, Decimal(0)) if len(known) == len(parts) else None


_TEXTS = {
    "enterprise_number", "postal_code", "establishment_postal_code", "track", "novelty", "customers"
}  # fmt: skip


def collect(submission: Submission) -> Facts:
    """Read the frozen submission, its call and the undertaking's aid."""
    answers: dict[str, Any] = {}
    for section in ("startup", "project", "budget"):
        answers |= submission.answers(section)
    call = submission.application.call
    on = timezone.localdate(submission.at)
    known: dict[str, Any] = {
        "submitted_on": on,
        "minimum": call.minimum,
        "maximum": call.maximum,
        "headroom": deminimis.headroom(submission.application.enterprise_number, on),
    }
    asked = {field.name: _typed(field.name, answers.get(field.name)) for field in fields(Facts)}
    return Facts(**{**asked, **known})


def _typed(name: str, value: Any) -> Any:
    if name in _TEXTS:
        return value or ""
    if name == "skills":
        return tuple(value or ())
    if value is None or isinstance(value, int):
        return value
    return date.fromisoformat(value) if name == "founded_on" else Decimal(value)


def restore(stored: dict[str, Any]) -> Facts:
    """Facts as they were stored with a run, typed again."""
    typed = {name: _restored(name, value) for name, value in stored.items()}
    return Facts(**typed)


def _restored(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name == "submitted_on" else _typed(name, value)
