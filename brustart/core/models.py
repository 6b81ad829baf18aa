"""The ground floor's rows: audit trail, outbox, mail, and the workers' heartbeats."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .append_only import AppendOnly
from .queue import Work


class AuditEntry(AppendOnly):
    """Who did what, to what, when. Written in the transaction of the act itself."""

    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    act = models.CharField(max_length=60)
    about = models.CharField(max_length=80, db_index=True)
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]


class Message(Work):
    """An event on its way to the floors above: at least once, so each handler is idempotent."""

    kind = "message"
    topic = models.CharField(max_length=60)
    payload = models.JSONField()

    def __str__(self) -> str:
        return f"{self.topic} {self.payload}"


class Mail(Work):
    """One mail, written when it was decided on and sent at most once by itself."""

    kind = "mail"
    queue = "mail"
    at_most_once = True
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    address = models.EmailField(blank=True)  # of somebody who has no account yet
    by_post = models.BooleanField(default=False)  # printed and posted by the fund
    fact = models.CharField(max_length=160, null=True, unique=True)  # what it tells, to whom
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    template = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    message_id = models.CharField(max_length=120, unique=True)
    about = models.CharField(max_length=80, blank=True, db_index=True)

    class Meta(Work.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recipient__isnull=False)
                | ~models.Q(address="")
                | models.Q(by_post=True),
                name="mail_goes_somewhere",
            )
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def goes_to(self) -> str:
        """The e-mail address; none for a letter."""
        return self.recipient.email if self.recipient else self.address


class WorkerQuerySet(models.QuerySet["Worker"]):
    def alive(self, now: datetime, *, queue: str = "") -> Self:
        """Workers heard of in the last three beats, of all queues or of one."""
        seen = self.filter(seen_at__gte=now - 3 * Worker.BEAT)
        return seen.filter(queues__contains=queue) if queue else seen


class Worker(models.Model):
    """A worker's life is a row that it renews; silence means it is gone."""

    BEAT = timedelta(seconds=5)

    name = models.CharField(_("worker"), max_length=80, primary_key=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    queues = models.JSONField(default=list)  # names, as in core/queue.py

    objects = WorkerQuerySet.as_manager()
