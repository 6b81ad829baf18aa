"""Documents about an award: an opinion, a signed agreement, evidence, a report."""

from django.conf import settings
from django.db import models

from applications.models import Application
from brustart.core.append_only import AppendOnly


class Attachment(AppendOnly):
    """A document that came with an act, judged by its content as all others are. Its bytes lie in
    storage under their SHA-256 (applications/uploading.py)."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="attachments"
    )
    internal = models.BooleanField()  # not for the startup
    name = models.CharField(max_length=120)
    type = models.CharField(max_length=4)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["application", "pk"]

    def __str__(self) -> str:
        return self.name
