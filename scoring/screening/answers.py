"""The stored answers of a file under the names of the facts."""

from collections.abc import Mapping
from typing import Any

from applications import ownership
from brustart.fund.models import Aid

FOUNDER_FULL_TIME = 100  # percent of the working week
READ = (
    "startup", "project", "ehealth", "size", "team", "work_plan", "budget", "declarations",
)  # fmt: skip

Sections = Mapping[str, Mapping[str, Any]]


def answered(sections: Sections) -> dict[str, Any]:
    """The answers of all sections, as JSON has them, by the names of facts.Facts."""
    said: dict[str, Any] = {}
    for key in READ:
        said |= sections.get(key, {})
    group = ownership.group(sections.get("size", {}), sections.get("ownership", {}))
    said |= {name: getattr(group, name) for name in ownership.FIGURES}
    said |= _team(sections.get("team", {})) | _aid(sections.get("aid", {}))
    if "milestones" in said:
        said["milestones"] = len(said["milestones"])
    return said


def _team(team: Mapping[str, Any]) -> dict[str, Any]:
    if "members" not in team:
        return {}
    founders = [row for row in team["members"] if row.get("founder")]
    full_time = [row for row in founders if row.get("time") == FOUNDER_FULL_TIME]
    return {"founders": len(founders), "full_time_founders": len(full_time)}


def _aid(aid: Mapping[str, Any]) -> dict[str, Any]:
    """What is declared as received elsewhere; having received nothing is declared too."""
    if "any_aid" not in aid:
        return {}
    rows = [
        {"amount": row["amount"], "day": row["granted_on"], "kind": Aid.Kind.DECLARED}
        for row in aid.get("aid", [])
    ]
    return {"aid": rows, "aid_declared": True}
