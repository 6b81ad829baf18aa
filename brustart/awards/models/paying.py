"""From a milestone to money that has left the account: bank accounts, claims, payment files."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from brustart.core.money import MoneyField

from .attachments import Attachment
from .awards import Award, Tranche


def _somebody(null: bool = False) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=null
    )


class BankAccount(models.Model):
    """Where an award is paid to. It counts once somebody else than who gave it confirms it."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="bank_accounts")
    iban = models.CharField(max_length=34)  # without spaces
    holder = models.CharField(max_length=70)
    given_by = _somebody()
    given_at = models.DateTimeField()
    confirmed_by = _somebody(null=True)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # refused, or another one was confirmed
    why = models.CharField(max_length=500, blank=True)  # how it was checked, or why refused

    class Meta:
        ordering = ["award", "-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["award"],
                condition=Q(ended_at=None, confirmed_at__isnull=False),
                name="bank_account_one_confirmed",
            ),
            models.UniqueConstraint(
                fields=["award"],
                condition=Q(ended_at=None, confirmed_at=None),
                name="bank_account_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("given_by")),
                name="bank_account_by_two",
            ),
        ]


class Batch(models.Model):
    """Payments sent to the bank in one file (ISO 20022 pain.001), kept byte for byte."""

    class State(models.TextChoices):
        MADE = "made", pgettext_lazy("payment file", "Waiting for the bank")
        PAID = "paid", pgettext_lazy("payment file", "Paid")
        CANCELLED = "cancelled", pgettext_lazy("payment file", "Cancelled")

    message_id = models.CharField(max_length=35, unique=True)
    execute_on = models.DateField()
    total = MoneyField()
    xml = models.TextField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=9, choices=State, default=State.MADE)
    made_by = _somebody()
    made_at = models.DateTimeField()
    confirmed_by = _somebody(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("made_by")),
                name="batch_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(confirmed_by__isnull=False),
                name="batch_paid_is_confirmed",
            ),
        ]


class Claim(models.Model):
    """A startup says that a milestone is reached. One fund manager verifies it (liquidation),
    another orders the payment; neither ever approved the award."""

    class State(models.TextChoices):
        MADE = "made", pgettext_lazy("claim", "To be verified")
        RETURNED = "returned", pgettext_lazy("claim", "Sent back")
        VERIFIED = "verified", pgettext_lazy("claim", "To be ordered")
        ORDERED = "ordered", pgettext_lazy("claim", "To be paid")
        PAID = "paid", pgettext_lazy("claim", "Paid")

    tranche = models.ForeignKey(Tranche, on_delete=models.PROTECT, related_name="claims")
    amount = MoneyField()
    words = models.TextField()  # what was done
    evidence = models.ManyToManyField(Attachment, related_name="claims")
    state = models.CharField(max_length=8, choices=State, default=State.MADE)
    made_by = _somebody()
    made_at = models.DateTimeField()
    due_on = models.DateField()  # until when the fund means to have paid it [P]
    returned_because = models.TextField(blank=True)
    verified_by = _somebody(null=True)
    verified_at = models.DateTimeField(null=True)
    ordered_by = _somebody(null=True)
    ordered_at = models.DateTimeField(null=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="claims")
    iban = models.CharField(max_length=34, blank=True)  # as in the payment file
    holder = models.CharField(max_length=70, blank=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tranche"], condition=~Q(state="returned"), name="claim_one_a_tranche"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="claim_of_money"),
            models.CheckConstraint(
                condition=Q(ordered_by=None) | ~Q(ordered_by=F("verified_by")),
                name="claim_ordered_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["made", "returned"]) | Q(verified_by__isnull=False),
                name="claim_verified_first",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ordered", "paid"]) | Q(ordered_by__isnull=False),
                name="claim_ordered_first",
            ),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(batch__isnull=False), name="claim_paid_in_a_batch"
            ),
        ]


class Recovery(models.Model):
    """Money that a startup has to give back, and does."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="recoveries")
    amount = MoneyField()
    reason = models.TextField()
    asked_by = _somebody()
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    received_by = _somebody(null=True)  # who saw it on the account
    received_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="recovery_of_money"),
            models.CheckConstraint(
                condition=Q(received_by=None) | ~Q(received_by=F("asked_by")),
                name="recovery_by_two",
            ),
        ]


class Report(models.Model):
    """The final report of a startup; once a fund manager accepts it the award is closed."""

    award = models.OneToOneField(Award, on_delete=models.PROTECT, related_name="report")
    words = models.TextField()
    documents = models.ManyToManyField(Attachment, related_name="reports")
    made_by = _somebody()
    made_at = models.DateTimeField()
    accepted_by = _somebody(null=True)
    accepted_at = models.DateTimeField(null=True)
    returned_because = models.TextField(blank=True)
