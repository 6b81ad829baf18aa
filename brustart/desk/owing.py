"""What of the awards is due or late: money, accounts, offers, the register, the waiting list."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from brustart.accounts.access import visible_to
from brustart.accounts.models import User
from brustart.awards.models import Award, BankAccount, Batch, Claim, Promotion, Recovery
from brustart.fund.capping import Capped
from brustart.fund.models import CapChange, Envelope, EnvelopePart, RegisterEntry

from . import envelopes
from .dues import Due

SOON = timedelta(days=7)  # in which an offer that lapses is worth a call [P]


def owed(user: User, today: date) -> Iterator[Due]:
    """All that waits for the fund after the decisions, counted."""
    yield from _payments(user, today)
    yield from _elsewhere(user, today)
    yield from _caps(user)


def _payments(user: User, today: date) -> Iterator[Due]:
    url = reverse("payments")
    open_ones = visible_to(user, Claim).filter(
        state__in=(Claim.State.MADE, Claim.State.VERIFIED, Claim.State.ORDERED)
    )
    if late := open_ones.filter(due_on__lt=today).count():
        words = ngettext("%(number)d payment is late", "%(number)d payments are late", late)
        yield Due(words % {"number": late}, late, url, "bad")
    if files := visible_to(user, Batch).filter(state=Batch.State.MADE).count():
        words = ngettext(
            "%(number)d payment file waits for somebody to confirm it",
            "%(number)d payment files wait for somebody to confirm them",
            files,
        )
        yield Due(words % {"number": files}, files, url, "warn")
    unchecked = visible_to(user, BankAccount).filter(ended_at=None, confirmed_at=None)
    if accounts := unchecked.count():
        words = ngettext(
            "%(number)d bank account waits to be checked",
            "%(number)d bank accounts wait to be checked",
            accounts,
        )
        yield Due(words % {"number": accounts}, accounts, url, "warn")
    if back := visible_to(user, Recovery).filter(received_at=None, due_on__lt=today).count():
        words = ngettext(
            "%(number)d sum asked back has not come in time",
            "%(number)d sums asked back have not come in time",
            back,
        )
        yield Due(words % {"number": back}, back, url, "bad")


def _elsewhere(user: User, today: date) -> Iterator[Due]:
    offers = visible_to(user, Award).filter(
        state=Award.State.OFFERED, offer_until__lte=today + SOON
    )
    if number := offers.count():
        words = ngettext(
            "%(number)d offer lapses within a week", "%(number)d offers lapse within a week", number
        )
        url = f"{reverse('files')}?state=awarded"
        yield Due(words % {"number": number}, number, url, "warn")
    entries = visible_to(user, RegisterEntry).filter(entered_at=None, aid__released_at=None)
    if number := entries.filter(due_on__lt=today).count():
        words = ngettext(
            "%(number)d grant is not in the de minimis register in time",
            "%(number)d grants are not in the de minimis register in time",
            number,
        )
        yield Due(words % {"number": number}, number, reverse("register"), "bad")
    forward = visible_to(user, Promotion).filter(state=Promotion.State.OPEN)
    for code in sorted(set(forward.values_list("envelope__code", flat=True))):
        number = forward.filter(envelope__code=code).count()
        words = ngettext(
            "Money came back: %(number)d file of the waiting list fits",
            "Money came back: %(number)d files of the waiting list fit",
            number,
        )
        url = reverse("waiting_list", args=[code])
        yield Due(words % {"number": number}, number, url, "warn")


def _caps(user: User) -> Iterator[Due]:
    """Changes of a cap that wait for another person; only fund managers answer them."""
    if not user.is_fund_manager:
        return
    waiting = visible_to(user, CapChange).filter(answer=None).exclude(asked_by=user)
    words = _("A change of the cap of %(envelope)s waits for a second person")
    asked = waiting.values("account")
    parts = EnvelopePart.objects.filter(account__in=asked).select_related("envelope")
    held_by: list[Capped] = [*Envelope.objects.filter(account__in=asked).order_by("code")]
    for held in [*held_by, *parts.order_by("envelope__code", "track")]:
        yield Due(words % {"envelope": envelopes.named(held)}, 1, envelopes.cap_url(held), "warn")
