"""The files that startups hand in: drafts in sections, frozen submissions, their history."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.states import State
from brustart.core.append_only import AppendOnly
from brustart.core.money import MoneyField
from brustart.fund.models import Call

from .startups import Part, Startup


class Track(models.TextChoices):
    DIGITAL = "digital", _("Digital")
    EHEALTH = "ehealth", _("E-health")


class FormVersion(AppendOnly):
    """The questions a call adds to the form, as published; a draft keeps the version it began
    with. `questions`: what applications/forms/questions.py reads."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="form_versions")
    number = models.PositiveSmallIntegerField()
    questions = models.JSONField(default=list)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["call", "-number"]
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="form_version_once")]


class Application(models.Model):
    """One file: a draft in sections, then a frozen submission that is judged.

    `title`, `track` and `requested` repeat answers, for lists; lifecycle.py alone writes `state`.
    A draft without an author belongs to the browser session in which it was begun.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="applications")
    startup = models.ForeignKey(Startup, on_delete=models.PROTECT, related_name="applications")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    form_version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, null=True)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    state = models.CharField(max_length=14, choices=State, default=State.DRAFT)
    state_since = models.DateTimeField()
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    submission = models.OneToOneField(
        "Submission", on_delete=models.PROTECT, null=True, related_name="+"
    )  # the one that counts: the last
    enterprise_number = models.CharField(max_length=10, blank=True, db_index=True)  # as submitted
    title = models.CharField(max_length=120, blank=True)
    track = models.CharField(max_length=8, choices=Track, blank=True)
    requested = MoneyField(null=True)
    paper_received_on = models.DateField(null=True)  # entered by the fund for a startup

    my_part: str | None = None  # the reader's own, as sharing.py found it

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
            models.CheckConstraint(
                condition=Q(author__isnull=False) | Q(submitted_at=None),
                name="application_has_author_when_submitted",
            ),
            models.UniqueConstraint(
                fields=["call", "enterprise_number"],
                condition=~Q(state__in=[State.DRAFT, State.WITHDRAWN]) & ~Q(enterprise_number=""),
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

    @property
    def handed_in(self) -> "Submission":
        """The submission that counts, of a file that is known to have one."""
        assert self.submission is not None
        return self.submission

    @property
    def on_paper(self) -> bool:
        return self.paper_received_on is not None

    @property
    def is_mine(self) -> bool:
        """Whether the reader has the owner's part in it: submits, invites, withdraws."""
        return self.my_part == Part.OWNER


class Section(models.Model):
    """One section of a draft: its answers as last saved, and how often.

    `unread` keeps, by the name of the field, what was typed and could not be read as an answer.
    A save says which version it began from and which opened page it comes from (`saved_page`),
    so that a second tab overwrites nothing and a save sent twice is not its own rival.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="sections")
    name = models.CharField(max_length=20)
    answers = models.JSONField(default=dict)
    unread = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    saved_page = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "name"], name="section_once")]


class Submission(AppendOnly):
    """What was handed in, frozen: the content, when, and its SHA-256. An answered request for
    information makes another one; the earlier ones stay."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="submissions"
    )
    version = models.PositiveSmallIntegerField(default=1)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    receipt = models.CharField(max_length=30, unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    class Meta:
        ordering = ["application", "version"]
        constraints = [
            models.UniqueConstraint(fields=["application", "version"], name="submission_once")
        ]

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


class Extension(models.Model):
    """Leave to submit one draft after the call has closed: until an instant, once."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="extension"
    )
    until = models.DateTimeField()
    reason = models.TextField()
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    granted_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
