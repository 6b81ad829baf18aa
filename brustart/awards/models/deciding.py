"""Proposals, what each of their versions said, the votes on them, and rejections."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.models import Application
from brustart.core.append_only import AppendOnly
from brustart.core.money import MoneyField

from .attachments import Attachment


class Instrument(models.TextChoices):
    GRANT = "grant", _("Grant")
    LOAN = "convertible_loan", _("Convertible loan")
    EQUITY = "equity", _("Equity")


class Proposal(models.Model):
    """A fund manager's proposal to award. It reserves de minimis headroom, never the cap.

    Its fields are those of its last version; a vote counts while its hash is the proposal's, and
    what that was taken over is still so (binding.py).
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("proposal", "Waiting for approval")
        APPROVED = "approved", pgettext_lazy("proposal", "Approved")
        REFUSED = "refused", pgettext_lazy("proposal", "Refused")
        VOID = "void", pgettext_lazy("proposal", "Void")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="proposals")
    version = models.PositiveSmallIntegerField(default=1)
    amount = MoneyField()
    instrument = models.CharField(max_length=16, choices=Instrument)
    conditions = models.TextField(blank=True)
    reasons = models.TextField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    sha256 = models.CharField(max_length=64)  # binding.py
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


class Terms(AppendOnly):
    """What one version of a proposal said, and all that its hash was taken over, for good."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="terms")
    version = models.PositiveSmallIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["proposal", "version"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "version"], name="terms_once"),
        ]


class Vote(AppendOnly):
    """One panel reviewer's word on one version of a proposal, bound to the hash of what they read.

    `factor_at`: when they last showed their second factor; null for people of the demo alone.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="votes")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    approves = models.BooleanField()
    reason = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)
    factor_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "reviewer", "sha256"], name="vote_once"),
            models.CheckConstraint(
                condition=Q(approves=True) | ~Q(reason=""), name="vote_refusal_has_a_reason"
            ),
        ]


class Opinion(AppendOnly):
    """What the Finance Inspector says of a proposal, where the call asks for it."""

    class Result(models.TextChoices):
        FAVOURABLE = "favourable", pgettext_lazy("opinion", "Favourable")
        UNFAVOURABLE = "unfavourable", pgettext_lazy("opinion", "Unfavourable")

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="opinions")
    result = models.CharField(max_length=12, choices=Result)
    given_on = models.DateField()
    document = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="opinions")
    sha256 = models.CharField(max_length=64)  # of the version it is about
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["proposal", "at"]


class Rejection(AppendOnly):
    """A decision not to award, with its grounds (law of 29 July 1991)."""

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="rejection"
    )
    grounds = models.TextField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    decided_at = models.DateTimeField()
