"""What each question is for: the rule (by its name), mark, payment or publication it feeds. One
that feeds nothing goes."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Feeds(models.TextChoices):
    AGE = "age", _("the rule on age")
    SEAT = "seat", _("the rule on the seat")
    SIZE = "size", _("the rule on size")
    DIFFICULTY = "difficulty", _("the rule on difficulty")
    EXCLUSIONS = "exclusions", _("the rule on exclusions")
    AMOUNT = "amount", _("the rule on the amount")
    COFINANCING = "cofinancing", _("the rule on co-financing")
    HEADROOM = "headroom", _("the de minimis ceiling")
    ONE_FILE = "one_file", _("one file per enterprise")
    ETHICS = "ethics", _("the condition on ethics")
    INNOVATION = "innovation", _("the mark for innovation")
    FEASIBILITY = "feasibility", _("the mark for feasibility")
    TEAM = "team", _("the mark for the team")
    VALORISATION = "valorisation", _("the mark for valorisation")
    IMPACT = "impact", _("the mark for impact on the Region")
    MATCHING = "matching", _("the choice of reviewers")
    CONFLICTS = "conflicts", _("keeping reviewers impartial")
    PAYMENT = "payment", _("the agreement and the payments")
    PUBLICATION = "publication", _("the published list of awards")
    TRACK = "track", _("the choice of questions and reviewers")
    CALL = "call", _("this call")
