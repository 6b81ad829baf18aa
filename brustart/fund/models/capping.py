"""A change of a cap: asked by one person, answered by another, for good."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from brustart.core.append_only import AppendOnly
from brustart.core.money import MoneyField

from .money import Account


class CapChange(AppendOnly):
    """Somebody asks to raise the cap of an envelope or of one of its parts, or to lower it
    (`amount` below zero, in EUR).

    The ledger takes it once a second person confirmed it (migrations 0005 and 0007). `place`
    counts the changes of the account; the next one is asked when this one is answered.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="cap_changes")
    place = models.PositiveIntegerField()
    amount = MoneyField()
    reason = models.TextField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["account", "place"]
        constraints = [
            models.UniqueConstraint(fields=["account", "place"], name="cap_change_one_at_a_time"),
            models.CheckConstraint(condition=~Q(amount=0), name="cap_change_changes"),
            models.CheckConstraint(condition=~Q(reason=""), name="cap_change_has_a_reason"),
        ]

    @property
    def reference(self) -> str:
        """What its entry in the ledger is called; the database asks for it."""
        return f"cap:{self.pk}"


class CapAnswer(AppendOnly):
    """What became of it. Only a second person's yes moves the cap; whoever asked may take it
    back, which is a no."""

    change = models.OneToOneField(CapChange, on_delete=models.PROTECT, related_name="answer")
    accepted = models.BooleanField()
    reason = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField()
