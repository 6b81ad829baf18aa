"""What the marks of a call add up to."""

from django.conf import settings
from django.db import models

from applications.models import Application
from brustart.core.append_only import AppendOnly
from brustart.fund.models import Call


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
        ordering = ["call_id", "place", "application_id"]
        indexes = [models.Index(fields=["call", "place", "application"], name="rank_in_place")]


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
        ordering = ["call_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="frozen_ranking_once")
        ]
