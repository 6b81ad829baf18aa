"""One screening of a file: its facts, its steps, what each rule found, its pre-score."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.models import Submission
from brustart.core.queue import Work

from . import reasons


class Verdict(models.TextChoices):
    PASS = "pass", pgettext_lazy("verdict", "met")
    FAIL = "fail", pgettext_lazy("verdict", "not met")
    NEEDS_EVIDENCE = "needs_evidence", pgettext_lazy("verdict", "needs evidence")


class Run(models.Model):
    """The screening of one submission. `verdict` is the worst of its findings, once done."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="run")
    begun_at = models.DateTimeField()
    facts = models.JSONField(null=True)
    facts_hash = models.CharField(max_length=64, blank=True)
    rules_version = models.CharField(max_length=20)
    verdict = models.CharField(max_length=14, choices=Verdict, blank=True)
    prescore = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # of 100


class Step(Work):
    """One unit of the worker's work on a run; the next waits until this one is done."""

    kind = "screening"

    class Name(models.TextChoices):
        FACTS = "facts", _("Collect the facts")
        ELIGIBILITY = "eligibility", _("Check the rules")
        SCORE = "score", _("Compute the pre-score")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=12, choices=Name)
    place = models.PositiveSmallIntegerField()

    class Meta(Work.Meta):
        ordering = ["run", "place"]
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="step_once")]


class Finding(models.Model):
    """What one rule says of one run: verdict, reason, the inputs it used, its source."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="findings")
    rule = models.CharField(max_length=20)
    verdict = models.CharField(max_length=14, choices=Verdict)
    reason = models.CharField(max_length=40)
    inputs = models.JSONField()
    citation = models.CharField(max_length=200)
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["run", "place"]
        constraints = [models.UniqueConstraint(fields=["run", "rule"], name="finding_once")]

    @property
    def title(self) -> str:
        """The rule's name in the reader's language."""
        return str(reasons.TITLES[self.rule])

    @property
    def text(self) -> str:
        """The reason as a sentence in the reader's language."""
        return reasons.sentence(self.reason, self.inputs)

    @property
    def source(self) -> str:
        """Where the rule comes from, in the reader's language."""
        return str(reasons.SOURCES[self.rule])


class Contribution(models.Model):
    """One named part of a criterion's pre-score, with its bound."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="contributions")
    criterion = models.CharField(max_length=12)
    name = models.CharField(max_length=30)
    value = models.DecimalField(max_digits=3, decimal_places=2)
    maximum = models.DecimalField(max_digits=3, decimal_places=2)
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["run", "place"]
        constraints = [
            models.UniqueConstraint(fields=["run", "criterion", "name"], name="contribution_once"),
            models.CheckConstraint(
                condition=models.Q(value__gte=Decimal(0), value__lte=models.F("maximum")),
                name="contribution_bounded",
            ),
        ]
