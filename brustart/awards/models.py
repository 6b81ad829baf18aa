"""Proposals, the votes on them, and the awards they become."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.models import Application
from brustart.core.append_only import AppendOnly
from brustart.core.money import MoneyField
from brustart.fund.models import Account


class Instrument(models.TextChoices):
    GRANT = "grant", _("Grant")
    LOAN = "convertible_loan", _("Convertible loan")
    EQUITY = "equity", _("Equity")


class Proposal(models.Model):
    """A fund manager's proposal to award. It reserves de minimis headroom, never the cap."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("proposal", "Waiting for approval")
        APPROVED = "approved", pgettext_lazy("proposal", "Approved")
        REFUSED = "refused", pgettext_lazy("proposal", "Refused")
        VOID = "void", pgettext_lazy("proposal", "Void")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="proposals")
    amount = MoneyField()
    instrument = models.CharField(max_length=16, choices=Instrument)
    reasons = models.TextField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    sha256 = models.CharField(max_length=64)  # over file, amount, instrument and reasons
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    proposed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(state="open"), name="proposal_one_open"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="proposal_of_money"),
        ]


class Vote(AppendOnly):
    """One panel reviewer's word on one proposal, bound to the hash of what they read."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="votes")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    approves = models.BooleanField()
    reason = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "reviewer"], name="vote_once"),
            models.CheckConstraint(
                condition=Q(approves=True) | ~Q(reason=""), name="vote_refusal_has_a_reason"
            ),
        ]


class Award(models.Model):
    """What was decided: an amount of money for a file, with an account of its own."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="award")
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="award")
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="award")
    amount = MoneyField()
    instrument = models.CharField(max_length=16, choices=Instrument)
    decided_at = models.DateTimeField()


class Rejection(AppendOnly):
    """A decision not to award, with its grounds (law of 29 July 1991)."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="rejection"
    )
    grounds = models.TextField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    decided_at = models.DateTimeField()
