"""Which rules a call applies: the version published last, at an instant."""

from datetime import datetime

from brustart.fund.models import Call

from .models import RuleSet


def rule_set_for(call: Call, at: datetime) -> RuleSet:
    """The version that files handed in at that instant are judged by, whatever is published
    later; before the first, all rules with the figures of law and policy."""
    published = RuleSet.objects.filter(call=call, published_at__lte=at)
    return published.order_by("-number").first() or default(call)


def latest(call: Call) -> RuleSet:
    """What files handed in from now on are judged by."""
    return RuleSet.objects.filter(call=call).order_by("-number").first() or default(call)


def default(call: Call) -> RuleSet:
    """All rules, none of the call's own figures: not a row, but what counts without one."""
    return RuleSet(call=call, number=0, rules=[], figures={})
