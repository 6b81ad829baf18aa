"""From a compact entry of files.toml to the answers of every section: a pure function.

What an entry says itself wins, answer by answer; "" takes one out. The rest is drawn from
pools.toml in the file's language, and is the same every time. A draft gets the sections that its
entry has something for.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from random import Random
from typing import Any

from dateutil.relativedelta import relativedelta

from . import reckoning, staffing
from .entries import Answers, Entry

ELSEWHERE = {  # what an entry says in one section and the form asks in others
    "startup": {
        "age_months", "staff", "turnover", "balance_sheet", "founders", "full_time_founders",
        "skills",
    },
    "project": {"work_plan", "milestones", "duration_months"},
    "budget": {"de_minimis_received"},
}  # fmt: skip
CHOICES = {"users", "standards", "interoperability"}  # lists of answers; others are of wordings
TOPICS = {
    "app": ["telehealth", "prevention"],
    "care": ["care", "platforms"],
    "device": ["devices", "data"],
    "sensors": ["hardware", "industry"],
    "software": ["platforms", "data"],
}
DECLARATIONS = (
    "no_excluded_activity", "no_export_aid", "no_double_aid", "no_patient_data", "true"
)  # fmt: skip


def expand(told: Mapping[str, Any], *, on: date, founder: str) -> dict[str, Answers]:
    """Every section's answers as Python values, in the order of the form."""
    entry = Entry(told, on, founder)
    sections = {key: {**make(entry), **_said(entry, key)} for key, make in MAKERS.items()}
    return {
        key: {name: value for name, value in answers.items() if value != ""}
        for key, answers in sections.items()
        if answers
    }


def _said(entry: Entry, key: str) -> Answers:
    elsewhere = ELSEWHERE.get(key, set())
    return {name: value for name, value in entry.of(key).items() if name not in elsewhere}


def _startup(entry: Entry) -> Answers:
    return {"legal_form": entry.pool["legal_form"], "founded_on": entry.founded_on}


def _project(entry: Entry) -> Answers:
    if "market" not in entry.of("project"):
        return {}
    wordings = entry.pool["kind"][entry.told["kind"]]["competitors"]
    return {
        "competitors": entry.dice("competitors").choice(wordings).format(name=entry.name),
        "topics": TOPICS[entry.told["kind"]],
    }


def _ehealth(entry: Entry) -> Answers:
    if not entry.is_whole or not entry.is_ehealth:
        return {}
    dice = entry.dice("ehealth")
    words = _words(entry, dice)
    pool = entry.pool["ehealth"][entry.told["kind"]]
    answers = {name: _worded(name, value, words, dice) for name, value in pool.items()}
    answers["intended_purpose"] = re.split(r"(?<=[.!?])\s", entry.of("project")["summary"])[0]
    if answers["ethics"] == "obtained":
        answers["ethics_on"] = entry.on - relativedelta(days=dice.randrange(20, 120))
    return answers


def _words(entry: Entry, dice: Random) -> Mapping[str, Any]:
    return {
        "name": entry.name,
        "hospital": dice.choice(entry.pool["hospitals"]),
        "volunteers": dice.randrange(18, 60),
        "agreement": dice.randrange(84, 96),
        "training": dice.randrange(240, 900, 10),
        "reference": f"{entry.on.year}/{dice.randrange(12, 340):03d}",
    }


def _worded(name: str, value: Any, words: Mapping[str, Any], dice: Random) -> Any:
    if name in CHOICES:
        return value
    wording = dice.choice(value) if isinstance(value, list) else value
    return wording.format(**words)


def _declarations(entry: Entry) -> Answers:
    return dict.fromkeys(DECLARATIONS, True) if entry.is_whole else {}


MAKERS: dict[str, Callable[[Entry], Answers]] = {
    "startup": _startup,
    "project": _project,
    "ehealth": _ehealth,
    "team": staffing.team,
    "work_plan": reckoning.work_plan,
    "budget": reckoning.budget,
    "size": reckoning.size,
    "ownership": staffing.ownership,
    "aid": reckoning.aid,
    "declarations": _declarations,
}
