"""The five criteria and their weights: the default grid of domain.md section 1, a proposal [P]."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Criterion(models.TextChoices):
    INNOVATION = "innovation", _("Innovation")
    FEASIBILITY = "feasibility", _("Feasibility and work plan")
    TEAM = "team", _("Team")
    VALORISATION = "valorisation", _("Economic valorisation")
    IMPACT = "impact", _("Impact on the Region")


WEIGHTS = {  # percent
    Criterion.INNOVATION: 25,
    Criterion.FEASIBILITY: 20,
    Criterion.TEAM: 20,
    Criterion.VALORISATION: 20,
    Criterion.IMPACT: 15,
}
TOP_MARK = 5
