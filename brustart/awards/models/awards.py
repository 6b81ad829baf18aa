"""Awards, their tranches, what is agreed and changed, and whom released money may serve."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.models import Application
from brustart.core.append_only import AppendOnly
from brustart.core.money import MoneyField
from brustart.fund.models import Account, Envelope

from .attachments import Attachment
from .deciding import Instrument, Proposal


class AwardQuerySet(models.QuerySet["Award"]):
    def standing(self) -> "AwardQuerySet":
        """Those that were neither declined nor lapsed nor ended early."""
        return self.filter(state__in=STANDING)


class Award(models.Model):
    """What was decided: an amount of money for a file, with an account of its own.

    It is an offer until the startup accepts the agreement, on `offer_until` at the latest.
    """

    class State(models.TextChoices):
        OFFERED = "offered", pgettext_lazy("award", "Offered")
        RUNNING = "running", pgettext_lazy("award", "Running")
        SUSPENDED = "suspended", pgettext_lazy("award", "Suspended")
        CLOSED = "closed", pgettext_lazy("award", "Closed")
        DECLINED = "declined", pgettext_lazy("award", "Declined")
        EXPIRED = "expired", pgettext_lazy("award", "Expired")
        ENDED = "ended", pgettext_lazy("award", "Ended early")

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="award")
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="award")
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="award")
    amount = MoneyField()
    instrument = models.CharField(max_length=16, choices=Instrument)
    decided_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.OFFERED)
    offer_until = models.DateField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    agreement = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, related_name="+"
    )  # where it was signed on paper
    ended_at = models.DateTimeField(null=True)

    objects = AwardQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["offered", "declined", "expired"])
                ^ Q(accepted_at__isnull=False),
                name="award_runs_once_accepted",
            ),
        ]


STANDING = (
    Award.State.OFFERED, Award.State.RUNNING, Award.State.SUSPENDED, Award.State.CLOSED,
)  # fmt: skip
PAYABLE = (Award.State.RUNNING,)


class Tranche(models.Model):
    """A part of an award that is due when its milestone is reached; together they are the award."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="tranches")
    position = models.PositiveSmallIntegerField()
    milestone = models.CharField(max_length=200)
    amount = MoneyField()
    due_on = models.DateField(null=True)

    class Meta:
        ordering = ["award", "position"]
        constraints = [
            models.UniqueConstraint(fields=["award", "position"], name="tranche_in_place"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="tranche_of_money"),
        ]


class Change(AppendOnly):
    """What was changed of an award after the decision, by whom and why."""

    class Kind(models.TextChoices):
        AMENDED = "amended", pgettext_lazy("change of an award", "Milestones changed")
        SUSPENDED = "suspended", pgettext_lazy("change of an award", "Payments suspended")
        RESUMED = "resumed", pgettext_lazy("change of an award", "Payments resumed")
        REDUCED = "reduced", pgettext_lazy("change of an award", "Money given back to the fund")
        ENDED = "ended", pgettext_lazy("change of an award", "Ended early")

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=9, choices=Kind)
    reason = models.TextField()
    details = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["award", "at", "pk"]


class Promotion(models.Model):
    """Money came back, and this file is the next on the waiting list that fits."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("next on the waiting list", "To be proposed")
        PROPOSED = "proposed", pgettext_lazy("next on the waiting list", "Proposed")
        PASSED = "passed", pgettext_lazy("next on the waiting list", "No longer possible")

    envelope = models.ForeignKey(Envelope, on_delete=models.PROTECT, related_name="promotions")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="promotions"
    )
    left = MoneyField()  # EUR that were left for it
    why = models.CharField(max_length=120)  # what released the money: an audit reference
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("next on the waiting list")
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(state="open"), name="promotion_one_open"
            ),
        ]
