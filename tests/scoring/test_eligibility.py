"""The rules, by cases that a lawyer can read (tests/scoring/cases/*.yaml)."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import translation

from brustart.core.hashing import plain
from scoring.screening import eligibility, reasons
from scoring.screening.facts import Facts
from scoring.screening.models import Verdict

PLAIN: dict[str, Any] = {
    "submitted_on": date(2026, 11, 22),
    "enterprise_number": "1999000064",
    "founded_on": date(2024, 1, 15),
    "postal_code": "1050",
    "establishment_postal_code": "",
    "staff": Decimal(3),
    "turnover": Decimal(40_000),
    "balance_sheet": Decimal(60_000),
    "insolvency": "no",
    "rescue_aid": "no",
    "no_excluded_activity": True,
    "no_export_aid": True,
    "no_double_aid": True,
    "founders": 2,
    "full_time_founders": 2,
    "skills": ("technical", "commercial"),
    "track": "digital",
    "novelty": "new_to_market",
    "trl": 5,
    "customers": "pilots",
    "jobs_in_region": 5,
    "milestones": 6,
    "duration_months": 18,
    "personnel": Decimal(200_000),
    "subcontracting": Decimal(0),
    "equipment": Decimal(0),
    "other": Decimal(0),
    "requested": Decimal(100_000),
    "cofinancing_secured": Decimal(50_000),
    "spent_in_region_percent": 80,
    "de_minimis_received": Decimal(0),
    "minimum": Decimal(25_000),
    "maximum": Decimal(250_000),
    "headroom": Decimal(300_000),
}
CASES = [
    pytest.param(file.stem, case, id=f"{file.stem}: {case['name']}")
    for file in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for case in yaml.safe_load(file.read_text("utf-8"))
]
RULES = {rule.__name__: rule for rule in eligibility.RULES}


def facts(**changes: Any) -> Facts:
    amounts = {"staff", "turnover", "balance_sheet", "requested", "headroom", "personnel"}
    amounts |= {"subcontracting", "equipment", "other", "de_minimis_received"}
    amounts |= {"capital", "equity"}
    typed = {
        name: Decimal(value) if name in amounts and value is not None else value
        for name, value in changes.items()
    }
    return Facts(**{**PLAIN, **typed})


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_case(rule: str, case: dict[str, Any]) -> None:
    found = RULES[rule](facts(**case["given"]))
    assert (found.verdict, found.reason) == (case["verdict"], case["reason"])
    assert found.citation
    assert case["source"]
    assert found.inputs


@pytest.mark.parametrize(("rule", "case"), CASES)
@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_each_reason_reads_as_a_sentence(rule: str, case: dict[str, Any], language: str) -> None:
    found = RULES[rule](facts(**case["given"]))
    with translation.override(language):
        text = reasons.sentence(found.reason, plain(found.inputs))
    assert text.endswith(".")
    assert "%(" not in text
    assert "None" not in text


def test_every_rule_has_passing_failing_and_missing_cases() -> None:
    seen = {(case.values[0], case.values[1]["verdict"]) for case in CASES}
    assert seen == {(rule, verdict) for rule in RULES for verdict in Verdict.values}
    assert {case.values[1]["reason"] for case in CASES} == set(reasons.REASONS)


def test_every_rule_has_a_title_and_a_source_for_people() -> None:
    assert set(reasons.TITLES) == set(reasons.SOURCES) == set(RULES)


def test_one_rule_not_met_is_enough() -> None:
    found = eligibility.judge(facts(founded_on=None, requested="1"))
    assert eligibility.overall(found) == Verdict.FAIL
    found = eligibility.judge(facts(founded_on=None))
    assert eligibility.overall(found) == Verdict.NEEDS_EVIDENCE
    assert eligibility.overall(eligibility.judge(facts())) == Verdict.PASS
