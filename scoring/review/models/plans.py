"""Who might read what, and the worker's steps."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from brustart.core.queue import Work
from brustart.fund.models import Call


class Suggestion(models.Model):
    """A reviewer proposed for an eligible file, by suggesting.py; a person chooses."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="suggestions"
    )
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    place = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["application_id", "place"]
        constraints = [
            models.UniqueConstraint(fields=["application", "reviewer"], name="suggestion_once")
        ]


class AssignmentPlan(models.Model):
    """Who would read what, as the optimiser found it: nothing is given until it is applied.

    `lacking` and `relax`: what it could not do (matching.Short, matching.Match.relax).
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="assignment_plans")
    wanted = models.PositiveSmallIntegerField()  # readers of each file
    lacking = models.JSONField(default=list)
    relax = models.JSONField(default=dict)
    connected = models.BooleanField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["call_id", "-pk"]


class PlannedReading(models.Model):
    """One file for one reviewer, in a plan. `refusal`: why it could not be given after all."""

    plan = models.ForeignKey(AssignmentPlan, on_delete=models.CASCADE, related_name="readings")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    refusal = models.TextField(blank=True)

    class Meta:
        ordering = ["plan_id", "application_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "application", "reviewer"], name="planned_reading_once"
            )
        ]


class Step(Work):
    """The worker's work for the panel: add up a file's marks, rank a call, or give a file to those
    planned for it."""

    kind = "panel"

    class Name(models.TextChoices):
        SCORE = "score", _("Add up the marks")
        RANK = "rank", _("Rank the call")
        GIVE = "give", _("Give the file to its reviewers")

    name = models.CharField(max_length=8, choices=Name)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="panel_steps")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, null=True, related_name="panel_steps"
    )
    plan = models.ForeignKey(
        AssignmentPlan, on_delete=models.PROTECT, null=True, related_name="steps"
    )

    def __str__(self) -> str:
        about = self.application.reference if self.application else self.call.code
        return f"{about}: {self.get_name_display()}"
