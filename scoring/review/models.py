"""People's judgement: panels, assignments, marks, what they add up to, and the ranking."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.forms.topics import EHEALTH
from applications.models import Application
from brustart.core.append_only import AppendOnly
from brustart.core.queue import Work
from brustart.fund.models import Call

from ..grid import TOP_MARK, Criterion


class Panelist(models.Model):
    """A reviewer of a call. Panel members approve awards; external readers only score."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="panel")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    approves = models.BooleanField(default=True)
    languages = models.JSONField(default=list)  # codes; none: the person's own
    topics = models.JSONField(default=list)  # applications/forms/topics.py
    capacity = models.PositiveSmallIntegerField(default=12)  # files in all
    until = models.DateField(null=True, blank=True)  # reads nothing after this day

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "reviewer"], name="panelist_once")]

    @property
    def reads(self) -> frozenset[str]:
        """Codes of the languages this person reads."""
        return frozenset(self.languages or [self.reviewer.language])

    @property
    def reads_ehealth(self) -> bool:
        return not EHEALTH.isdisjoint(self.topics)


class Suggestion(models.Model):
    """A reviewer proposed for an eligible file, by suggesting.py; a person chooses."""

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="suggestions"
    )
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    place = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["application", "place"]
        constraints = [
            models.UniqueConstraint(fields=["application", "reviewer"], name="suggestion_once")
        ]


class ConflictOfInterest(models.Model):
    """A reviewer steps back from a file: it is hidden from them, and they approve nothing of it."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="conflicts")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    reason = models.TextField(blank=True)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "reviewer"], name="conflict_once")
        ]


class Review(models.Model):
    """One reviewer's reading of one file: given, begun, handed in, or stepped back from."""

    class State(models.TextChoices):
        ASSIGNED = "assigned", pgettext_lazy("review", "Not started")
        BEGUN = "begun", pgettext_lazy("review", "In progress")
        DONE = "done", pgettext_lazy("review", "Handed in")
        RECUSED = "recused", pgettext_lazy("review", "Conflict of interest")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews"
    )
    state = models.CharField(max_length=9, choices=State, default=State.ASSIGNED)
    assigned_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    comment = models.TextField(blank=True)

    class Meta:
        ordering = ["application", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "reviewer"], name="review_once")
        ]


class Mark(models.Model):
    """0 to 5, in halves, with its reason."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="marks")
    criterion = models.CharField(max_length=12, choices=Criterion)
    value = models.DecimalField(max_digits=2, decimal_places=1, null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="mark_once"),
            models.CheckConstraint(
                condition=models.Q(value__gte=Decimal(0), value__lte=Decimal(TOP_MARK)),
                name="mark_bounded",
                violation_error_message=_("A mark lies between 0 and 5."),
            ),
        ]


class PanelScore(models.Model):
    """What the handed-in marks of a file add up to."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="panel_score"
    )
    medians = models.JSONField()  # criterion -> mark as a string
    total = models.DecimalField(max_digits=5, decimal_places=2)  # weighted means, of 100
    n = models.PositiveSmallIntegerField()
    passes = models.BooleanField()
    computed_at = models.DateTimeField()


class Rank(models.Model):
    """A file's place in its call, by its mean with the severity of reviewers taken out; files with
    equal means share it. `expected` and `low` to `high`: of its rank, the latter for 50 %."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="rank")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="ranks")
    place = models.PositiveIntegerField()
    calibrated = models.DecimalField(max_digits=6, decimal_places=4)  # of 5
    deviation = models.DecimalField(max_digits=6, decimal_places=4)
    expected = models.DecimalField(max_digits=9, decimal_places=4)
    low = models.DecimalField(max_digits=9, decimal_places=4)
    high = models.DecimalField(max_digits=9, decimal_places=4)
    computed_at = models.DateTimeField()

    class Meta:
        ordering = ["call", "place", "application"]


class PanelStatistics(models.Model):
    """What a call's ranking rests on. `severities`: of its reviewers, in no order that names
    anybody; `alpha`: Krippendorff's, where it is defined."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="panel_statistics")
    method = models.CharField(max_length=40)
    seed = models.PositiveBigIntegerField()
    draws = models.PositiveIntegerField()
    r_hat = models.DecimalField(max_digits=8, decimal_places=3)
    connected = models.BooleanField()
    severities = models.JSONField()
    files = models.PositiveIntegerField()
    fewest = models.PositiveSmallIntegerField()  # reviews of one file
    alpha = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    alpha_low = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    alpha_high = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    computed_at = models.DateTimeField()


class FrozenRanking(AppendOnly):
    """A call's ranking for good: what it was computed from, how, and what came out."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="frozen_rankings")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["call", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="frozen_ranking_once")
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
        ordering = ["call", "-pk"]


class PlannedReading(models.Model):
    """One file for one reviewer, in a plan. `refusal`: why it could not be given after all."""

    plan = models.ForeignKey(AssignmentPlan, on_delete=models.CASCADE, related_name="readings")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    refusal = models.TextField(blank=True)

    class Meta:
        ordering = ["plan", "application_id", "pk"]
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
