"""What ties people of a panel to the files they might read."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy

from applications.models import Application
from brustart.core.append_only import AppendOnly


class Declaration(AppendOnly):
    """What a person said, before a file opened, of what ties them to it."""

    class Answer(models.TextChoices):
        NO = "no", pgettext_lazy("a tie to the file", "No tie")
        YES = "yes", pgettext_lazy("a tie to the file", "Yes, there is one")
        UNSURE = "unsure", pgettext_lazy("a tie to the file", "I am not sure")

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="declarations"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="declarations"
    )
    answer = models.CharField(max_length=6, choices=Answer)
    word = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["application_id", "pk"]
        indexes = [models.Index(fields=["reviewer", "application"], name="declaration_of")]


class ConflictQuerySet(models.QuerySet["ConflictOfInterest"]):
    def blocking(self) -> Self:
        """All but those that a fund manager found to be none."""
        return self.exclude(lifted=True)

    def undecided(self) -> Self:
        """Those that wait for a fund manager: found by the portal, or unsure."""
        return self.filter(lifted=None).exclude(source=ConflictOfInterest.Source.DECLARED)


class ConflictOfInterest(models.Model):
    """A tie between a reviewer and a file: while it blocks, the file is hidden from them, and they
    approve nothing of it. `found`: what the portal found, as [kind, text] (conflicts.py)."""

    class Source(models.TextChoices):
        DECLARED = "declared", pgettext_lazy("a conflict", "declared")
        UNSURE = "unsure", pgettext_lazy("a conflict", "the reviewer is unsure")
        FOUND = "found", pgettext_lazy("a conflict", "found by the portal")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="conflicts")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    source = models.CharField(max_length=8, choices=Source, default=Source.DECLARED)
    found = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    declared_at = models.DateTimeField()
    lifted = models.BooleanField(null=True)  # decided: there is none (true), there is one (false)
    decision = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = ConflictQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "reviewer"], name="conflict_once"),
            models.CheckConstraint(
                condition=models.Q(lifted=None)
                | models.Q(decided_at__isnull=False, decided_by__isnull=False)
                & ~models.Q(decision=""),
                name="conflict_decided_with_a_reason",
            ),
        ]

    @property
    def is_undecided(self) -> bool:
        """The same of one row."""
        return self.lifted is None and self.source != self.Source.DECLARED
