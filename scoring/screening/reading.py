"""A screening as people read it: each rule with its reason and source; the pre-score in parts."""

from typing import Any

from ..grid import Criterion
from .criteria import WHY
from .inputs import INPUTS, shown
from .models import Contribution, Finding, Override, Run, Verdict

TONES = {Verdict.PASS: "good", Verdict.FAIL: "bad", Verdict.NEEDS_EVIDENCE: "warn"}


def findings_for_reading(run: Run) -> list[dict[str, Any]]:
    """What each rule found: the arguments of components/verdict.html. Two queries."""
    given = run.findings.prefetch_related("overrides__asked_by", "overrides__answered_by")
    return [finding_for_reading(finding) for finding in given]


def finding_for_reading(finding: Finding) -> dict[str, Any]:
    inputs = {name: shown(name, value) for name, value in finding.inputs.items()}
    return {
        "title": finding.title,
        "verdict": finding.verdict,
        "verdict_label": Verdict(finding.verdict).label,
        "tone": TONES[Verdict(finding.verdict)],
        "reason": finding.text,
        "source": finding.source,
        "pk": finding.pk,
        "override": _override(finding),
        "inputs": [
            {"label": INPUTS[name], "value": value} for name, value in inputs.items() if value
        ],
    }


def _override(finding: Finding) -> Override | None:
    """What people asked for or gave instead, unless it was refused; nothing before there is a
    file."""
    given = finding.overrides.all() if finding.pk else ()
    return next((one for one in given if one.accepted is not False), None)


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
