"""What a section's answers add up to, shown beside them while they are typed and once kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta

from brustart.core.money import ZERO
from brustart.fund import deminimis
from brustart.fund.figures import figure

from . import ownership
from .forms.fields import quarter
from .models import Application, Section

Answers = Mapping[str, Any]
Sections = Mapping[str, Section]
COSTS = ("personnel", "subcontracting", "equipment", "other")


def _euros(answers: Answers, name: str) -> Decimal:
    return Decimal(answers.get(name) or ZERO)


@dataclass(frozen=True)
class Budget:
    """In EUR; an answer not given yet counts as nothing."""

    costs: Decimal
    requested: Decimal
    highest_share: Decimal

    @property
    def share(self) -> Decimal | None:
        """The part of the costs that is asked, as a fraction; None while nothing costs anything."""
        return self.requested / self.costs if self.costs else None

    @property
    def too_much(self) -> bool:
        return self.share is not None and self.share > self.highest_share

    @property
    def elsewhere(self) -> Decimal:
        return self.costs - self.requested

    @property
    def width(self) -> str:
        """The share as an SVG width; a bar is never longer than whole."""
        return f"{min(self.share or ZERO, Decimal(1)) * 100:.3f}%"


def budget(answers: Answers, on: date) -> Budget:
    """Add up a budget's stored answers; the fund pays at most a share, by the rule of the day."""
    return Budget(
        costs=sum((_euros(answers, name) for name in COSTS), ZERO),
        requested=_euros(answers, "requested"),
        highest_share=1 - figure("eligibility.cofinancing_share", on).value,
    )


@dataclass(frozen=True)
class Quarter:
    """What is in the till at the end of a quarter, in EUR."""

    name: str
    money_in: Decimal
    money_out: Decimal
    left: Decimal


def cash(answers: Answers) -> list[Quarter]:
    """The cash plan in the order of time, with what is left after each quarter."""
    left, plan = ZERO, []
    for row in sorted(answers.get("cash", []), key=lambda row: str(row.get("quarter", ""))):
        money_in, money_out = _euros(row, "money_in"), _euros(row, "money_out")
        left += money_in - money_out
        plan.append(Quarter(quarter(row.get("quarter", "")), money_in, money_out, left))
    return plan


@dataclass(frozen=True)
class Aid:
    """De minimis aid in EUR: the ceiling, what counts of what is declared, what this fund knows."""

    ceiling: Decimal
    declared: Decimal
    headroom: Decimal
    requested: Decimal

    @property
    def used(self) -> Decimal:
        return self.ceiling - self.headroom

    @property
    def fits(self) -> bool:
        return self.requested <= self.headroom

    @property
    def width(self) -> str:
        return f"{min(max(self.used / self.ceiling, ZERO), Decimal(1)) * 100:.3f}%"


def aid(answers: Answers, *, numbers: frozenset[str], requested: Decimal, on: date) -> Aid:
    """The headroom with these rows: the highest declaration counts, as at the decision."""
    since = on - relativedelta(years=int(figure("deminimis.years", on).value))
    declared = sum(
        (
            _euros(row, "amount")
            for row in answers.get("aid", [])
            if date.fromisoformat(row.get("granted_on", on.isoformat())) >= since
        ),
        ZERO,
    )
    ceiling = figure("deminimis.ceiling", on).value
    known = deminimis.known(numbers, on)
    return Aid(ceiling, declared, ceiling - known.here - max(declared, known.elsewhere), requested)


def _aid(application: Application, sections: Sections, on: date) -> Aid:
    group = _group(sections)
    number = application.startup.enterprise_number
    numbers = group.undertaking | ({number} if number else set())
    return aid(
        _said(sections, "aid"), numbers=numbers, requested=application.requested or ZERO, on=on
    )


def _said(sections: Sections, key: str) -> Answers:
    section = sections.get(key)
    return section.answers if section else {}


def _group(sections: Sections) -> ownership.Group:
    return ownership.group(_said(sections, "size"), _said(sections, "ownership"))


def milestones(answers: Answers) -> Decimal:
    """EUR asked over all milestones."""
    return sum((_euros(row, "amount") for row in answers.get("milestones", [])), ZERO)


Shown = dict[str, Any]
OF: dict[str, Callable[[Application, Sections, date], Shown]] = {
    "budget": lambda application, sections, on: {
        "total": budget(_said(sections, "budget"), on),
        "cash": cash(_said(sections, "budget")),
    },
    "work_plan": lambda application, sections, on: {
        "milestones": milestones(_said(sections, "work_plan")),
        "requested": application.requested,
    },
    "ownership": lambda application, sections, on: {"group": _group(sections)},
    "aid": lambda application, sections, on: {"aid": _aid(application, sections, on)},
}


def of(key: str, application: Application, sections: Sections, on: date) -> Shown | None:
    """What to show beside a section, for templates/applications/totals/<key>.html."""
    return OF[key](application, sections, on) if key in OF else None
