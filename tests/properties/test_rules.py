"""Whatever a file says: no verdict hangs on the order of rows, on the clock, or on what a rule
does not read; missing data never fails; the ceiling agrees with a slow, obvious way to count."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st

from brustart.core.hashing import plain
from brustart.fund import deminimis
from brustart.fund.deminimis import Received
from brustart.fund.models import Aid
from scoring.screening import eligibility, reasons
from scoring.screening.answers import answered
from scoring.screening.facts import Facts, restore
from scoring.screening.models import Verdict

LEAP_DAYS = (date(2024, 2, 29), date(2028, 2, 29))
AROUND = (-1, 0, 1, 365, 366, 1095, 1096)  # days, on both sides of one and of three years
NEAR = [day + timedelta(days=more) for day in LEAP_DAYS for more in AROUND]
DAYS = st.sampled_from(NEAR) | st.dates(date(2018, 1, 1), date(2030, 12, 31))
HANDED_IN = st.sampled_from([day for day in NEAR if day.year < 2031]) | st.dates(
    date(2024, 1, 1), date(2030, 12, 31)
)
EUROS = st.sampled_from(["0", "25000", "70000", "300000", "300000.01", "10000000.01"]).map(
    Decimal
) | st.decimals("0", "400000", places=2)
CODES = st.sampled_from(["", "1000", "1050", "1049", "1199", "1620", "9000"])
ACTIVITIES = st.sampled_from(
    ["2025:62100", "2025:47910", "2025:01130", "2025:70200", "2008:47410", "2008:62010"]
)
YES_NO = st.sampled_from(["", "yes", "no"])


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


def rows(one: st.SearchStrategy[Any], most: int = 5) -> st.SearchStrategy[list[Any]]:
    return st.lists(one, max_size=most)


RECEIVED = st.fixed_dictionaries(
    {
        "amount": EUROS,
        "day": DAYS,
        "kind": st.sampled_from(Aid.Kind.values),
        "reference": st.sampled_from(["application:1", "application:2", "proposal:3"]),
    }
)
DOCUMENTS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["deck", "financial_plan", "ethics", "scan", "other"]),
        "type": st.sampled_from(["pdf", "xlsx"]),
        "reading": st.sampled_from(["read", "unreadable", "waiting"]),
    }
)
REGISTERED = st.just({"found": False}) | st.fixed_dictionaries(
    {"found": st.just(True), "searched_on": DAYS},
    optional={
        "started_on": DAYS,
        "situation": st.sampled_from(["", "000", "050"]),
        "seat": CODES,
        "establishments": rows(CODES),
        "activities": rows(ACTIVITIES),
    },
)
TERMS = st.fixed_dictionaries(
    {
        "figures": st.dictionaries(
            st.sampled_from(["eligibility.age_years", "eligibility.seat_only"]),
            st.just("1"),
        )
    }
)
SAID: dict[str, st.SearchStrategy[Any]] = {
    "registered": REGISTERED,
    "terms": TERMS,
    "enterprise_number": st.sampled_from(["", "1999000064"]),
    "not_registered": st.booleans(),
    "founded_on": maybe(DAYS),
    "postal_code": CODES,
    "establishment_postal_code": CODES,
    "register_error": st.sampled_from(["", "We moved."]),
    **dict.fromkeys(
        (
            "staff", "turnover", "balance_sheet", "capital", "equity", "personnel",
            "subcontracting", "equipment", "other", "requested", "cofinancing_secured",
        ),
        maybe(EUROS),
    ),
    **dict.fromkeys(("insolvency", "rescue_aid", "excluded"), YES_NO),
    **dict.fromkeys(
        ("no_excluded_activity", "no_export_aid", "no_double_aid", "aid_declared"), st.booleans()
    ),
    "aid": rows(RECEIVED),
    "documents": maybe(rows(DOCUMENTS)),
    "needed_documents": rows(st.sampled_from(["deck", "financial_plan", "scan", "q1"])),
    "other_files": maybe(rows(st.sampled_from(["BRU-00001", "BRU-00002"]))),
    "track": st.sampled_from(["", "digital", "ehealth"]),
    "medical_device": st.sampled_from(["", "yes", "no", "unsure"]),
    "users": rows(st.sampled_from(["patients", "professionals"])),
    "legal_basis": st.sampled_from(["", "h", "none"]),
    "ethics": st.sampled_from(["", "required", "not_required", "obtained"]),
    "ethics_committee": st.sampled_from(["", "Ethics committee"]),
    "ethics_on": maybe(DAYS),
    "ethics_reference": st.sampled_from(["", "2026/112"]),
    "skills": rows(st.sampled_from(["technical", "commercial"])),
    "novelty": st.sampled_from(["", "known"]),
    "trl": maybe(st.integers(1, 9)),
}  # fmt: skip
ALWAYS = {
    "submitted_on": HANDED_IN,
    "minimum": st.just(Decimal(25_000)),
    "maximum": st.just(Decimal(250_000)),
}
GIVEN = st.fixed_dictionaries(ALWAYS, optional=SAID)
FACTS = GIVEN.map(restore)
RULES = pytest.mark.parametrize("rule", eligibility.RULES, ids=lambda rule: rule.name)
MANY = settings(max_examples=150, deadline=None, derandomize=True)
FEW = settings(MANY, max_examples=40)


def shuffled(value: Any, dice: Random) -> Any:
    """The same with the rows of every list in another order."""
    if isinstance(value, dict):
        return {name: shuffled(one, dice) for name, one in value.items()}
    if isinstance(value, list):
        return dice.sample([shuffled(one, dice) for one in value], len(value))
    return value


@MANY
@given(given=GIVEN, seed=st.integers(0, 999))
def test_the_order_of_rows_changes_nothing(given: dict[str, Any], seed: int) -> None:
    mixed = shuffled(given, Random(seed))
    assert eligibility.judge(restore(mixed)) == eligibility.judge(restore(given))


OWNERS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["person", "enterprise", "investor"]),
        "share": st.sampled_from(["24.99", "25", "50", "50.01"]),
        "control": YES_NO,
        "enterprise_number": st.sampled_from(["", "1999000161", "1999000258"]),
        "staff": maybe(st.just("12")),
        "turnover": maybe(st.just("9000000")),
        "balance_sheet": st.just("1"),
    }
)
SECTIONS = st.fixed_dictionaries(
    {
        "size": st.just({"staff": "40", "turnover": "1000000", "balance_sheet": "1"}),
        "ownership": st.fixed_dictionaries({"owners": rows(OWNERS), "holdings": rows(OWNERS)}),
        "aid": st.fixed_dictionaries(
            {
                "any_aid": st.just("some"),
                "aid": rows(
                    st.fixed_dictionaries({"amount": EUROS.map(str), "granted_on": DAYS.map(str)})
                ),
            }
        ),
        "team": st.fixed_dictionaries(
            {"members": rows(st.fixed_dictionaries({"founder": st.booleans()}))}
        ),
    }
)


@MANY
@given(sections=SECTIONS, on=HANDED_IN, seed=st.integers(0, 999))
def test_the_order_of_rows_in_the_form_changes_nothing(
    sections: dict[str, Any], on: date, seed: int
) -> None:
    known = {"submitted_on": on, "minimum": "25000", "maximum": "250000", "requested": "90000"}
    one, other = (
        restore({**answered(told), **known})
        for told in (sections, shuffled(sections, Random(seed)))
    )
    assert eligibility.judge(one) == eligibility.judge(other)


@RULES
@FEW
@given(one=FACTS, other=FACTS)
def test_what_a_rule_does_not_read_changes_nothing(
    rule: eligibility.Rule, one: Facts, other: Facts
) -> None:
    read = {*rule.reads, "submitted_on", "terms"}  # the day and the call choose the figures
    unread = [field.name for field in fields(Facts) if field.name not in read]
    mixed = replace(one, **{name: getattr(other, name) for name in unread})
    assert rule.judge(mixed) == rule.judge(one)


@MANY
@given(facts=FACTS, runs_on=st.dates(date(2000, 1, 1), date(2099, 1, 1)))
def test_the_day_on_which_the_code_runs_changes_nothing(facts: Facts, runs_on: date) -> None:
    found = eligibility.judge(facts)
    clock = datetime.combine(runs_on, time(12), UTC)
    with patch.object(timezone, "now", return_value=clock):
        assert eligibility.judge(restore(plain(vars(facts)))) == found


UNKNOWN: dict[str, Any] = {
    **dict.fromkeys(
        (
            "founded_on", "staff", "turnover", "balance_sheet", "capital", "equity", "personnel",
            "subcontracting", "equipment", "other", "requested", "documents", "other_files",
            "ethics_on",
        )
    ),
    **dict.fromkeys(
        (
            "insolvency", "rescue_aid", "excluded", "track", "legal_basis", "medical_device",
            "ethics", "ethics_committee", "ethics_reference",
        ),
        "",
    ),
    **dict.fromkeys(
        ("no_excluded_activity", "no_export_aid", "no_double_aid", "aid_declared"), False
    ),
    "users": (),
}  # fmt: skip


@MANY
@given(facts=FACTS, left_out=st.sets(st.sampled_from(sorted(UNKNOWN))))
def test_what_is_not_known_never_makes_a_rule_fail(facts: Facts, left_out: set[str]) -> None:
    failed = {one.rule for one in eligibility.judge(facts) if one.verdict == Verdict.FAIL}
    less = replace(facts, **{name: UNKNOWN[name] for name in left_out})
    now = {one.rule for one in eligibility.judge(less) if one.verdict == Verdict.FAIL}
    assert now <= failed


@MANY
@given(facts=FACTS)
def test_every_verdict_says_why_in_words(facts: Facts) -> None:
    for one, rule in zip(eligibility.judge(facts), eligibility.RULES, strict=True):
        assert not (rule.never_fails and one.verdict == Verdict.FAIL)
        sentence = reasons.sentence(one.reason, plain(one.inputs))
        assert sentence.endswith(".")
        assert "None" not in sentence


# --- de minimis ---------------------------------------------------------------------------------


def three_years_before(on: date) -> date:
    """The same day of the year, three years earlier; a 29 February becomes the 28th."""
    if (on.month, on.day) == (2, 29):
        return date(on.year - 3, 2, 28)
    return date(on.year - 3, on.month, on.day)


def reference_headroom(history: list[Received], on: date) -> Decimal:
    """Day by day and row by row, with nothing shared with the code that it checks."""
    window, day = set(), three_years_before(on)
    while day <= date(2040, 1, 1):
        window.add(day)
        day += timedelta(days=1)
    here, by_declaration = Decimal(0), {one.reference: Decimal(0) for one in history}
    for one in history:
        if one.kind == "reserved" or (one.kind == "granted" and one.day in window):
            here = here + one.amount
        if one.kind == "declared" and one.day in window:
            by_declaration[one.reference] = by_declaration[one.reference] + one.amount
    elsewhere = Decimal(0)
    for total in by_declaration.values():
        if total > elsewhere:
            elsewhere = total
    return Decimal(300_000) - elsewhere - here


def aid(kind: str, day: date, amount: int = 1) -> Received:
    return Received(Decimal(amount), day, kind, "application:1")


HISTORY = rows(RECEIVED.map(lambda row: Received(**row)), most=12)
LEAP_EXAMPLES: list[tuple[list[Received], date]] = [
    ([aid("declared", date(2024, 2, 29))], date(2027, 2, 28)),
    ([aid("granted", date(2024, 2, 29))], date(2027, 3, 1)),
    ([aid("granted", date(2025, 2, 28))], date(2028, 2, 29)),
    ([aid("granted", date(2025, 2, 27))], date(2028, 2, 29)),
]


def with_leap_days(test: Callable[..., None]) -> Callable[..., None]:
    for history, on in LEAP_EXAMPLES:
        test = example(history=history, on=on)(test)
    return test


@with_leap_days
@MANY
@given(history=HISTORY, on=HANDED_IN)
def test_the_headroom_rule_counts_as_the_obvious_way(history: list[Received], on: date) -> None:
    known = {"submitted_on": on, "minimum": 1, "maximum": 10**9, "requested": Decimal(1)}
    facts = replace(restore(known), aid=tuple(history), aid_declared=True)
    found = next(one for one in eligibility.judge(facts) if one.rule == "headroom")
    left = reference_headroom(history, on)
    assert found.inputs["headroom"] == left
    assert (found.verdict == Verdict.FAIL) == (left < 1)


@pytest.mark.django_db
@with_leap_days
@FEW
@given(history=HISTORY, on=HANDED_IN)
def test_the_ledger_of_aid_counts_as_the_obvious_way(history: list[Received], on: date) -> None:
    numbers = ["1999000064", "1999000161", "1999000258"]
    with transaction.atomic():
        for row, one in enumerate(history):
            Aid.objects.create(
                undertaking=deminimis.undertaking(numbers[row % 3]),
                kind=one.kind,
                amount=one.amount,
                counted_on=one.day,
                reference=one.reference,
                row=row,
            )
        mine = [one for row, one in enumerate(history) if row % 3 < 2]
        assert deminimis.headroom(numbers[:2], on) == reference_headroom(mine, on)
        own = [one for one in mine if (one.kind, one.reference) != ("reserved", "proposal:3")]
        besides = deminimis.headroom(numbers[:2], on, besides="proposal:3")
        assert besides == reference_headroom(own, on)
        transaction.set_rollback(True)
