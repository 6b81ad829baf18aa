"""Meetings of a panel: who was there, which files were on the agenda, the pack, the minutes."""

from django.conf import settings
from django.db import models

from applications.models import Application
from brustart.core.append_only import AppendOnly
from brustart.core.queue import Work
from brustart.fund.models import Call

from .lining import Scenario


class Meeting(models.Model):
    """A meeting of a call's panel. Once it is closed, its record stays."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="meetings")
    at = models.DateTimeField()
    location = models.CharField(max_length=200)  # a place, or the address of an online meeting
    scenario = models.ForeignKey(
        Scenario, on_delete=models.PROTECT, null=True, related_name="meetings"
    )
    minutes = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["call_id", "-at", "-pk"]

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class Attendance(models.Model):
    """Somebody of the panel who was there."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendances")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="attendances"
    )

    class Meta:
        ordering = ["meeting_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "member"], name="attendance_once")
        ]


class MeetingFile(models.Model):
    """A file on the agenda."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="agenda")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="meetings")
    order = models.PositiveIntegerField()

    class Meta:
        ordering = ["meeting_id", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "application"], name="meeting_file_once")
        ]


class MeetingPack(Work):
    """The papers of a meeting as one PDF. `reader`: the member of the panel it is for, whose files
    in conflict are left out; None: for the fund."""

    kind = "pack"
    queue = "papers"

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="packs")
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    stored = models.CharField(max_length=200, blank=True)  # its name in storage, once written
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta(Work.Meta):
        ordering = ["meeting_id", "-queued_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.meeting.call} {self.meeting.at:%Y-%m-%d}"


class MeetingRecord(AppendOnly):
    """A closed meeting for good: who was there, who stepped back, votes and minutes."""

    meeting = models.OneToOneField(Meeting, on_delete=models.PROTECT, related_name="record")
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
