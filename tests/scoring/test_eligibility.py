"""The rules, by cases that a lawyer can read (tests/scoring/cases/*.yaml)."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import translation

from brustart.core.hashing import plain, sha256
from brustart.fund.figures import figure
from scoring.screening import eligibility, inputs, reasons
from scoring.screening.eligibility import Found
from scoring.screening.facts import Facts, restore
from scoring.screening.models import Finding, Verdict
from scoring.screening.parameters import FIGURES

PLAIN: dict[str, Any] = {
    "submitted_on": date(2026, 11, 22),
    "enterprise_number": "1999000064",
    "founded_on": date(2024, 1, 15),
    "postal_code": "1050",
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
    "skills": ["technical", "commercial"],
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
    "aid_declared": True,
    "documents": [
        {"kind": "deck", "reading": "read", "pages": 12},
        {"kind": "financial_plan", "reading": "read", "pages": 3},
    ],
    "needed_documents": ["deck", "financial_plan"],
    "other_files": [],
    "minimum": Decimal(25_000),
    "maximum": Decimal(250_000),
}
RULES = {rule.name: rule for rule in eligibility.RULES}
CASES = [
    pytest.param(file.stem, case, id=f"{file.stem}: {case['name']}")
    for file in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for case in yaml.safe_load(file.read_text("utf-8"))
]
LEAST = 120


def facts(**changes: Any) -> Facts:
    """The facts of a file that meets every rule, with changes as YAML has them."""
    return restore({**PLAIN, **changes})


def judged(rule: str, case: dict[str, Any]) -> Found:
    """`at`: on the day of an award, instead of that of submission."""
    if "at" in case:
        return eligibility.age_at(facts(**case["given"]), case["at"])
    return RULES[rule].judge(facts(**case["given"]))


def told(value: Any) -> Any:
    """An input as a case writes it: amounts as text, without needless zeros."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_case(rule: str, case: dict[str, Any]) -> None:
    found = judged(rule, case)
    assert (found.verdict, found.reason) == (case["verdict"], case["reason"])
    assert {name: told(value) for name, value in found.inputs.items()} == case["inputs"]
    assert found.rule == rule
    assert case["source"]


@pytest.mark.parametrize(("rule", "case"), CASES)
@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_each_reason_reads_as_a_sentence(rule: str, case: dict[str, Any], language: str) -> None:
    found = judged(rule, case)
    with translation.override(language):
        text = reasons.sentence(found.reason, plain(found.inputs))
    assert text.endswith(".")
    assert "%(" not in text
    assert "None" not in text


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_what_is_found_fits_the_row_that_keeps_it(rule: str, case: dict[str, Any]) -> None:
    found = judged(rule, case)
    for name in ("rule", "verdict", "reason", "citation"):
        length = Finding._meta.get_field(name).max_length
        assert 0 < len(getattr(found, name)) <= length
    assert set(found.inputs) <= set(inputs.INPUTS)


# --- the cases themselves -----------------------------------------------------------------------


def of(rule: str) -> list[dict[str, Any]]:
    return [param.values[1] for param in CASES if param.values[0] == rule]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_a_case_of_each_kind(rule: str) -> None:
    verdicts = {case["verdict"] for case in of(rule)}
    assert Verdict.PASS in verdicts
    assert (Verdict.FAIL in verdicts) is not RULES[rule].never_fails
    kinds = {case.get("tests") for case in of(rule)}
    assert {"edge", "missing"} <= kinds <= {"edge", "missing", None}


def test_missing_data_never_fails() -> None:
    missing = [param.values[1] for param in CASES if param.values[1].get("tests") == "missing"]
    assert not [case["name"] for case in missing if case["verdict"] == Verdict.FAIL]


def test_there_are_enough_cases_and_no_two_are_the_same() -> None:
    seen = {
        sha256({"rule": rule, "given": case["given"], "at": case.get("at")})
        for rule, case in (param.values for param in CASES)
    }
    assert len(seen) == len(CASES) >= LEAST
    names = [(param.values[0], param.values[1]["name"]) for param in CASES]
    assert len(set(names)) == len(names)


def test_every_reason_is_given_in_some_case_and_has_its_words() -> None:
    assert {param.values[1]["reason"] for param in CASES} == set(reasons.REASONS)


# --- the rules ----------------------------------------------------------------------------------


def test_every_rule_and_figure_has_words_for_people() -> None:
    assert set(reasons.TITLES) == set(reasons.SOURCES) == set(RULES)
    assert set(FIGURES) == {name for rule in RULES.values() for name in rule.figures}


@pytest.mark.parametrize("rule", RULES)
def test_every_figure_of_a_rule_is_data_with_dates(rule: str) -> None:
    for name in RULES[rule].figures:
        assert figure(name, date(2026, 11, 22)).basis


def test_one_rule_not_met_is_enough() -> None:
    found = eligibility.judge(facts(founded_on=None, requested="1"))
    assert eligibility.overall(found) == Verdict.FAIL
    found = eligibility.judge(facts(founded_on=None))
    assert eligibility.overall(found) == Verdict.NEEDS_EVIDENCE
    assert eligibility.overall(eligibility.judge(facts())) == Verdict.PASS


def test_facts_that_were_stored_are_the_same_when_they_are_read_again() -> None:
    known = facts(
        registered={"found": True, "searched_on": "2026-11-06", "activities": ["2025:62100"]},
        aid=[{"amount": "10.50", "day": "2026-01-02", "kind": "declared"}],
        terms={"number": 2, "rules": ["age"], "figures": {"eligibility.age_years": "6"}},
    )
    assert restore(plain(vars(known))) == known
    assert restore(plain(vars(facts(documents=None)))).documents is None
