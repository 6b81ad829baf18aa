"""Aid received by undertakings, and its place in the central register."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brustart.core.money import MoneyField


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


class RegisterEntry(models.Model):
    """That a grant belongs in the central register of de minimis aid, by when, and since when it
    is there. `reference`: the number that the register gave it.

    Regulation (EU) 2023/2831, art. 6: within 20 working days of the grant.
    """

    aid = models.OneToOneField(Aid, on_delete=models.PROTECT, related_name="register_entry")
    due_on = models.DateField(db_index=True)
    entered_at = models.DateTimeField(null=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    reference = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(entered_at=None, entered_by=None, reference="")
                | Q(entered_at__isnull=False, entered_by__isnull=False) & ~Q(reference=""),
                name="register_entered_by_somebody",
            )
        ]
