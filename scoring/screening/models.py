"""One screening of a file: its facts, its steps, what each rule found, its pre-score."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.models import Application, Submission
from brustart.core.append_only import AppendOnly
from brustart.core.queue import State, Work
from brustart.fund.models import Call

from . import reasons


class Verdict(models.TextChoices):
    PASS = "pass", pgettext_lazy("verdict", "met")
    FAIL = "fail", pgettext_lazy("verdict", "not met")
    NEEDS_EVIDENCE = "needs_evidence", pgettext_lazy("verdict", "needs evidence")


class RunQuerySet(models.QuerySet["Run"]):
    def of(self, submission: int | None) -> "Run | None":
        """The run of a submission that counts now."""
        return self.filter(submission=submission, is_current=True).first()

    def kept(self, application: int) -> Self:
        """Every screening of a file that came to a verdict, the first one first."""
        return self.filter(submission__application=application).exclude(verdict="").order_by("pk")


class Run(models.Model):
    """One screening of a submission; a later one takes its place and overwrites nothing.

    `verdict` is the worst of its findings, once done; `as_of`: the day whose rules were used, when
    it is not the day of submission.
    """

    class Cause(models.TextChoices):
        SUBMITTED = "submitted", _("handed in")
        RESCREENED = "rescreened", _("screened again")

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="runs")
    version = models.PositiveSmallIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    cause = models.CharField(max_length=10, choices=Cause, default=Cause.SUBMITTED)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    as_of = models.DateField(null=True)
    facts = models.JSONField(null=True)
    facts_hash = models.CharField(max_length=64, blank=True)
    rules_version = models.CharField(max_length=20)
    verdict = models.CharField(max_length=14, choices=Verdict, blank=True)
    prescore = models.DecimalField(max_digits=5, decimal_places=2, null=True)  # of 100

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["submission_id", "version"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "version"], name="run_once"),
            models.UniqueConstraint(
                fields=["submission"], condition=models.Q(is_current=True), name="run_current_once"
            ),
        ]


class Step(Work):
    """One unit of the worker's work on a run; the next waits until this one is done."""

    kind = "screening"

    class Name(models.TextChoices):
        DOCUMENTS = "documents", _("Look at the documents")
        FACTS = "facts", _("Collect the facts")
        ELIGIBILITY = "eligibility", _("Check the rules")
        SCORE = "score", _("Compute the pre-score")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=12, choices=Name)
    place = models.PositiveSmallIntegerField()
    inputs_hash = models.CharField(max_length=64, blank=True)  # of what the step read

    class Meta(Work.Meta):
        ordering = ["run_id", "place"]
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="step_once")]

    def __str__(self) -> str:
        return f"{self.run.submission.application.reference}: {self.get_name_display()}"

    @classmethod
    def after(cls, key: int) -> int | None:
        """The next step of the same run, once it is let go."""
        waiting = cls.objects.filter(
            run__steps=key, state=State.QUEUED, attempt=0, next_attempt_at__isnull=False
        )
        return waiting.order_by("place").values_list("pk", flat=True).first()


class FindingQuerySet(models.QuerySet["Finding"]):
    def of(self, submission: int | None) -> Self:
        """What the run of a submission that counts now has found."""
        return self.filter(run__submission=submission, run__is_current=True)

    def unanswered(self) -> Self:
        """Those of which no two people said otherwise."""
        return self.exclude(overrides__accepted=True)


class Finding(models.Model):
    """What one rule says of one run: verdict, reason, the inputs it used, its source."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="findings")
    rule = models.CharField(max_length=20)
    verdict = models.CharField(max_length=14, choices=Verdict)
    reason = models.CharField(max_length=40)
    inputs = models.JSONField()
    citation = models.CharField(max_length=200)
    place = models.PositiveSmallIntegerField()

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["run_id", "place"]
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


class Override(models.Model):
    """A person's other verdict on one finding: asked with a reason, good once a second person
    confirms it."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="overrides")
    verdict = models.CharField(max_length=14, choices=Verdict)
    reason = models.TextField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(null=True)

    class Meta:
        ordering = ["finding_id", "asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["finding"],
                condition=models.Q(accepted=None) | models.Q(accepted=True),
                name="override_once",
            ),
            models.CheckConstraint(
                condition=models.Q(answered_by=None) | ~models.Q(answered_by=models.F("asked_by")),
                name="override_by_a_second_person",
            ),
        ]


class Trait(models.Model):
    """Something by which a file that was handed in is recognised again, as SHA-256."""

    class Kind(models.TextChoices):
        NUMBER = "number", _("the same enterprise number")
        DOCUMENTS = "documents", _("the same documents")
        TEAM = "team", _("the same people")

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "kind", "value"], name="trait_once")
        ]


class Likeness(models.Model):
    """Another file that this one resembles: for the fund to look at, never a verdict."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="likenesses")
    kind = models.CharField(max_length=10, choices=Trait.Kind)
    other = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["run_id", "kind", "other_id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "kind", "other"], name="likeness_once")
        ]


class Contribution(models.Model):
    """One named part of a criterion's pre-score, with its bound."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="contributions")
    criterion = models.CharField(max_length=12)
    name = models.CharField(max_length=30)
    value = models.DecimalField(max_digits=3, decimal_places=2)
    maximum = models.DecimalField(max_digits=3, decimal_places=2)
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["run_id", "place"]
        constraints = [
            models.UniqueConstraint(fields=["run", "criterion", "name"], name="contribution_once"),
            models.CheckConstraint(
                condition=models.Q(value__gte=Decimal(0), value__lte=models.F("maximum")),
                name="contribution_bounded",
            ),
        ]


class RuleSet(AppendOnly):
    """Which rules a call applies, as published: `rules` by name, and the call's own `figures` by
    id, as text. Files keep the version that was the last one when they were handed in."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="rule_sets")
    number = models.PositiveSmallIntegerField()
    rules = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["call", "-number"]
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="rule_set_once")]

    @property
    def values(self) -> dict[str, Decimal]:
        """The call's own figures as numbers."""
        return {name: Decimal(value) for name, value in self.figures.items()}
