"""Programmes, their envelopes, and the calls that award from these."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from brustart.core.append_only import AppendOnly
from brustart.core.money import MoneyField
from brustart.core.text import localized

from .money import Account


class Programme(models.Model):
    """A programme of Digital.Brussels, as announced in 2017; amounts are never guessed."""

    code = models.SlugField(unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")
    name_fr = models.CharField(max_length=120)
    name_nl = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    pays_for_fr = models.TextField(blank=True)
    pays_for_nl = models.TextField(blank=True)
    pays_for_en = models.TextField(blank=True)
    competence = models.CharField(max_length=40)
    announced = MoneyField(null=True)
    nearly = models.BooleanField(default=False)  # "almost 6,000,000"
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return localized(self, "name")

    @property
    def pays_for(self) -> str:
        return localized(self, "pays_for")


class Envelope(models.Model):
    """A sum that a programme may award: its name, and the account that guards it."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="envelopes")
    code = models.SlugField(unique=True)
    name_fr = models.CharField(max_length=120)
    name_nl = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="envelope")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return localized(self, "name")


class EnvelopePart(AppendOnly):
    """The most that one track may take of an envelope: a cap inside its cap, for those who want
    one. It holds once its first cap was asked for and confirmed."""

    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="parts")
    track = models.CharField(max_length=20)
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="part_of")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["envelope", "track"], name="envelope_part_once")
        ]

    @property
    def is_open(self) -> bool:
        """An account's first entry opens it."""
        return self.account.sequence > 0


class NumberNeeded(models.TextChoices):
    """When a startup must be registered: pre-seed teams often are not yet."""

    SUBMISSION = "submission", _("at submission")
    AWARD = "award", _("before an award is proposed")


class CallQuerySet(models.QuerySet["Call"]):
    def open(self, now: datetime) -> "CallQuerySet":
        return self.filter(opens_at__lte=now, closes_at__gt=now)


class Call(models.Model):
    """An invitation to apply, between two instants, for money of one envelope."""

    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="calls")
    code = models.SlugField(unique=True)
    title_fr = models.CharField(max_length=120)
    title_nl = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    minimum = MoneyField()
    maximum = MoneyField()
    quorum = models.PositiveSmallIntegerField(default=2)
    number_needed = models.CharField(
        max_length=10, choices=NumberNeeded, default=NumberNeeded.SUBMISSION
    )  # [P]
    listed = models.BooleanField(default=True)  # shown on public pages
    inspector_needed = models.BooleanField(default=False)  # an opinion before any commitment

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")), name="call_closes_after_opening"
            ),
            models.CheckConstraint(
                condition=Q(maximum__gte=F("minimum"), minimum__gt=0), name="call_bounds"
            ),
            models.CheckConstraint(condition=Q(quorum__gte=1), name="call_quorum"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return localized(self, "title")

    def is_open(self, now: datetime) -> bool:
        """From the opening instant to the one before closing; the server's clock decides."""
        return self.opens_at <= now < self.closes_at
