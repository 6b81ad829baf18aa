"""The pre-score: each criterion is a sum of named, bounded parts of declared, structured answers.

It is advice computed from what the startup declared, never a mark beside people's. Every part
says why it counts (`WHY`); its bound is its second number. All [P]: our proposal, not law.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scoring.grid import TOP_MARK, WEIGHTS, Criterion

from .facts import Facts

ONE = Decimal(1)


@dataclass(frozen=True)
class Part:
    """A contribution to a criterion: 0 <= value <= maximum; the maxima of one add up to 5."""

    criterion: Criterion
    name: str
    value: Decimal
    maximum: Decimal


WHY: dict[str, tuple[Promise, Promise]] = {  # name -> (label, why it counts)
    "novelty": (_("Novelty"), _("A new answer carries more than a known one.")),
    "readiness": (
        _("Readiness of the technology"),
        _("Between proof of concept and demonstration (3 to 7) a pre-seed fund helps most."),
    ),
    "milestones": (_("Milestones"), _("Dated results let the fund follow the work.")),
    "duration": (_("Duration"), _("Six to twenty-four months can be planned and followed.")),
    "full_time": (_("Full-time founders"), _("Somebody must do the work.")),
    "founders": (_("A team"), _("Two or more founders carry more than one.")),
    "skills": (_("Skills"), _("What the team can do itself it need not buy.")),
    "customers": (_("Customers"), _("People who pay, or try, are the best evidence.")),
    "cofinancing": (_("Certain co-financing"), _("Others who risk money have looked closely.")),
    "jobs": (_("Jobs in the Region"), _("Ten jobs in three years give the full part.")),
    "spent": (_("Spent in the Region"), _("What is spent here works here.")),
}


def _part(criterion: Criterion, name: str, share: Decimal, maximum: str) -> Part:
    bound = Decimal(maximum)
    value = (bound * min(max(share, Decimal(0)), ONE)).quantize(Decimal("0.01"))
    return Part(criterion, name, value, bound)


def _ladder(answer: str, *steps: str) -> Decimal:
    """How far up the ladder an answer stands: 0 for the first step or none, 1 for the last."""
    return Decimal(steps.index(answer)) / (len(steps) - 1) if answer in steps else Decimal(0)


def _of(value: int | None, full: int) -> Decimal:
    return Decimal(value or 0) / full


def parts(facts: Facts) -> Iterator[Part]:
    """Every contribution, in the order of the criteria."""
    ready = facts.trl is not None and 3 <= facts.trl <= 7
    followed = facts.duration_months is not None and 6 <= facts.duration_months <= 24
    own = facts.budget - facts.requested if facts.budget and facts.requested else None
    secured = (facts.cofinancing_secured or Decimal(0)) / own if own else Decimal(0)
    novelty = _ladder(facts.novelty, "known", "improvement", "new_to_market", "new_to_world")
    customers = _ladder(facts.customers, "none", "interviews", "pilots", "paying")
    yield _part(Criterion.INNOVATION, "novelty", novelty, "3.5")
    yield _part(Criterion.INNOVATION, "readiness", ONE if ready else Decimal("0.4"), "1.5")
    yield _part(Criterion.FEASIBILITY, "milestones", _of(facts.milestones, 6), "3")
    yield _part(Criterion.FEASIBILITY, "duration", ONE if followed else Decimal(0), "2")
    yield _part(Criterion.TEAM, "full_time", _of(facts.full_time_founders, 2), "2")
    yield _part(Criterion.TEAM, "founders", _of((facts.founders or 1) - 1, 2), "1")
    yield _part(Criterion.TEAM, "skills", _of(len(facts.skills), 4), "2")
    yield _part(Criterion.VALORISATION, "customers", customers, "3")
    yield _part(Criterion.VALORISATION, "cofinancing", secured, "2")
    yield _part(Criterion.IMPACT, "jobs", _of(facts.jobs_in_region, 10), "3")
    yield _part(Criterion.IMPACT, "spent", _of(facts.spent_in_region_percent, 100), "2")


def total(scored: list[Part]) -> Decimal:
    """The weighted total of 100: sum of weight x mark / 5 over the criteria."""
    points = sum((part.value * WEIGHTS[part.criterion] for part in scored), Decimal(0))
    return (points / TOP_MARK).quantize(Decimal("0.01"))
