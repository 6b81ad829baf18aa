"""What the panel of the demo says of its files together, and whom the portal found to be tied."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from scoring.review import conflicts, discussing

from . import content
from .course import Loading


def talk(loading: Loading, told: dict[str, Any]) -> None:
    """Comments, the pitch and a changed mark, after all marks were in; the approvers' word before
    they decide."""
    application = loading.files[told["key"]]
    application.refresh_from_db()
    at = loading.today - timedelta(days=14)
    for number, said in enumerate(told.get("said", [])):
        discussing.comment(
            application, text=said["text"], author=loading.people[said["by"]],
            now=at + timedelta(hours=10 + number),
        )  # fmt: skip
    if pitch := told.get("pitch"):
        day = loading.today - timedelta(days=12)
        discussing.note_pitch(
            application, held_on=day.date(), questions=pitch, actor=loading.manager,
            now=day + timedelta(hours=12),
        )  # fmt: skip
    if changed := told.get("changed"):
        person = loading.people[changed["reviewer"]]
        own = discussing.own(person, application)
        assert own
        discussing.change_mark(
            own, changed["criterion"], value=Decimal(changed["value"]), reason=changed["reason"],
            actor=person, now=loading.today - timedelta(days=11) + timedelta(hours=9),
        )  # fmt: skip
    for row in content.read("people")["person"] if _is_voted_on(told) else ():
        if row["role"] == "reviewer" and row["panel"]:
            person = loading.people[row["key"]]
            if not conflicts.has_spoken(application, person):
                conflicts.declare(
                    application, reviewer=person, answer="no", word="", now=loading.at(told, days=3)
                )  # fmt: skip


def _is_voted_on(told: dict[str, Any]) -> bool:
    return told["state"] in {"awarded", "proposed"} or "proposal_refused_by" in told
