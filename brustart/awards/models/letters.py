"""Letters that a worker prints about a decision, kept as they were sent."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from brustart.core.queue import Work


class Letter(Work):
    """A PDF about a decision, in one language; `courtesy`: the English copy, which binds nobody."""

    kind = "letter"
    queue = "papers"

    class Name(models.TextChoices):
        AWARD = "award", _("Decision")
        AGREEMENT = "agreement", _("Agreement")
        CERTIFICATE = "certificate", _("De minimis certificate")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="letters")
    name = models.CharField(max_length=11, choices=Name)
    language = models.CharField(max_length=2)
    courtesy = models.BooleanField(default=False)
    stored = models.CharField(max_length=200, blank=True)  # its name in storage, once printed
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta(Work.Meta):
        constraints = [
            models.UniqueConstraint(fields=["application", "name", "language"], name="letter_once")
        ]

    def __str__(self) -> str:
        return f"{self.application.reference}: {self.get_name_display()}"
