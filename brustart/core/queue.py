"""The database is the queue: work is a row, a claim is a conditional UPDATE, the broker a bell.

A row is `due` when it waits and its time has come, or when the worker that claimed it let its
lease run out. Whoever claims it gets an attempt number; a result is kept only under the number
it was claimed with, so late workers and doubled messages change nothing. If the broker loses a
message, or is down, the sweep rings again (healthchecks' `sendalerts.py` claims the same way).
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, ClassVar, Self

from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import pgettext_lazy

logger = logging.getLogger(__name__)

IN_BROKER = 100  # messages: kombu's file transport slows to a crawl with thousands
ATTEMPTS = 5
LEASE = timedelta(seconds=settings.WORK_LEASE_SECONDS)
RING_AGAIN = LEASE
LONGEST_PAUSE = timedelta(seconds=1.5 * 2**ATTEMPTS)
SKEW = timedelta(minutes=1)  # by which the clocks of two machines may differ


class Impossible(Exception):
    """Work that would fail at every attempt: it is not tried again."""


class NotYet(Exception):
    """Other work that this one needs is still under way: it is tried again until that has ended."""


class Uncertain(Exception):
    """It may have happened, or not: what is done at most once is left to a person."""


class LateResult(Exception):
    """Somebody else has the claim by now: what this worker wrote must be rolled back."""


class State(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("work", "queued")
    RUNNING = "running", pgettext_lazy("work", "running")
    DONE = "done", pgettext_lazy("work", "done")
    FAILED = "failed", pgettext_lazy("work", "failed")
    UNCERTAIN = "uncertain", pgettext_lazy("work", "uncertain")


class WorkQuerySet(models.QuerySet["Any"]):
    def due(self, now: datetime) -> Self:
        """Rows that may be claimed: waiting and ripe, or abandoned (unless once only)."""
        ripe = _past("next_attempt_at", now, furthest=LONGEST_PAUSE) & Q(state=State.QUEUED)
        if not self.model.at_most_once:
            ripe |= _abandoned(now) & Q(attempt__lt=ATTEMPTS)
        return self.filter(ripe)

    def unrung(self, now: datetime) -> Self:
        """Due rows of which no recent message is in the broker."""
        silent = Q(rung_at=None) | _past("rung_at", now - RING_AGAIN, furthest=RING_AGAIN)
        return self.due(now).filter(silent)


def _past(field: str, now: datetime, *, furthest: timedelta) -> Q:
    """The time has come; or lies further ahead than we ever set it, so that somebody changed the
    clock and nobody would look at the row again until then."""
    return Q(**{f"{field}__lte": now}) | Q(**{f"{field}__gt": now + furthest + SKEW})


def _abandoned(now: datetime) -> Q:
    """Claimed by a worker that must have died: a live one is stopped before its lease ends."""
    return _past("lease_until", now, furthest=LEASE) & Q(state=State.RUNNING)


class Work(models.Model):
    """One unit of work. Subclasses say their `kind`, by which worker.py finds what to do."""

    kind: ClassVar[str]
    queue: ClassVar[str] = "screening"  # so that a slow PDF or mail server delays no verdict
    at_most_once: ClassVar[bool] = False  # abandoned work becomes uncertain instead of due

    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)  # null: waits for the row before it
    rung_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=80, blank=True)
    error = models.TextField(blank=True)

    objects = WorkQuerySet.as_manager()

    @classmethod
    def after(cls, key: int) -> int | None:
        """The work that waited for this one and may be done at once by the same worker."""
        return None

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="%(app_label)s_%(class)s_open",
                condition=Q(state__in=["queued", "running"]),
            )
        ]


def enqueue(work: Work, *, now: datetime, ring: bool = True) -> None:
    """Save the row; a worker hears of it when the transaction commits."""
    work.queued_at = work.next_attempt_at = now
    work.save(force_insert=True)
    if ring:
        ring_on_commit(type(work))


def ring_on_commit(model: type[Work]) -> None:
    """Pump once when the transaction commits, however many rows it queues."""
    bell = _bell(model)
    if all(registered[1] is not bell for registered in transaction.get_connection().run_on_commit):
        transaction.on_commit(bell)


@cache
def _bell(model: type[Work]) -> Callable[[], object]:
    return partial(pump, model)


def pump(model: type[Work]) -> int:
    """Ring for due rows, as far as the broker has room. Returns how many; never raises."""
    now = timezone.now()
    with transaction.atomic():
        heard = (now - RING_AGAIN, now + SKEW)
        ringing = model.objects.filter(state=State.QUEUED, rung_at__range=heard).count()
        room = max(0, IN_BROKER - ringing)
        rows = model.objects.unrung(now).order_by("next_attempt_at", "pk")
        keys = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:room])
        model.objects.filter(pk__in=keys).update(rung_at=now)
    for key in keys:
        try:
            current_app.send_task(
                "brustart.work", args=(model.kind, key), queue=model.queue, retry=False
            )
        except Exception:  # whatever the broker's client raises: the sweep rings again
            logger.warning("broker unreachable; the sweep will ring again", exc_info=True)
            break
    return len(keys)


def claim(model: type[Work], key: int, *, worker: str, now: datetime) -> Any | None:
    """Take the row, or None if it is done, taken, or not ripe."""
    taken = (
        model.objects.due(now)
        .filter(pk=key)
        .update(
            state=State.RUNNING,
            attempt=F("attempt") + 1,
            started_at=now,
            lease_until=now + LEASE,
            worker=worker,
        )
    )
    return model.objects.get(pk=key) if taken else None


def _close(work: Work, **changes: Any) -> bool:
    """Write the end of this attempt, if the claim is still ours."""
    ours = type(work).objects.filter(pk=work.pk, state=State.RUNNING, attempt=work.attempt)
    return ours.update(**changes) == 1


def perform(
    model: type[Work],
    key: int,
    act: Callable[[Any, datetime], None],
    *,
    worker: str,
    clock: Callable[[], datetime] = timezone.now,
) -> bool:
    """Claim the row and do the act and its end in one transaction. True when it was done here."""
    work = claim(model, key, worker=worker, now=clock())
    if work is None:
        return False
    acted = False
    try:
        with transaction.atomic():
            act(work, clock())
            acted = True
            if not _close(work, state=State.DONE, finished_at=clock(), error=""):
                raise LateResult
    except LateResult:
        return False
    except Exception as error:  # an attempt may end in any way; the row must say how
        logger.log(
            logging.INFO if isinstance(error, NotYet) else logging.ERROR,
            "%s %s, attempt %s", model.kind, key, work.attempt, exc_info=True,
        )  # fmt: skip
        _retry(work, error, acted=acted, now=clock())
        return False
    return True


def _retry(work: Work, error: Exception, *, acted: bool, now: datetime) -> None:
    text = f"{type(error).__name__}: {error}"[:2000]
    if work.at_most_once and (acted or isinstance(error, (SoftTimeLimitExceeded, Uncertain))):
        # The database went away, or time was up, when it may have happened already.
        _close(work, state=State.UNCERTAIN, finished_at=now, error=text)
        return
    last = work.attempt >= ATTEMPTS and not isinstance(error, NotYet)
    if isinstance(error, Impossible) or last:
        _close(work, state=State.FAILED, finished_at=now, error=text)
        return
    pause = timedelta(seconds=2 ** min(work.attempt, ATTEMPTS) * random.uniform(0.5, 1.5))
    _close(work, state=State.QUEUED, next_attempt_at=now + pause, rung_at=None, error=text)


def sweep(model: type[Work], *, now: datetime) -> int:
    """End what was abandoned for good, and ring for everything due. Returns how many rang."""
    abandoned = model.objects.filter(_abandoned(now))
    if model.at_most_once:
        abandoned.update(state=State.UNCERTAIN, finished_at=now)
    else:
        lost = "the worker stopped during each attempt"
        abandoned.filter(attempt__gte=ATTEMPTS).update(
            state=State.FAILED, finished_at=now, error=lost
        )
    return pump(model)


def retry_by_hand(work: Work, *, now: datetime) -> None:
    """A person says: try again (failed or uncertain work), with a fresh count of attempts."""
    stuck = type(work).objects.filter(pk=work.pk, state__in=[State.FAILED, State.UNCERTAIN])
    stuck.update(
        state=State.QUEUED, attempt=0, next_attempt_at=now, rung_at=None, error="",
        started_at=None, finished_at=None,
    )  # fmt: skip
    ring_on_commit(type(work))
