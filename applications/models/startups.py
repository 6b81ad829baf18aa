"""Startups, the people who work on their files, and who was invited to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from brustart.accounts.links import NOT_USED, Link
from brustart.cbe.numbers import display_number


class Startup(models.Model):
    """An enterprise that applies, or a team that will be one: the number may come later."""

    name = models.CharField(_("name"), max_length=160, blank=True)
    enterprise_number = models.CharField(max_length=10, blank=True, db_index=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="startups"
    )

    def __str__(self) -> str:
        return self.name or str(_("Startup without a name yet"))

    @property
    def number(self) -> str:
        return display_number(self.enterprise_number)


class Part(models.TextChoices):
    """What a person may do with a startup's files."""

    OWNER = "owner", pgettext_lazy("part in a startup", "Owner")
    EDITOR = "editor", pgettext_lazy("part in a startup", "Editor")
    READER = "reader", pgettext_lazy("part in a startup", "Reader")
    ACCOUNTANT = "accountant", pgettext_lazy("part in a startup", "Accountant")


class Membership(models.Model):
    """A person's part in a startup."""

    startup = models.ForeignKey(Startup, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    part = models.CharField(max_length=10, choices=Part, default=Part.OWNER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["startup", "user"], name="membership_once"),
            models.CheckConstraint(condition=Q(part__in=Part.values), name="membership_part"),
        ]

    @property
    def part_label(self) -> str:
        return str(Part(self.part).label)


class Invitation(Link):
    """A way into a startup sent by mail."""

    startup = models.ForeignKey(Startup, on_delete=models.CASCADE, related_name="invitations")
    part = models.CharField(max_length=10, choices=Part)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "startup",
                Lower("email"),
                condition=NOT_USED,
                name="invitation_open_once",
            ),
            models.CheckConstraint(condition=Q(part__in=Part.values), name="invitation_part"),
        ]

    @property
    def part_label(self) -> str:
        return str(Part(self.part).label)
