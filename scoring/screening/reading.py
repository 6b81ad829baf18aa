"""A screening as people read it: each rule with its reason and source; the pre-score in parts."""

from typing import Any

from ..grid import Criterion
from .criteria import WHY
from .models import Contribution, Finding, Run, Verdict
from .reasons import INPUTS, shown

TONES = {Verdict.PASS: "good", Verdict.FAIL: "bad", Verdict.NEEDS_EVIDENCE: "warn"}


def findings_for_reading(run: Run) -> list[dict[str, Any]]:
    """What each rule found: the arguments of components/verdict.html."""
    return [finding_for_reading(finding) for finding in run.findings.all()]


def finding_for_reading(finding: Finding) -> dict[str, Any]:
    inputs = {name: shown(name, value) for name, value in finding.inputs.items()}
    return {
        "title": finding.title,
        "verdict": finding.verdict,
        "verdict_label": Verdict(finding.verdict).label,
        "tone": TONES[Verdict(finding.verdict)],
        "reason": finding.text,
        "source": finding.source,
        "inputs": [
            {"label": INPUTS[name], "value": value} for name, value in inputs.items() if value
        ],
    }


def contributions_for_reading(run: Run) -> list[dict[str, Any]]:
    """The pre-score's criteria, each with its `rows`: the arguments of `contributions_chart`."""
    parts = list(run.contributions.all())
    return [
        {
            "criterion": one.label,
            "value": sum(part.value for part in parts if part.criterion == one),
            "maximum": sum(part.maximum for part in parts if part.criterion == one),
            "rows": [_part(part) for part in parts if part.criterion == one],
        }
        for one in Criterion
    ]


def _part(part: Contribution) -> dict[str, Any]:
    label, why = WHY[part.name]
    return {"label": label, "value": part.value, "maximum": part.maximum, "why": why}
