"""What saved scenarios come to, to be read and compared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from applications.models import Track
from brustart.core.money import ZERO

from .models import Scenario, ScenarioLine


@dataclass(frozen=True)
class Totals:
    """Of a saved scenario: files with money, how many of them lie in the tie band, EUR in all and
    for e-health, and what is left of its sum."""

    files: int
    close: int
    amount: Decimal
    ehealth: Decimal
    left: Decimal

    @property
    def ehealth_share(self) -> Decimal | None:
        """Of 1; None when no money goes anywhere."""
        return self.ehealth / self.amount if self.amount else None


def totals(scenarios: Iterable[Scenario]) -> dict[int, Totals]:
    """By scenario, in one query."""
    saved = {one.pk: one for one in scenarios}
    funded = Q(amount__gt=0)
    rows = (
        ScenarioLine.objects.filter(scenario__in=saved)
        .order_by()
        .values("scenario")
        .annotate(
            files=Count("pk", filter=funded),
            close=Count("pk", filter=funded & Q(is_close=True)),
            total=Sum("amount"),
            ehealth=Sum("amount", filter=Q(application__track=Track.EHEALTH)),
        )
    )
    found = {row["scenario"]: row for row in rows}
    return {key: _totals(one, found.get(key, {})) for key, one in saved.items()}


def _totals(scenario: Scenario, row: Mapping[str, Any]) -> Totals:
    amount = row.get("total") or ZERO
    return Totals(
        files=row.get("files", 0),
        close=row.get("close", 0),
        amount=amount,
        ehealth=row.get("ehealth") or ZERO,
        left=scenario.amount - amount,
    )


def columns(scenarios: Sequence[Scenario]) -> list[tuple[Scenario, Totals]]:
    """Each scenario beside what it comes to."""
    known = totals(scenarios)
    return [(one, known[one.pk]) for one in scenarios]
