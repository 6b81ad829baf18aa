"""Accounts and their entries: what the ledger's trigger moves, and what its CHECKs refuse."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from brustart.core.append_only import AppendOnly
from brustart.core.money import MoneyField


class Account(models.Model):
    """Balances that only the insertion of an entry moves (migration 0002).

    An envelope's account has the cap it may commit; an award's has the amount that was asked for
    as its cap, and its envelope's account as parent. `committed` is net of decommitments. An award
    counts in the `part` of the envelope for its `track` as well, once there is one: an account
    whose cap holds beside the envelope's (migrations 0006 and 0007).
    """

    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="awards")
    part = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="members")
    track = models.CharField(max_length=20, blank=True, default="")  # of an award
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
                condition=Q(amount__gt=0) | Q(kind__in=["cap", "liquidate"]) & ~Q(amount=0),
                name="entry_moves_money",
            ),
        ]
        indexes = [
            models.Index(
                fields=["envelope", "at"], include=["kind", "amount"], name="entry_by_time"
            )
        ]
        ordering = ["envelope", "sequence"]
