"""Scenarios: ways to divide what is left among ranked files. None of them decides anything."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.models import Application
from brustart.core.money import MoneyField
from brustart.fund.models import Call
from scoring.review.models import FrozenRanking


class Method(models.TextChoices):
    BY_RANK = "rank", pgettext_lazy("how to divide the money", "By rank")
    BEST_TOTAL = "total", pgettext_lazy("how to divide the money", "Best total")


class Scenario(models.Model):
    """Who would get what, of which sum. Without a name it is a person's draft, of which a call has
    one; with a name it is kept as it was saved.

    `amount`: EUR to divide; `digital`, `ehealth`: the most for files of that track, None for no
    bound; `share`: percent of what is asked, the least amount of a file without one of its own;
    `until`: the last place that may be funded, None for all.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="scenarios")
    name = models.CharField(max_length=80, blank=True)
    method = models.CharField(max_length=5, choices=Method, default=Method.BY_RANK)
    amount = MoneyField()
    digital = MoneyField(null=True)
    ehealth = MoneyField(null=True)
    share = models.PositiveSmallIntegerField()
    until = models.PositiveIntegerField(null=True)
    frozen = models.ForeignKey(
        FrozenRanking, on_delete=models.PROTECT, null=True, related_name="scenarios"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["call_id", "-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "made_by"], condition=Q(name=""), name="scenario_one_draft"
            ),
            models.UniqueConstraint(
                fields=["call", "name"],
                condition=~Q(name=""),
                name="scenario_name_once",
                violation_error_message=_("A scenario of this call already has this name."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0)
                & (Q(digital=None) | Q(digital__gte=0))
                & (Q(ehealth=None) | Q(ehealth__gte=0)),
                name="scenario_not_negative",
            ),
            models.CheckConstraint(condition=Q(share__lte=100), name="scenario_share"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_draft(self) -> bool:
        return not self.name


class ScenarioLine(models.Model):
    """One file of a scenario. `amount`: EUR it would get, as last worked out; `minimum`: the least
    it can do with, None for the scenario's share; `forced`: the amount that a person gave it;
    `is_close`: the line runs through the interval of its place."""

    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="lines")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="scenario_lines"
    )
    amount = MoneyField(default=0)
    minimum = MoneyField(null=True)
    excluded = models.BooleanField(default=False)
    forced = MoneyField(null=True)
    place = models.PositiveIntegerField()
    is_close = models.BooleanField(default=False)

    class Meta:
        ordering = ["scenario_id", "place", "application_id"]
        constraints = [
            models.UniqueConstraint(fields=["scenario", "application"], name="scenario_line_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0)
                & (Q(minimum=None) | Q(minimum__gte=0))
                & (Q(forced=None) | Q(forced__gt=0)),
                name="scenario_line_not_negative",
            ),
        ]
