"""What people look at before they decide on money: what is left, and what else waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from applications.models import Application
from brustart.accounts.access import Reader, visible_to
from brustart.core.money import ZERO
from brustart.fund import capacity
from brustart.fund.capacity import Capacity

from . import proposing
from .models import Proposal


@dataclass(frozen=True)
class Stakes:
    """The envelope now, and the other open proposals on it; amounts in EUR.

    `others` are those the reader may know of; the rest are counted only.
    """

    capacity: Capacity
    others: list[Proposal]
    unseen: int
    unseen_total: Decimal

    def left_after(self, amount: Decimal) -> Decimal:
        """Below zero when the cap would refuse the amount."""
        return self.capacity.left - amount


def stakes(application: Application, reader: Reader) -> Stakes:
    """What an award to the file competes with."""
    account = application.call.envelope.account
    waiting = Proposal.objects.filter(
        state=Proposal.State.OPEN, application__call__envelope__account=account
    ).exclude(application=application)
    seen = visible_to(reader, Proposal).filter(pk__in=waiting.values("pk"))
    others = list(seen.select_related("application__startup"))
    total = _sum(waiting)
    return Stakes(
        capacity=capacity.of(account, proposed=proposing.proposed_total(account)),
        others=others,
        unseen=waiting.count() - len(others),
        unseen_total=total - _sum(others),
    )


def _sum(proposals: Iterable[Proposal]) -> Decimal:
    return sum((one.amount for one in proposals), ZERO)
