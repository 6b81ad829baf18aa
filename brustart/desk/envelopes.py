"""Each envelope as fund managers look at it, now or as it stood: its capacity, its proposals, its
latest entries."""

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
from django.urls import reverse

from applications.models import Track
from brustart.awards import proposing
from brustart.awards.models import Proposal, Vote
from brustart.awards.reading import left_in
from brustart.core.hashing import sha256
from brustart.core.lines import Level
from brustart.core.money import ZERO
from brustart.fund import accounts, history
from brustart.fund.capacity import Capacity
from brustart.fund.capping import Capped
from brustart.fund.history import Balances
from brustart.fund.models import Call, CapChange, Entry, Envelope, EnvelopePart

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
    """The cap of one track inside the envelope's, and what it has left; nothing yet while the part
    is not open. `waits`: a change of it, or its opening, waits for a second person."""

    label: str
    url: str
    is_open: bool
    waits: bool
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
    now_left = capacity_of(envelope)
    return Picture(
        envelope=envelope,
        capacity=now_left,
        proposals=list(waiting.in_line(waiting.open_proposals(envelope), now_left.left)),
        entries=_latest(history.entries(envelope.account)),
        at=now,
        parts=tuple(parts(envelope)),
    )


def parts(envelope: Envelope) -> list[Part]:
    """The parts of an envelope that are open, by track. Most envelopes have none."""
    return [_part(one) for one in _kept(envelope) if one.is_open]


def tracks(envelope: Envelope) -> list[Part]:
    """Each track, with its part or without."""
    kept = {one.track: one for one in _kept(envelope)}
    return [_part(kept.get(one) or accounts.new_part(envelope, one)) for one in Track]


def _kept(envelope: Envelope) -> QuerySet[EnvelopePart]:
    waits = CapChange.objects.filter(account=OuterRef("account"), answer=None)
    rows = envelope.parts.select_related("account", "envelope__account").order_by("track")
    return rows.annotate(waits=Exists(waits))


def _part(part: EnvelopePart) -> Part:
    return Part(
        label=str(Track(part.track).label),
        url=cap_url(part),
        is_open=part.is_open,
        waits=getattr(part, "waits", False),
        capacity=capacity_of(part),
    )


def capacity_of(held: Capped) -> Capacity:
    """What an envelope, or a part of it, has left now. A part that is not open has no cap; what
    its awards committed counts in the envelope alone."""
    if isinstance(held, Envelope) or held.is_open:
        return left_in(held)
    balances = Balances(committed=accounts.committed_in(held))
    proposed = proposing.proposed_total(held.envelope.account, held.track)
    return Capacity(**asdict(balances), proposed=proposed)


def named(held: Capped) -> str:
    """What people call it: the envelope, and the track of a part."""
    if isinstance(held, Envelope):
        return str(held)
    return f"{held.envelope} – {Track(held.track).label}"


def cap_url(held: Capped) -> str:
    """Where its cap is changed."""
    if isinstance(held, Envelope):
        return reverse("cap", args=[held.code])
    return reverse("cap", args=[held.envelope.code, held.track])


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
    money moves. A part counts its own cap's; what its awards move, the envelope counts.
    """
    caps = ("account__sequence", "account__head", "parts__account__sequence")
    money = list(listed().order_by("code", "parts__track").values_list("code", *caps))
    given = Vote.objects.filter(proposal=OuterRef("pk")).order_by()
    votes = given.values("proposal").annotate(number=Count("pk")).values("number")
    open_ones = Proposal.objects.filter(state=Proposal.State.OPEN).annotate(
        voted=Coalesce(Subquery(votes), 0)
    )
    proposals = open_ones.aggregate(
        Count("pk"), Max("pk"), total=Coalesce(Sum("amount"), ZERO), given=Sum("voted")
    )
    content = {"language": language, "accounts": money, "proposals": proposals}
    return sha256({"schema": 1, **content})


def levels(envelope: Envelope, *, until: datetime) -> tuple[str, list[Level]]:
    """Its burn-down, and by which step: see history.burn_down."""
    step, points = history.burn_down(envelope.account, until=until)
    return step, [
        Level(one.day, one.balances.cap, one.balances.committed, one.balances.paid)
        for one in points
    ]
