"""What is left: the two named figures, and the parts they come from."""

from dataclasses import dataclass
from decimal import Decimal

from .models import Account


@dataclass(frozen=True)
class Capacity:
    """All in EUR. `proposed` is the sum of open proposals, which reserve nothing of the cap."""

    cap: Decimal
    committed: Decimal
    decommitted: Decimal
    liquidated: Decimal
    ordered: Decimal
    paid: Decimal
    recovered: Decimal
    proposed: Decimal

    @property
    def left(self) -> Decimal:
        return self.cap - self.committed

    @property
    def left_if_all_pass(self) -> Decimal:
        """Left if every open proposal passes; below zero the envelope is oversubscribed."""
        return self.left - self.proposed


def of(account: Account, *, proposed: Decimal) -> Capacity:
    """The capacity of an envelope as its account says now."""
    account.refresh_from_db()
    return Capacity(
        cap=account.cap,
        committed=account.committed,
        decommitted=account.decommitted,
        liquidated=account.liquidated,
        ordered=account.ordered,
        paid=account.paid,
        recovered=account.recovered,
        proposed=proposed,
    )
