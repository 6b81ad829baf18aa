"""The budget added up: what the project costs, which part is asked, what comes from elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from brustart.core.money import ZERO
from brustart.fund.figures import figure

COSTS = ("personnel", "subcontracting", "equipment", "other")


@dataclass(frozen=True)
class Total:
    """In EUR; an answer not given yet counts as nothing."""

    costs: Decimal
    requested: Decimal

    @property
    def share(self) -> Decimal | None:
        """The part of the costs that is asked, as a fraction; None while nothing costs anything."""
        return self.requested / self.costs if self.costs else None

    @property
    def elsewhere(self) -> Decimal:
        return self.costs - self.requested

    @property
    def width(self) -> str:
        """The share as an SVG width; a bar is never longer than whole."""
        return f"{min(self.share or ZERO, Decimal(1)) * 100:.3f}%"


def total(answers: Mapping[str, Any]) -> Total:
    """Add up a budget's answers, given as Python values."""
    costs = sum((answers.get(name) or ZERO for name in COSTS), ZERO)
    return Total(costs=costs, requested=answers.get("requested") or ZERO)


def highest_share(on: date) -> Decimal:
    """The largest fraction of the costs that the fund pays, by the rule of that day."""
    return 1 - figure("eligibility.cofinancing_share", on).value
