"""The facts of one file: everything the rules may read, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Self

from django.utils import timezone

from applications import ownership
from applications.models import Application, Submission
from applications.states import State
from brustart.fund import deminimis
from brustart.fund.figures import Figure, figure
from brustart.fund.models import Call

from . import restoring
from .answers import answered
from .attached import Attached, attached, needed
from .models import RuleSet
from .registered import Registered, looked_up
from .rule_sets import rule_set_for

__all__ = ["Facts", "Terms", "answered", "collect", "of", "restore"]


@dataclass(frozen=True)
class Terms:
    """By what the call judges: which rules (none named: all), its own figures, from which day."""

    number: int = 0  # of the published rule set
    rules: tuple[str, ...] = ()
    figures: Mapping[str, Decimal] = field(default_factory=dict)
    on: date | None = None  # None: the day of submission

    @classmethod
    def of(cls, rule_set: RuleSet, *, on: date | None = None) -> Self:
        return cls(rule_set.number, tuple(rule_set.rules), rule_set.values, on)

    def figure(self, id: str, on: date) -> Figure:
        """The figure of law or policy of that day, with the call's own value if it has one."""
        found = figure(id, on)
        return replace(found, value=self.figures.get(id, found.value))


@dataclass(frozen=True)
class Facts:
    """Amounts in EUR, dates in Europe/Brussels; None or nothing where it is not known.

    Staff, turnover and balance sheet are the group's (applications/ownership.py).
    """

    submitted_on: date
    minimum: Decimal
    maximum: Decimal
    terms: Terms = field(default_factory=Terms)
    registered: Registered = field(default_factory=Registered)
    enterprise_number: str = ""
    not_registered: bool = False
    founded_on: date | None = None
    postal_code: str = ""
    establishment_postal_code: str = ""
    register_error: str = ""
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
    aid: tuple[deminimis.Received, ...] = ()  # declared, and known to the fund
    aid_declared: bool = False  # whether the startup said what it received
    documents: tuple[Attached, ...] | None = None
    needed_documents: tuple[str, ...] = ()  # kinds, and questions of the call
    other_files: tuple[str, ...] | None = None  # open, of the same enterprise, in the call
    medical_device: str = ""
    users: tuple[str, ...] = ()
    legal_basis: str = ""
    ethics: str = ""
    ethics_committee: str = ""
    ethics_on: date | None = None
    ethics_reference: str = ""

    @property
    def started_on(self) -> date | None:
        """The start date in the register; where it is silent, as the startup says."""
        return self.registered.started_on or self.founded_on

    @property
    def budget(self) -> Decimal | None:
        """The cost of the project, or None while a part of it is unknown."""
        parts = (self.personnel, self.subcontracting, self.equipment, self.other)
        known = [part for part in parts if part is not None]
        return sum(known, Decimal(0)) if len(known) == len(parts) else None

    @property
    def rules_on(self) -> date:
        """The day whose figures and lists count."""
        return self.terms.on or self.submitted_on

    def figure(self, id: str) -> Figure:
        """The figure that counts for this file. Raises LookupError."""
        return self.terms.figure(id, self.rules_on)


_KINDS = restoring.kinds(Facts)


def collect(submission: Submission, *, as_of: date | None = None) -> Facts:
    """Read the frozen submission, its call, the register and the undertaking's aid.

    `as_of`: judge by the rules of that day instead of those of the day of submission.
    """
    application, content = submission.application, submission.content
    handed_in = _end_of(as_of) if as_of else _handed_in(application)
    on = timezone.localdate(_handed_in(application))
    sections: dict[str, dict[str, Any]] = content["sections"]
    group = ownership.group(sections.get("size", {}), sections.get("ownership", {}))
    known = of(
        answered(sections),
        call=application.call,
        on=on,
        numbers=group.undertaking | {application.enterprise_number},
        at=submission.at,
        besides=f"application:{application.pk}",
    )
    rule_set = rule_set_for(application.call, handed_in)
    return replace(
        known,
        terms=Terms.of(rule_set, on=as_of),
        enterprise_number=application.enterprise_number,
        registered=looked_up(application.enterprise_number, sections.get("startup", {})),
        documents=attached(content),
        needed_documents=needed(application, content),
        other_files=_other_files(application),
    )


def of(
    said: Mapping[str, Any],
    *,
    call: Call,
    on: date,
    numbers: frozenset[str],
    at: datetime | None = None,
    besides: str = "",
) -> Facts:
    """The facts of answers (as `answered` gives them) to a call on a day.

    `numbers`: of the undertaking, whose aid the fund looks up as it stood `at` an instant;
    `besides`: what these answers themselves declared.
    """
    known = {"submitted_on": on, "minimum": call.minimum, "maximum": call.maximum}
    facts = restore({**said, **known})
    rows = deminimis.history(numbers - {""}, at=at)
    elsewhere = [one for one in rows if not besides or one.reference != besides]
    return replace(facts, aid=(*facts.aid, *elsewhere))


def restore(stored: Mapping[str, Any]) -> Facts:
    """Facts as they were stored with a run, or said in a form, typed again."""
    return Facts(**{name: restoring.typed(_KINDS[name], stored[name])
                    for name in _KINDS if name in stored})  # fmt: skip


def _handed_in(application: Application) -> datetime:
    """When the file first came in; on paper, the end of the day of its arrival."""
    if application.paper_received_on:
        return _end_of(application.paper_received_on)
    assert application.submitted_at is not None
    return application.submitted_at


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, timezone.get_current_timezone())


def _other_files(application: Application) -> tuple[str, ...]:
    """Neither drafts nor withdrawn, of the same startup or number, in the same call."""
    others = Application.objects.filter(call=application.call_id).exclude(pk=application.pk)
    others = others.exclude(state__in=[State.DRAFT, State.WITHDRAWN])
    number = application.enterprise_number
    same = others.filter(startup=application.startup_id)
    if number:
        same |= others.filter(enterprise_number=number)
    return tuple(one.reference for one in same.order_by("pk"))
