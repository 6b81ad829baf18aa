"""What Mirabelle, the startup of the tests, answers: enough to be eligible."""

import itertools
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from applications.forms import SECTIONS, SectionForm

_numbers = itertools.count(1)

STARTUP: dict[str, Any] = {
    "startup_name": "Mirabelle",
    "legal_form": "SRL",
    "street": "Rue Haute 12",
    "postal_code": "1000",
    "city": "Bruxelles",
}
SIZE: dict[str, Any] = {
    "staff": Decimal("3.5"),
    "turnover": Decimal("54000.00"),
    "balance_sheet": Decimal("128000.00"),
    "insolvency": "no",
    "rescue_aid": "no",
}
OWNERSHIP: dict[str, Any] = {
    "owners": [
        {"name": "Ada Lemmens", "kind": "person", "share": Decimal(60), "control": "yes"},
        {"name": "Jef Peeters", "kind": "person", "share": Decimal(40), "control": "no"},
    ]
}
PROJECT: dict[str, Any] = {
    "title": "Home care on time",
    "track": "digital",
    "summary": "Each morning we plan the rounds of home nurses.",
    "problem": "Rounds are planned from memory.",
    "solution": "We plan them by the hour of care.",
    "novelty": "new_to_market",
    "trl": 6,
    "market": "About 2,300 home nurses work in the Region.",
    "competitors": "Two billing programs plan by distance alone.",
    "customers": "pilots",
    "impact": "Seven jobs and fewer kilometres.",
    "jobs_in_region": 7,
}
EHEALTH: dict[str, Any] = {
    "intended_purpose": "Plans the visits of home nurses.",
    "users": ["professionals"],
    "medical_device": "no",
    "mhealth_now": "none",
    "mhealth_target": "m1",
    "health_data": "The hour and the kind of care.",
    "legal_basis": "h",
    "gdpr_role": "processor",
    "hosting_country": "Belgium",
    "dpia": "done",
    "security": "A yearly test by an outside firm.",
    "reimbursement": "Teams of nurses subscribe.",
    "evidence": "A pilot with five teams.",
    "ethics": "not_required",
    "ai": "no",
    "accessibility": "Patients need not use it.",
}
TEAM: dict[str, Any] = {
    "skills": ["technical", "commercial"],
    "members": [
        {
            "name": name,
            "task": task,
            "time": 100,
            "background": "Ten years in home care.",
            "founder": True,
        }
        for name, task in (("Ada Lemmens", "Director"), ("Jef Peeters", "Developer"))
    ],
}
WORK_PLAN: dict[str, Any] = {
    "plan": "First the pilots, then the Dutch version.",
    "duration_months": 15,
    "milestones": [
        {
            "title": f"Step {number}",
            "due_on": date(2027, 3 * number, 1),
            "deliverable": "A version in use",
            "amount": Decimal(30_000),
        }
        for number in range(1, 5)
    ],
}
BUDGET: dict[str, Any] = {
    "personnel": Decimal("118000.00"),
    "subcontracting": Decimal("30000.00"),
    "equipment": Decimal("18000.00"),
    "other": Decimal("10000.00"),
    "requested": Decimal("120000.00"),
    "cofinancing_secured": Decimal("56000.00"),
    "raised_so_far": Decimal("25000.00"),
    "spent_in_region_percent": 88,
    "cash": [
        {"quarter": "2027-Q1", "money_in": Decimal(60_000), "money_out": Decimal(44_000)},
        {"quarter": "2027-Q2", "money_in": Decimal(60_000), "money_out": Decimal(44_000)},
    ],
}
DECLARATIONS = dict.fromkeys(
    ("no_excluded_activity", "no_export_aid", "no_double_aid", "no_patient_data", "true"), True
)


def enterprise_number() -> str:
    """A valid number that no other call returns: 97 minus (first eight modulo 97) at its end."""
    first = f"{1000_0000 + next(_numbers):08d}"
    return f"{first}{97 - int(first) % 97:02d}"


def complete_answers(now: datetime, **changes: Any) -> dict[str, dict[str, Any]]:
    """Answers of each section as Python values; `changes` by question or table, None takes one
    out. `de_minimis_received`: one aid of that amount, granted on the day."""
    founded = timezone.localdate(now) - relativedelta(months=18)
    received = Decimal(changes.pop("de_minimis_received", None) or 0)
    answers = {
        "startup": {"enterprise_number": enterprise_number(), "founded_on": founded} | STARTUP,
        "project": dict(PROJECT),
        "ehealth": dict(EHEALTH),
        "team": dict(TEAM),
        "work_plan": dict(WORK_PLAN),
        "budget": dict(BUDGET),
        "size": dict(SIZE),
        "ownership": dict(OWNERSHIP),
        "aid": aid_answers(received, timezone.localdate(now)),
        "declarations": dict(DECLARATIONS),
    }
    for name, value in changes.items():
        section = next(key for key, form in SECTIONS.items() if name in _names(form))
        answers[section][name] = value
    return {
        key: {name: value for name, value in section.items() if value is not None}
        for key, section in answers.items()
    }


def _names(form: type[SectionForm]) -> set[str]:
    return {*form.base_fields, *(table.name for table in form.tables)}


def aid_answers(received: Decimal, on: date) -> dict[str, Any]:
    """The aid section: none, or one aid of that many EUR granted on the day."""
    if not received:
        return {"any_aid": "none"}
    row = {"authority": "hub.brussels", "granted_on": on, "amount": received}
    return {"any_aid": "some", "aid": [row]}
