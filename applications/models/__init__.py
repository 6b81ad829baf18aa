"""Startups, their people, and the files they hand in."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brustart.cbe.numbers import display_number
from brustart.core.append_only import AppendOnly
from brustart.core.money import MoneyField
from brustart.fund.models import Call

from .states import State


class Startup(models.Model):
    """An enterprise that applies, or a team that will be one: the number may come later."""

    name = models.CharField(_("name"), max_length=160, blank=True)
    enterprise_number = models.CharField(max_length=10, blank=True, db_index=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="startups"
    )

    def __str__(self) -> str:
        return self.name or str(_("Startup without a name yet"))

    @property
    def number(self) -> str:
        return display_number(self.enterprise_number)


class Membership(models.Model):
    """A person who may write the startup's files."""

    startup = models.ForeignKey(Startup, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["startup", "user"], name="membership_once")]


class Track(models.TextChoices):
    DIGITAL = "digital", _("Digital")
    EHEALTH = "ehealth", _("E-health")


class Application(models.Model):
    """One file: a draft in sections, then a frozen submission that is judged.

    `title`, `track` and `requested` repeat answers, for lists; lifecycle.py alone writes `state`.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="applications")
    startup = models.ForeignKey(Startup, on_delete=models.PROTECT, related_name="applications")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    state = models.CharField(max_length=14, choices=State, default=State.DRAFT)
    state_since = models.DateTimeField()
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    enterprise_number = models.CharField(max_length=10, blank=True)  # as submitted
    title = models.CharField(max_length=120, blank=True)
    track = models.CharField(max_length=8, choices=Track, blank=True)
    requested = MoneyField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["call", "state"], name="application_call_state")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="application_state"),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT)
                | Q(submitted_at__isnull=False)
                | Q(state=State.WITHDRAWN),
                name="application_submitted_when_past_draft",
            ),
            models.UniqueConstraint(
                fields=["call", "enterprise_number"],
                condition=~Q(state__in=[State.DRAFT, State.WITHDRAWN]),
                name="application_one_open_per_enterprise",
                violation_error_message=_("This enterprise already has a file in this call."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}".strip()

    @property
    def reference(self) -> str:
        """How people name the file: BRU-00042."""
        return f"BRU-{self.pk:05d}"

    @property
    def state_label(self) -> str:
        return str(State(self.state).label)


class Section(models.Model):
    """One section of a draft: its answers as last saved, and how often (a save says which
    version it began from, so that a second tab overwrites nothing)."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="sections")
    name = models.CharField(max_length=20)
    answers = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "name"], name="section_once")]


class Submission(AppendOnly):
    """What was handed in, frozen: the content, when, and its SHA-256."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="submission"
    )
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    receipt = models.CharField(max_length=30, unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    def answers(self, section: str) -> dict[str, Any]:
        answers: dict[str, Any] = self.content["sections"].get(section, {})
        return answers


class TimelineEntry(AppendOnly):
    """One line of a file's history, written by the floor where it happened."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="timeline")
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    details = models.JSONField(default=dict)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    for_applicant = models.BooleanField(default=True)

    class Meta:
        ordering = ["at", "pk"]
