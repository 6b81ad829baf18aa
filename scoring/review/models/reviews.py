"""One person's reading of one file, and what a panel says of it together."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.models import Application
from brustart.core.append_only import AppendOnly
from brustart.core.money import MoneyField

from ...grid import TOP_MARK
from .panels import Rubric


class ReviewQuerySet(models.QuerySet["Review"]):
    def active(self) -> Self:
        """Still to be handed in, or handed in: nobody stepped back or was relieved."""
        return self.filter(state__in=ACTIVE)

    def open(self) -> Self:
        """Still to be handed in."""
        return self.filter(state__in=OPEN)


class Review(models.Model):
    """One reviewer's reading of one file: given, begun, handed in, or stepped back from.

    A save says which version it began from and which opened page it comes from (`saved_page`), so
    that a second tab overwrites nothing and a save sent twice is not its own rival.
    """

    class State(models.TextChoices):
        ASSIGNED = "assigned", pgettext_lazy("review", "Not started")
        BEGUN = "begun", pgettext_lazy("review", "In progress")
        DONE = "done", pgettext_lazy("review", "Handed in")
        ABSTAINED = "abstained", pgettext_lazy("review", "Abstained")
        RECUSED = "recused", pgettext_lazy("review", "Conflict of interest")
        RELIEVED = "relieved", pgettext_lazy("review", "Taken back by the fund")

    class Confidence(models.IntegerChoices):
        LOW = 1, pgettext_lazy("how sure of the marks", "Not very sure: this is not my field")
        FAIR = 2, pgettext_lazy("how sure of the marks", "Fairly sure")
        HIGH = 3, pgettext_lazy("how sure of the marks", "Very sure: this is my field")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews"
    )
    rubric = models.ForeignKey(Rubric, on_delete=models.PROTECT, null=True)  # none: grid.py
    state = models.CharField(max_length=9, choices=State, default=State.ASSIGNED)
    assigned_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    strengths = models.TextField(blank=True)
    weaknesses = models.TextField(blank=True)
    questions = models.TextField(blank=True)  # to the startup
    recommended = MoneyField(null=True)
    confidence = models.PositiveSmallIntegerField(choices=Confidence, null=True)
    comment = models.TextField(blank=True)  # for the panel and the fund alone
    ended_because = models.TextField(blank=True)  # of an abstention, or of one taken back
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)
    saved_page = models.CharField(max_length=32, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["application_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "reviewer"], name="review_once")
        ]

    @property
    def is_open(self) -> bool:
        """Still to be handed in."""
        return self.state in OPEN


OPEN = (Review.State.ASSIGNED, Review.State.BEGUN)
ACTIVE = (*OPEN, Review.State.DONE)


class Mark(models.Model):
    """0 to 5, in halves, with its reason; or that the criterion does not apply."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="marks")
    criterion = models.CharField(max_length=20)  # of the review's rubric
    value = models.DecimalField(max_digits=2, decimal_places=1, null=True)
    not_applicable = models.BooleanField(default=False)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="mark_once"),
            models.CheckConstraint(
                condition=models.Q(value__gte=Decimal(0), value__lte=Decimal(TOP_MARK)),
                name="mark_bounded",
                violation_error_message=_("A mark lies between 0 and 5."),
            ),
            models.CheckConstraint(
                condition=models.Q(value=None) | models.Q(not_applicable=False),
                name="mark_given_or_not_applicable",
            ),
        ]


class MarkChange(AppendOnly):
    """A mark that somebody changed after handing it in: what it was, what it is, and why. None:
    the criterion does not apply."""

    class When(models.TextChoices):
        DISCUSSION = "discussion", pgettext_lazy("a mark was changed", "in the discussion")
        PITCH = "pitch", pgettext_lazy("a mark was changed", "after the pitch")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="changes")
    criterion = models.CharField(max_length=20)
    before = models.DecimalField(max_digits=2, decimal_places=1, null=True)
    after = models.DecimalField(max_digits=2, decimal_places=1, null=True)
    reason = models.TextField()
    when = models.CharField(max_length=10, choices=When)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]


class PanelComment(AppendOnly):
    """Said about a file among those who marked it, and the fund."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="panel_comments"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]


class Pitch(models.Model):
    """A startup before the panel: on which day, and what it was asked."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="pitch")
    held_on = models.DateField()
    questions = models.TextField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
