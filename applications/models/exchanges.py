"""What the fund and a startup say to each other about a file."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from brustart.core.append_only import AppendOnly

from .files import Application, Submission


class InformationRequest(models.Model):
    """The fund asks: exactly these sections may be changed until an instant. `before` is what
    was handed in when it asked, `after` what the answer made of it."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="requests")
    sections = ArrayField(models.CharField(max_length=20))
    question = models.TextField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    before = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(Submission, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)  # answered, or taken back

    class Meta:
        ordering = ["application", "asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(closed_at=None), name="request_open_once"
            )
        ]

    def is_open(self, now: datetime) -> bool:
        return self.closed_at is None and now < self.until


class FileMessage(AppendOnly):
    """A message about a file, between its startup and the fund."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="messages")
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    from_fund = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["application", "at", "pk"]
