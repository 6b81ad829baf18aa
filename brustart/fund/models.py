"""Programmes, calls, envelopes; accounts and their entries; aid received by undertakings."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from brustart.core.append_only import AppendOnly
from brustart.core.money import MoneyField
from brustart.core.text import localized


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


class Account(models.Model):
    """Balances that only the insertion of an entry moves (migration 0002).

    An envelope's account has the cap it may commit; an award's has the amount that was asked for
    as its cap, and its envelope's account as parent. `committed` is net of decommitments.
    """

    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="awards")
    cap = MoneyField(default=Decimal(0))
    committed = MoneyField(default=Decimal(0))
    decommitted = MoneyField(default=Decimal(0))
    liquidated = MoneyField(default=Decimal(0))
    ordered = MoneyField(default=Decimal(0))
    paid = MoneyField(default=Decimal(0))
    recovered = MoneyField(default=Decimal(0))
    sequence = models.BigIntegerField(default=0)
    head = models.CharField(max_length=64, default="", blank=True)

    append_only = True  # for the application's role: balances are the trigger's alone

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(committed__lte=F("cap")),
                name="account_committed_within_cap",
                violation_error_message=_("More would be committed than the cap allows."),
            ),
            models.CheckConstraint(
                condition=Q(liquidated__lte=F("committed")),
                name="account_liquidated_within_committed",
            ),
            models.CheckConstraint(
                condition=Q(ordered__lte=F("liquidated")), name="account_ordered_within_liquidated"
            ),
            models.CheckConstraint(
                condition=Q(paid__lte=F("ordered")), name="account_paid_within_ordered"
            ),
            models.CheckConstraint(
                condition=Q(recovered__lte=F("paid")), name="account_recovered_within_paid"
            ),
            models.CheckConstraint(
                condition=Q(recovered__gte=0, decommitted__gte=0), name="account_not_negative"
            ),
        ]


class Entry(AppendOnly):
    """One movement of money, for good. Everything below `reference` is the database's own."""

    class Kind(models.TextChoices):
        CAP = "cap", _("cap change")
        COMMIT = "commit", _("commitment")
        DECOMMIT = "decommit", _("decommitment")
        LIQUIDATE = "liquidate", _("liquidation")
        ORDER = "order", _("payment order")
        PAY = "pay", _("payment")
        RECOVER = "recover", _("recovery")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=9, choices=Kind)
    amount = MoneyField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    reference = models.CharField(max_length=120)
    envelope = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="chain")
    sequence = models.BigIntegerField()
    before = MoneyField()
    after = MoneyField()
    recorded_at = models.DateTimeField()
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["envelope", "sequence"], name="entry_place_in_chain"),
            models.UniqueConstraint(fields=["account", "kind", "reference"], name="entry_once"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) | Q(kind="cap") & ~Q(amount=0), name="entry_moves_money"
            ),
        ]
        ordering = ["envelope", "sequence"]


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


class Undertaking(models.Model):
    """Enterprises that share one de minimis ceiling: Regulation (EU) 2023/2831, article 2(2)."""


class UndertakingMember(models.Model):
    """An enterprise of an undertaking; it belongs to one."""

    undertaking = models.ForeignKey(Undertaking, on_delete=models.PROTECT, related_name="members")
    enterprise_number = models.CharField(max_length=10, unique=True)


class Aid(models.Model):
    """De minimis aid of an undertaking: declared, granted here, or reserved by a proposal.

    `reference` says what declared, granted or reserved it; a declaration has several rows.
    """

    class Kind(models.TextChoices):
        DECLARED = "declared", _("declared")
        GRANTED = "granted", _("granted")
        RESERVED = "reserved", _("reserved")

    undertaking = models.ForeignKey(Undertaking, on_delete=models.PROTECT, related_name="aid")
    kind = models.CharField(max_length=8, choices=Kind)
    amount = MoneyField()  # gross grant equivalent before tax
    counted_on = models.DateField()
    reference = models.CharField(max_length=120)
    row = models.PositiveSmallIntegerField(default=0)  # of a declaration
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "reference", "row"], name="aid_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="aid_not_negative"),
        ]
