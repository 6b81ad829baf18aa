"""The rules of a call as people read them: what each asks, its figures, from when they count."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from brustart.core.money import euros

from . import sectors
from .eligibility import RULES, Rule
from .facts import Terms
from .models import RuleSet
from .parameters import FIGURES, figure_text
from .reasons import SOURCES, TITLES

LISTS: dict[str, Promise] = {
    "aid_law": _("A person looks: left out by aid law"),
    "policy": _("A person looks: left out by the fund"),
    "matching": _("Sectors of the fund"),
}


@dataclass(frozen=True)
class Value:
    """A figure or a list of a rule; `since`: from when it counts, `own`: the call's own."""

    label: str
    text: str
    since: date
    own: bool = False


@dataclass(frozen=True)
class Explained:
    """A rule and whether the call applies it."""

    rule: Rule
    title: str
    source: str
    applies: bool
    values: list[Value]


def explained(rule_set: RuleSet, *, on: date) -> list[Explained]:
    """Every rule, with what counts for a file handed in on that day."""
    return [
        Explained(
            rule,
            title=str(TITLES[rule.name]),
            source=str(SOURCES[rule.name]),
            applies=rule.by_law or not rule_set.rules or rule.name in rule_set.rules,
            values=list(_values(rule, rule_set, on)),
        )
        for rule in RULES
    ]


def _values(rule: Rule, rule_set: RuleSet, on: date) -> Iterator[Value]:
    terms = Terms.of(rule_set)
    for name in rule.figures:
        found = terms.figure(name, on)
        since = found.valid_from
        own = name in terms.figures
        if own:
            since = timezone.localdate(rule_set.published_at)
        yield Value(str(FIGURES[name]), figure_text(name, found.value), since, own)
    if rule.name == "amount":
        call, opens_on = rule_set.call, timezone.localdate(rule_set.call.opens_at)
        yield Value(str(_("Minimum")), euros(call.minimum), opens_on, own=True)
        yield Value(str(_("Maximum")), euros(call.maximum), opens_on, own=True)
    if rule.name == "sector":
        yield from _lists(on)


def _lists(on: date) -> Iterator[Value]:
    for one in sectors.lists():
        if one.counts_on(on):
            codes = ", ".join(f"{code[:2]}.{code[2:]}".rstrip(".") for code in one.codes)
            label = f"{LISTS[one.id]} (NACE-BEL {one.version})"
            yield Value(label, codes, one.valid_from)
