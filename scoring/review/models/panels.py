"""Who judges the files of a call, by what, and until when."""

from datetime import date

from django.conf import settings
from django.db import models

from applications.forms.topics import EHEALTH
from brustart.accounts.links import NOT_USED, Link
from brustart.core.append_only import AppendOnly
from brustart.fund.models import Call


class Panelist(models.Model):
    """A reviewer of a call. Panel members approve awards; external readers only score."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="panel")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    approves = models.BooleanField(default=True)
    languages = models.JSONField(default=list)  # codes; none: the person's own
    topics = models.JSONField(default=list)  # applications/forms/topics.py
    capacity = models.PositiveSmallIntegerField(default=12)  # files in all
    until = models.DateField(null=True, blank=True)  # takes no further file after this day
    enterprises = models.JSONField(default=list)  # numbers of those that the person has ties with

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "reviewer"], name="panelist_once")]

    @property
    def reads(self) -> frozenset[str]:
        """Codes of the languages this person reads."""
        return frozenset(self.languages or [self.reviewer.language])

    @property
    def reads_ehealth(self) -> bool:
        return not EHEALTH.isdisjoint(self.topics)


class PanelInvitation(Link):
    """A link by which somebody becomes a reviewer of a call."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="panel_invitations")
    approves = models.BooleanField(default=False)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)

    class Meta:
        ordering = ["-invited_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "email"],
                condition=NOT_USED,
                name="panel_invitation_open_once",
            )
        ]


class Round(models.Model):
    """How the panel of a call works: each alone until a day, then together if it says so, then
    for good. `is_blind`: readers do not learn who applies."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="round")
    due_on = models.DateField(null=True, blank=True)  # marks are to be in by then
    is_blind = models.BooleanField(default=False)
    discusses = models.BooleanField(default=False)
    pitch_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True)  # marks stay as they are

    def is_late(self, on: date) -> bool:
        return self.due_on is not None and on > self.due_on


class Rubric(AppendOnly):
    """What a call's files are marked on, as published: rubrics.py reads `measures`."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="rubrics")
    number = models.PositiveSmallIntegerField()
    measures = models.JSONField()
    total = models.DecimalField(max_digits=4, decimal_places=1)  # of 100, to pass
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["call_id", "-number"]
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="rubric_once")]
