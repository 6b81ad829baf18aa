"""Opening accounts: always empty; the first entry gives them their meaning."""

from decimal import Decimal
from typing import Any

from django.db.models import Sum

from brustart.core.money import ZERO

from .models import Account, Envelope, EnvelopePart


def open_envelope_account() -> Account:
    """Of an envelope, or of a part of one."""
    return Account.objects.create()


def open_award_account(envelope: Account, *, asked: Decimal, track: str = "") -> Account:
    """An award's account; what was asked for (EUR) is the most it may ever commit. It counts in
    the envelope's part for that track, if one is open by the time it commits."""
    part = EnvelopePart.objects.filter(
        envelope__account=envelope, track=track, account__sequence__gt=0
    ).first()
    return Account.objects.create(
        parent=envelope, cap=asked, track=track, part_id=part.account_id if part else None
    )


def part_of(envelope: Envelope, track: str) -> EnvelopePart:
    """The part of one track; while nobody asked for one, a part that is not kept."""
    found = EnvelopePart.objects.select_related("account", "envelope__account")
    return found.filter(envelope=envelope, track=track).first() or new_part(envelope, track)


def new_part(envelope: Envelope, track: str) -> EnvelopePart:
    """A part that is not kept yet."""
    return EnvelopePart(envelope=envelope, track=track, account=Account())


def keep_part(part: EnvelopePart) -> EnvelopePart:
    """The part as it stands now, with an account of its own, empty until its first cap."""
    own: dict[str, Any] = {"account": open_envelope_account}  # called when there is none
    EnvelopePart.objects.get_or_create(envelope=part.envelope, track=part.track, defaults=own)
    return part_of(part.envelope, part.track)


def held_by(account: Account) -> Envelope | EnvelopePart:
    """What an account with a cap is the account of: an envelope, or the part of a track."""
    parts = EnvelopePart.objects.filter(account=account).select_related("envelope__account")
    return parts.first() or Envelope.objects.select_related("account").get(account=account)


def committed_in(held: Envelope | EnvelopePart) -> Decimal:
    """EUR committed in an envelope, or to the awards of a track, those too that were made before
    it had a part."""
    if isinstance(held, Envelope):
        return held.account.committed
    awards = held.envelope.account.awards.filter(track=held.track)
    return awards.aggregate(total=Sum("committed"))["total"] or ZERO


def caps_of_parts(envelope: Envelope, *, beside: EnvelopePart | None = None) -> Decimal:
    """EUR that the parts of an envelope may commit together, but for one of them."""
    parts = envelope.parts.exclude(pk=beside.pk) if beside else envelope.parts
    return parts.aggregate(total=Sum("account__cap"))["total"] or ZERO
