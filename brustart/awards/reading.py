"""What people look at before they decide on money: what is left, and what else waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from applications.models import Application
from brustart.accounts.access import Reader, visible_to
from brustart.core.money import ZERO
from brustart.fund import capacity
from brustart.fund.capacity import Capacity
from brustart.fund.capping import Capped
from brustart.fund.models import Envelope, EnvelopePart

from . import proposing
from .models import Proposal


@dataclass(frozen=True)
class Stakes:
    """The envelope now, its part for the file's track if there is one, and the other open
    proposals on it; amounts in EUR.

    `others` are those the reader may know of; the rest are counted only.
    """

    capacity: Capacity
    part: Capacity | None
    others: list[Proposal]
    unseen: int
    unseen_total: Decimal

    @property
    def tighter(self) -> Capacity:
        """That of the two caps which would refuse first."""
        return min((one for one in (self.capacity, self.part) if one), key=lambda one: one.left)

    def left_after(self, amount: Decimal) -> Decimal:
        """Below zero when a cap would refuse the amount."""
        return self.tighter.left - amount


def left_in(held: Capped) -> Capacity:
    """An envelope now, or a part of one."""
    if isinstance(held, EnvelopePart):
        proposed = proposing.proposed_total(held.envelope.account, held.track)
    else:
        proposed = proposing.proposed_total(held.account)
    return capacity.of(held.account, proposed=proposed)


def open_parts(envelope: Envelope) -> list[EnvelopePart]:
    """Those that have a cap."""
    found = envelope.parts.filter(account__sequence__gt=0).order_by("track")
    return list(found.select_related("account", "envelope__account"))


def stakes(application: Application, reader: Reader) -> Stakes:
    """What an award to the file competes with."""
    envelope = application.call.envelope
    parts = open_parts(envelope)
    waiting = Proposal.objects.filter(
        state=Proposal.State.OPEN, application__call__envelope=envelope
    ).exclude(application=application)
    seen = visible_to(reader, Proposal).filter(pk__in=waiting.values("pk"))
    others = list(seen.select_related("application__startup"))
    total = _sum(waiting)
    return Stakes(
        capacity=left_in(envelope),
        part=next((left_in(one) for one in parts if one.track == application.track), None),
        others=others,
        unseen=waiting.count() - len(others),
        unseen_total=total - _sum(others),
    )


def _sum(proposals: Iterable[Proposal]) -> Decimal:
    return sum((one.amount for one in proposals), ZERO)
