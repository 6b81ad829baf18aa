"""The eight rules: pure functions from facts to findings. Missing data never fails.

Figures come from fund/figures.toml by the day of submission; reasons are sentences in
reasons.py. To add a rule: write it here, list it in RULES, give its reasons, add its cases.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dateutil.relativedelta import relativedelta

from brustart.cbe import region
from brustart.fund.figures import Figure, figure

from .facts import Facts
from .models import Verdict

RULES_VERSION = "2026-11b"


@dataclass(frozen=True)
class Found:
    """A rule's answer: verdict, reason (a key of reasons.py), the inputs it used, its source."""

    rule: str
    verdict: Verdict
    reason: str
    inputs: dict[str, Any]
    citation: str


def _found(rule: str, verdict: Verdict, reason: str, citation: str, **inputs: Any) -> Found:
    return Found(rule, verdict, f"{rule}_{reason}", inputs, citation)


def _cite(*figures: Figure) -> str:
    """The record's own words, in English; people read reasons.SOURCES."""
    return "; ".join(dict.fromkeys(f"{one.basis} ({one.source})" for one in figures))


def age(facts: Facts) -> Found:
    """Less than five years from the start date to submission."""
    limit = figure("eligibility.age_years", facts.submitted_on)
    years = int(limit.value)
    if facts.not_registered:
        return _found("age", Verdict.PASS, "unborn", _cite(limit), years=years)
    if facts.founded_on is None:
        return _found("age", Verdict.NEEDS_EVIDENCE, "unknown", _cite(limit), years=years)
    too_old_on = facts.founded_on + relativedelta(years=years)
    young = facts.submitted_on < too_old_on
    return _found(
        "age",
        Verdict.PASS if young else Verdict.FAIL,
        "young" if young else "old",
        _cite(limit),
        founded_on=facts.founded_on,
        submitted_on=facts.submitted_on,
        years=years,
    )


def seat(facts: Facts) -> Found:
    """Seat or active establishment in the 19 municipalities, by set of postal codes."""
    source = "Call rules [P], after Innoviris; postal codes: bpost, BeST (S11, S28, S30)"
    codes = {"seat": facts.postal_code, "establishment": facts.establishment_postal_code}
    given = {code for code in codes.values() if code}
    if given & region.MUNICIPAL:
        return _found("seat", Verdict.PASS, "inside", source, **codes)
    if given & region.SPECIAL:
        return _found("seat", Verdict.NEEDS_EVIDENCE, "special", source, **codes)
    if not given:
        return _found("seat", Verdict.NEEDS_EVIDENCE, "unknown", source, **codes)
    return _found("seat", Verdict.FAIL, "outside", source, **codes)


def size(facts: Facts) -> Found:
    """Micro or small: staff under 50, and turnover or balance sheet within 10 million EUR."""
    staff = figure("size.small_staff", facts.submitted_on)
    money = figure("size.small_finance", facts.submitted_on)
    inputs = {
        "staff": facts.staff,
        "turnover": facts.turnover,
        "balance_sheet": facts.balance_sheet,
        "staff_limit": int(staff.value),
        "finance_limit": money.value,
    }
    source = _cite(staff, money)
    known = [amount for amount in (facts.turnover, facts.balance_sheet) if amount is not None]
    if facts.staff is not None and facts.staff >= staff.value:
        return _found("size", Verdict.FAIL, "staff", source, **inputs)
    if len(known) == 2 and min(known) > money.value:
        return _found("size", Verdict.FAIL, "finance", source, **inputs)
    if facts.staff is None or not known or min(known) > money.value:
        return _found("size", Verdict.NEEDS_EVIDENCE, "unknown", source, **inputs)
    return _found("size", Verdict.PASS, "small", source, **inputs)


def difficulty(facts: Facts) -> Found:
    """Not an undertaking in difficulty: neither insolvent nor under rescue, nor, from three years
    of age, with more than half of its capital lost (article 2(18), a, b, c and d)."""
    exempt = figure("difficulty.young_years", facts.submitted_on)
    inputs = {
        "founded_on": facts.founded_on,
        "submitted_on": facts.submitted_on,
        "insolvency": facts.insolvency,
        "rescue_aid": facts.rescue_aid,
        "capital": facts.capital,
        "equity": facts.equity,
        "young_years": int(exempt.value),
    }
    source = _cite(exempt)
    if facts.insolvency == "yes" or facts.rescue_aid == "yes":
        return _found("difficulty", Verdict.FAIL, "acute", source, **inputs)
    if not facts.insolvency or not facts.rescue_aid:
        return _found("difficulty", Verdict.NEEDS_EVIDENCE, "unknown", source, **inputs)
    if facts.not_registered or _is_young(facts, years=int(exempt.value)):
        return _found("difficulty", Verdict.PASS, "young", source, **inputs)
    if facts.capital is None or facts.equity is None:
        return _found("difficulty", Verdict.NEEDS_EVIDENCE, "figures", source, **inputs)
    lost = facts.equity < facts.capital / 2
    if lost and facts.founded_on is None:  # it may still be too young for that to count
        return _found("difficulty", Verdict.NEEDS_EVIDENCE, "unknown", source, **inputs)
    return _found(
        "difficulty",
        Verdict.FAIL if lost else Verdict.PASS,
        "lost" if lost else "sound",
        source,
        **inputs,
    )


def _is_young(facts: Facts, *, years: int) -> bool:
    born = facts.founded_on
    return born is not None and facts.submitted_on < born + relativedelta(years=years)


def exclusions(facts: Facts) -> Found:
    """None of the activities and aids that aid law or the call leaves out, by declaration."""
    inputs = {
        "no_excluded_activity": facts.no_excluded_activity,
        "no_export_aid": facts.no_export_aid,
        "no_double_aid": facts.no_double_aid,
    }
    source = "Regulation (EU) 2023/2831, art. 1 and 5 (S34); call rules [P]"
    if facts.excluded == "yes":
        return _found("exclusions", Verdict.FAIL, "some", source, excluded=facts.excluded)
    declared = all(inputs.values())
    verdict = Verdict.PASS if declared else Verdict.NEEDS_EVIDENCE
    return _found("exclusions", verdict, "none" if declared else "unknown", source, **inputs)


def amount(facts: Facts) -> Found:
    """What is asked lies within the bounds of the call."""
    source = "Call rules [P]: no source, ask the fund"
    inputs = {"asked": facts.requested, "minimum": facts.minimum, "maximum": facts.maximum}
    if facts.requested is None:
        return _found("amount", Verdict.NEEDS_EVIDENCE, "unknown", source, **inputs)
    if facts.requested < facts.minimum:
        return _found("amount", Verdict.FAIL, "low", source, **inputs)
    if facts.requested > facts.maximum:
        return _found("amount", Verdict.FAIL, "high", source, **inputs)
    return _found("amount", Verdict.PASS, "within", source, **inputs)


def cofinancing(facts: Facts) -> Found:
    """At least 30 % of the costs is not asked from the fund."""
    share = figure("eligibility.cofinancing_share", facts.submitted_on)
    inputs = {"asked": facts.requested, "budget": facts.budget, "share": share.value}
    if facts.requested is None or facts.budget is None:
        return _found("cofinancing", Verdict.NEEDS_EVIDENCE, "unknown", _cite(share), **inputs)
    enough = facts.budget > 0 and facts.budget - facts.requested >= share.value * facts.budget
    return _found(
        "cofinancing",
        Verdict.PASS if enough else Verdict.FAIL,
        "enough" if enough else "short",
        _cite(share),
        **inputs,
    )


def headroom(facts: Facts) -> Found:
    """What is asked fits under the de minimis ceiling; it would fall as a whole otherwise."""
    ceiling = figure("deminimis.ceiling", facts.submitted_on)
    inputs = {
        "asked": facts.requested,
        "received": facts.de_minimis_received,
        "headroom": facts.headroom,
        "ceiling": ceiling.value,
    }
    if facts.requested is not None and facts.requested > facts.headroom:
        return _found("headroom", Verdict.FAIL, "short", _cite(ceiling), **inputs)
    if facts.requested is None or facts.de_minimis_received is None:
        return _found("headroom", Verdict.NEEDS_EVIDENCE, "unknown", _cite(ceiling), **inputs)
    return _found("headroom", Verdict.PASS, "enough", _cite(ceiling), **inputs)


RULES: tuple[Callable[[Facts], Found], ...] = (
    age, seat, size, difficulty, exclusions, amount, cofinancing, headroom
)  # fmt: skip


def judge(facts: Facts) -> list[Found]:
    """What every rule says, in order."""
    return [rule(facts) for rule in RULES]


def overall(found: list[Found]) -> Verdict:
    """The worst verdict: one rule not met is enough."""
    verdicts = {one.verdict for one in found}
    for verdict in (Verdict.FAIL, Verdict.NEEDS_EVIDENCE):
        if verdict in verdicts:
            return verdict
    return Verdict.PASS
