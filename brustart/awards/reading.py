"""What people look at before they decide on money: what is left, and what else waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from applications.models import Application
from brustart.accounts.access import Reader, visible_to
from brustart.core.money import ZERO
from brustart.fund import capacity
from brustart.fund.capacity import Capacity
from brustart.fund.models import Account, EnvelopePart

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


def left_in(envelope: Account, track: str = "") -> Capacity:
    """The envelope now, or its part for a track that has one."""
    account = (
        Account.objects.get(part_of__envelope__account=envelope, part_of__track=track)
        if track
        else envelope
    )
    return capacity.of(account, proposed=proposing.proposed_total(envelope, track))


def left_in_parts(envelope: Account) -> dict[str, Capacity]:
    """The same of each part that is open, by track."""
    parts = EnvelopePart.objects.filter(envelope__account=envelope, account__sequence__gt=0)
    return {one.track: left_in(envelope, one.track) for one in parts}


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
        capacity=left_in(account),
        part=left_in_parts(account).get(application.track),
        others=others,
        unseen=waiting.count() - len(others),
        unseen_total=total - _sum(others),
    )


def _sum(proposals: Iterable[Proposal]) -> Decimal:
    return sum((one.amount for one in proposals), ZERO)
