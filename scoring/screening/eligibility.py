"""The rules, in order: pure functions from facts to findings. Missing data never fails.

They stand in rules_enterprise.py, rules_money.py and rules_project.py; figures come from
fund/figures.toml and lists from sectors.toml by the day of submission, sentences from reasons.py.
To add a rule: write it there, list it in RULES, give its title, source and reasons, add its cases.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from .facts import Facts, Terms
from .found import Found
from .models import RuleSet, Verdict
from .rules_enterprise import age, age_at, difficulty, seat, sector, size
from .rules_money import amount, cofinancing, headroom
from .rules_project import documents, ethics, exclusions, one_file, track

__all__ = ["RULES", "RULES_VERSION", "Found", "Rule", "age_at", "judge", "overall", "worst"]

RULES_VERSION = "2026-11c"


@dataclass(frozen=True)
class Rule:
    """A rule and what is said of it: the facts it reads, the figures it looks up.

    `by_law`: a call cannot leave it out; `never_fails`: it asks a person at most.
    """

    judge: Callable[[Facts], Found]
    reads: tuple[str, ...]
    figures: tuple[str, ...] = ()
    by_law: bool = False
    never_fails: bool = False

    @property
    def name(self) -> str:
        return self.judge.__name__


BORN = ("submitted_on", "founded_on", "not_registered", "registered")
RULES: tuple[Rule, ...] = (
    Rule(age, (*BORN, "register_error"), ("eligibility.age_years",)),
    Rule(
        seat,
        ("postal_code", "establishment_postal_code", "registered", "register_error"),
        ("eligibility.seat_only",),
    ),
    Rule(
        size,
        ("staff", "turnover", "balance_sheet"),
        ("size.small_staff", "size.small_finance"),
    ),
    Rule(
        difficulty,
        (*BORN, "insolvency", "rescue_aid", "capital", "equity"),
        ("difficulty.young_years",),
        by_law=True,
    ),
    Rule(sector, ("registered",), never_fails=True),
    Rule(
        exclusions,
        ("no_excluded_activity", "no_export_aid", "no_double_aid", "excluded"),
        by_law=True,
    ),
    Rule(amount, ("requested", "minimum", "maximum")),
    Rule(
        cofinancing,
        ("requested", "personnel", "subcontracting", "equipment", "other"),
        ("eligibility.cofinancing_share",),
    ),
    Rule(
        headroom,
        ("submitted_on", "requested", "aid", "aid_declared"),
        ("deminimis.ceiling", "deminimis.years"),
        by_law=True,
    ),
    Rule(one_file, ("other_files",)),
    Rule(documents, ("documents", "needed_documents"), never_fails=True),
    Rule(
        ethics,
        ("track", "ethics", "ethics_committee", "ethics_on", "ethics_reference", "documents"),
        never_fails=True,
    ),
    Rule(track, ("track", "legal_basis", "medical_device", "users"), never_fails=True),
)


def judge(facts: Facts, rule_set: RuleSet | None = None) -> list[Found]:
    """What every rule of the call says, in order: by the rules that the facts were collected
    with, or by others."""
    if rule_set is not None:
        facts = replace(facts, terms=Terms.of(rule_set, on=facts.terms.on))
    return [rule.judge(facts) for rule in RULES if _applies(rule, facts.terms)]


def _applies(rule: Rule, terms: Terms) -> bool:
    return rule.by_law or not terms.rules or rule.name in terms.rules


def overall(found: Iterable[Found]) -> Verdict:
    """The worst verdict: one rule not met is enough."""
    return worst(one.verdict for one in found)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The one that decides; met when there is none."""
    given = set(verdicts)
    by_weight = (Verdict.FAIL, Verdict.NEEDS_EVIDENCE)
    return next((verdict for verdict in by_weight if verdict in given), Verdict.PASS)
