"""The one model."""

from django.conf import settings
from django.db import models


class Dossier(models.Model):
    """About as many columns as a list and a page need."""

    title = models.CharField(max_length=120)
    organisation = models.CharField(max_length=120)
    state = models.CharField(max_length=20)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    summary = models.TextField()
    submitted_at = models.DateTimeField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    class Meta:
        ordering = ["-submitted_at", "-pk"]

    def __str__(self) -> str:
        return self.title
