"""The waiting list: when money comes back, the next files that fit are put before the fund.

Nothing is proposed by itself: a fund manager proposes, or passes over with a reason.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _

from applications.models import Application
from applications.states import State
from brustart.core import audit, outbox
from brustart.core.errors import Refused
from brustart.core.money import ZERO
from brustart.fund.capping import Capped
from brustart.fund.models import Envelope, EnvelopePart

from .models import Promotion
from .proposing import given
from .reading import left_in, open_parts


class NotNext(Refused):
    """The file is no longer next."""


def in_order(envelope: Envelope) -> QuerySet[Application]:
    """The waiting list: calls as they opened, files by their place, then as they were placed."""
    rows = Application.objects.filter(call__envelope=envelope, state=State.WAITING)
    return rows.select_related("startup", "call", "rank").order_by(
        "call__opens_at", F("rank__place").asc(nulls_last=True), "state_since", "pk"
    )


def free(held: Capped) -> Decimal:
    """EUR left of an envelope or a part of one, if every open proposal and everything already put
    forward passes."""
    forward = Application.objects.filter(promotions__state=Promotion.State.OPEN)
    if isinstance(held, EnvelopePart):
        forward = forward.filter(promotions__envelope=held.envelope, track=held.track)
    else:
        forward = forward.filter(promotions__envelope=held)
    return left_in(held).left_if_all_pass - (
        forward.aggregate(total=Sum("requested"))["total"] or ZERO
    )


def next_ones(
    envelope: Envelope, *, besides: int | None = None
) -> Iterator[tuple[Application, Decimal]]:
    """The files that fit one after the other, each with what is left (EUR) before it, in the
    envelope and in its track's part. One that asks for more than is left is passed over, not
    skipped for good; `besides`: a file's key."""
    left = free(envelope)
    parts = {one.track: free(one) for one in open_parts(envelope)}
    rows = in_order(envelope).exclude(promotions__state=Promotion.State.OPEN)
    for application in rows.exclude(pk=besides or 0):
        asked = application.requested or ZERO
        there = min(left, parts.get(application.track, left))
        if ZERO < asked <= there:
            yield application, there
            left -= asked
            if application.track in parts:
                parts[application.track] -= asked


@transaction.atomic
def offer_next(envelope: int, *, why: str, now: datetime) -> None:
    """The outbox's act after money came back. Twice does no harm: nothing fits the second time."""
    row = Envelope.objects.select_for_update(of=("self",)).get(pk=envelope)
    _put_forward(row, why=why, now=now)


def was_next(application: Application, *, now: datetime) -> bool:
    """Whether the file was put forward; it is so no longer, as it leaves the waiting list."""
    open_one = Promotion.objects.filter(application=application, state=Promotion.State.OPEN)
    return bool(open_one.update(state=Promotion.State.PASSED, ended_at=now))


def released(application: Application, *, now: datetime) -> None:
    """Money that was meant for the file may serve another: whoever waits hears of it."""
    outbox.put(
        "money.released", now=now, envelope=application.call.envelope_id,
        why=audit.reference(application),
    )  # fmt: skip


def _put_forward(row: Envelope, *, why: str, now: datetime, besides: int | None = None) -> None:
    tidy(row, now=now)
    for application, left in next_ones(row, besides=besides):
        made = Promotion.objects.create(
            envelope=row, application=application, left=left, why=why, at=now
        )
        audit.record("waiting_list.next", about=made, actor=None, now=now, left=left, why=why)


def tidy(envelope: Envelope, *, now: datetime) -> None:
    """A file that no longer waits (withdrawn, rejected) is no longer next."""
    gone = Promotion.objects.filter(envelope=envelope, state=Promotion.State.OPEN)
    gone.exclude(application__state=State.WAITING).update(
        state=Promotion.State.PASSED, ended_at=now
    )


@transaction.atomic
def pass_over(promotion: Promotion, *, reason: str, actor: Any, now: datetime) -> None:
    """Leave the file on the waiting list for now; the next one that fits is put forward."""
    reason = given(reason)
    row = Envelope.objects.select_for_update(of=("self",)).get(pk=promotion.envelope_id)
    open_one = Promotion.objects.filter(pk=promotion.pk, state=Promotion.State.OPEN)
    if not open_one.update(state=Promotion.State.PASSED, ended_at=now):
        raise NotNext(_("This file is no longer next. Nothing was changed."))
    audit.record("waiting_list.passed", about=promotion, actor=actor, now=now, reason=reason)
    _put_forward(row, why=promotion.why, now=now, besides=promotion.application_id)
