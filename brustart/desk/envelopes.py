"""Each envelope as fund managers look at it, now or as it stood: its capacity, its proposals, its
latest entries."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Coalesce

from applications.models import Track
from brustart.awards import proposing
from brustart.awards.models import Proposal, Vote
from brustart.core.hashing import sha256
from brustart.core.lines import Level
from brustart.core.money import ZERO
from brustart.fund import capacity, history
from brustart.fund.capacity import Capacity
from brustart.fund.models import Call, Entry, Envelope

from . import waiting
from .waiting import InLine

ENTRIES = 10


@dataclass(frozen=True)
class Picture:
    """One envelope at an instant."""

    envelope: Envelope
    capacity: Capacity
    proposals: list[InLine]
    entries: list[Entry]
    at: datetime
    parts: tuple["Part", ...] = ()


@dataclass(frozen=True)
class Part:
    """The cap of one track inside the envelope's, and what it has left."""

    label: str
    capacity: Capacity


def listed() -> QuerySet[Envelope]:
    """Envelopes of calls that are shown to the public; Brustart's own first."""
    shown = Call.objects.filter(envelope=OuterRef("pk"), listed=True)
    first = Case(When(code="brustart", then=0), default=1, output_field=IntegerField())
    return (
        Envelope.objects.filter(Exists(shown))
        .select_related("account", "programme")
        .order_by(first, "code")
    )


def picture(envelope: Envelope, *, now: datetime) -> Picture:
    """What there is to see of an envelope now."""
    now_left = capacity.of(envelope.account, proposed=proposing.proposed_total(envelope.account))
    return Picture(
        envelope=envelope,
        capacity=now_left,
        proposals=list(waiting.in_line(waiting.open_proposals(envelope), now_left.left)),
        entries=_latest(history.entries(envelope.account)),
        at=now,
        parts=tuple(_parts(envelope)),
    )


def _parts(envelope: Envelope) -> Iterator[Part]:
    """Most envelopes have none. Proposals of a track count as they do in the envelope."""
    for part in envelope.parts.select_related("account").order_by("track"):
        waits = Proposal.objects.filter(
            state=Proposal.State.OPEN,
            application__call__envelope=envelope,
            application__track=part.track,
        )
        proposed = waits.aggregate(total=Sum("amount"))["total"] or ZERO
        yield Part(str(Track(part.track).label), capacity.of(part.account, proposed=proposed))


def past(envelope: Envelope, *, at: datetime) -> Picture:
    """What there was to see of it at that moment, by the ledger and the proposals then open."""
    balances = history.as_of(envelope.account, at)
    proposals = list(open_at(at).filter(application__call__envelope=envelope))
    proposed = sum((one.amount for one in proposals), ZERO)
    return Picture(
        envelope=envelope,
        capacity=Capacity(**asdict(balances), proposed=proposed),
        proposals=list(waiting.in_line(proposals, balances.left)),
        entries=_latest(history.entries(envelope.account, until=at)),
        at=at,
    )


def _latest(entries: QuerySet[Entry]) -> list[Entry]:
    rows = entries.select_related("actor", "account__award__application__startup")
    return list(rows.order_by("-sequence")[:ENTRIES])


def open_at(at: datetime) -> QuerySet[Proposal]:
    """Proposals made by then and not yet ended, in the order they were made."""
    rows = Proposal.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at), proposed_at__lte=at)
    return rows.select_related("application__startup", "application__call")


def mark(language: str) -> str:
    """Another text whenever `picture` of a listed envelope would show something else: two queries
    of a few rows, however long the ledger is.

    Each account counts its entries, and its head is the hash of the last: neither can stay while
    money moves.
    """
    accounts = list(listed().values_list("code", "account__sequence", "account__head"))
    given = Vote.objects.filter(proposal=OuterRef("pk")).order_by()
    votes = given.values("proposal").annotate(number=Count("pk")).values("number")
    open_ones = Proposal.objects.filter(state=Proposal.State.OPEN).annotate(
        voted=Coalesce(Subquery(votes), 0)
    )
    proposals = open_ones.aggregate(
        Count("pk"), Max("pk"), total=Coalesce(Sum("amount"), ZERO), given=Sum("voted")
    )
    content = {"language": language, "accounts": accounts, "proposals": proposals}
    return sha256({"schema": 1, **content})


def levels(envelope: Envelope, *, until: datetime) -> tuple[str, list[Level]]:
    """Its burn-down, and by which step: see history.burn_down."""
    step, points = history.burn_down(envelope.account, until=until)
    return step, [
        Level(one.day, one.balances.cap, one.balances.committed, one.balances.paid)
        for one in points
    ]
