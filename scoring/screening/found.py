"""What a rule answers: a verdict with its reason, the inputs it used, and its source."""

from dataclasses import dataclass
from typing import Any

from brustart.fund.figures import Figure

from .models import Verdict

PASS, FAIL, NEEDS_EVIDENCE = Verdict.PASS, Verdict.FAIL, Verdict.NEEDS_EVIDENCE


@dataclass(frozen=True)
class Found:
    """A rule's answer: verdict, reason (a key of reasons.py), the inputs it used, its source."""

    rule: str
    verdict: Verdict
    reason: str
    inputs: dict[str, Any]
    citation: str


def found(rule: str, verdict: Verdict, reason: str, citation: str, **inputs: Any) -> Found:
    """`reason` without the rule's name before it."""
    return Found(rule, verdict, f"{rule}_{reason}", inputs, citation)


def cite(*figures: Figure) -> str:
    """The record's own words, in English; people read reasons.SOURCES."""
    return "; ".join(dict.fromkeys(f"{one.basis} ({one.source})" for one in figures))
