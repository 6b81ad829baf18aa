"""A screening as people read it: each rule with its reason and source; the pre-score in parts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from brustart.fund.figures import figure

from ..grid import Criterion
from .criteria import WHY
from .inputs import INPUTS, shown
from .models import Contribution, Finding, Override, Run, Verdict

TONES = {Verdict.PASS: "good", Verdict.FAIL: "bad", Verdict.NEEDS_EVIDENCE: "warn"}


@dataclass(frozen=True)
class Verdicts:
    """What each rule found, in their order: `open` has what somebody should look at, `met` the
    rest. Each is the arguments of components/verdict.html."""

    open: list[dict[str, Any]]
    met: list[dict[str, Any]]

    @property
    def every(self) -> list[dict[str, Any]]:
        return [*self.open, *self.met]


def verdicts_for_reading(run: Run) -> Verdicts:
    """The findings of a run, with what people said of them. Four queries."""
    given = run.findings.prefetch_related("overrides__asked_by", "overrides__answered_by")
    found = [finding_for_reading(finding) for finding in given]
    return Verdicts(
        open=[one for one in found if not _is_met(one)],
        met=[one for one in found if _is_met(one)],
    )


def _is_met(finding: dict[str, Any]) -> bool:
    """By the machine, and nobody says otherwise."""
    return finding["verdict"] == Verdict.PASS and finding["override"] is None


def finding_for_reading(finding: Finding) -> dict[str, Any]:
    inputs = {name: shown(name, value) for name, value in finding.inputs.items()}
    override = _override(finding)
    counts = Verdict(override.verdict if override and override.accepted else finding.verdict)
    return {
        "title": finding.title,
        "verdict": finding.verdict,
        "found": Verdict(finding.verdict).label,
        "verdict_label": counts.label,
        "tone": TONES[counts],
        "reason": finding.text,
        "source": finding.source,
        "pk": finding.pk,
        "override": override,
        "inputs": [
            {"label": INPUTS[name], "value": value} for name, value in inputs.items() if value
        ],
    }


def _override(finding: Finding) -> Override | None:
    """What people asked for or gave instead, unless it was refused; nothing before there is a
    file."""
    given = finding.overrides.all() if finding.pk else ()
    return next((one for one in given if one.accepted is not False), None)


@dataclass(frozen=True)
class Prescore:
    """The pre-score as people read it: `criteria` and their `parts` for `contributions_chart`;
    the thresholds of the panel's grid, `floor` of 5 on each criterion and `enough` of 100."""

    total: Decimal
    criteria: list[dict[str, Any]]
    floor: Decimal
    enough: Decimal

    @property
    def reaches(self) -> bool:
        """Whether it would reach the thresholds, if it were a panel's."""
        return self.total >= self.enough and all(
            one["value"] >= self.floor for one in self.criteria
        )


def prescore_for_reading(run: Run, *, on: date) -> Prescore | None:
    """None before it is computed. `on`: the day whose thresholds count."""
    if run.prescore is None:
        return None
    floor = figure("score.criterion_threshold", on).value
    parts = list(run.contributions.all())
    return Prescore(
        total=run.prescore,
        criteria=[
            _criterion(one, [part for part in parts if part.criterion == one], floor)
            for one in Criterion
        ],
        floor=floor,
        enough=figure("score.total_threshold", on).value * 100,
    )


def _criterion(one: Criterion, parts: list[Contribution], floor: Decimal) -> dict[str, Any]:
    return {
        "label": one.label,
        "value": sum((part.value for part in parts), Decimal(0)),
        "maximum": sum((part.maximum for part in parts), Decimal(0)),
        "why": "",
        "floor": floor,
        "parts": [_part(part) for part in parts],
    }


def _part(part: Contribution) -> dict[str, Any]:
    label, why = WHY[part.name]
    return {"label": label, "value": part.value, "maximum": part.maximum, "why": why}
