"""What an approval is bound to: the file as handed in, the panel's judgement, and the terms.

The hash is taken over all of it. A vote counts while its hash is the proposal's; the proposal's
holds while taking it anew gives the same one. So any change voids what was approved.
"""

from decimal import Decimal
from typing import Any

from applications.models import Application
from brustart.core.hashing import plain, sha256
from brustart.core.money import ZERO
from scoring.review import freezing

from .models import Proposal


def content(
    application: Application, *, amount: Decimal, instrument: str, conditions: str, reasons: str
) -> dict[str, Any]:
    """What the hash of a proposal is taken over, in its canonical form (amount in EUR)."""
    return plain(
        {
            "schema": 2,
            "file": application.handed_in.sha256,
            "ranking": _ranking(application),
            "amount": amount.quantize(ZERO),
            "instrument": instrument,
            "conditions": conditions,
            "reasons": reasons,
        }
    )


def _ranking(application: Application) -> dict[str, Any]:
    """The frozen ranking, if there is one, and the panel's marks for the file. A ranking that is
    not frozen moves with the marks of other files, so that nobody could rely on its places."""
    frozen = freezing.newest(application.call)
    score = getattr(application, "panel_score", None)
    return {
        "frozen": frozen.sha256 if frozen else "",
        "medians": score.medians if score else {},
        "total": score.total if score else None,
    }


def of(proposal: Proposal) -> dict[str, Any]:
    """The same of a proposal, as things are now; with its version, so that votes which a change
    made void stay so when the next change takes it back."""
    said = content(
        proposal.application,
        amount=proposal.amount,
        instrument=proposal.instrument,
        conditions=proposal.conditions,
        reasons=proposal.reasons,
    )
    return {**said, "version": proposal.version}


def holds(proposal: Proposal) -> bool:
    """Whether nothing that was approved, or is to be, has changed since it was proposed."""
    return sha256(of(proposal)) == proposal.sha256


def differences(proposal: Proposal) -> list[str]:
    """The parts of the content that changed since: keys of `content`."""
    terms = proposal.terms.filter(version=proposal.version).first()
    kept = terms.content if terms else {}  # proposed before versions were kept
    return [name for name, value in of(proposal).items() if kept.get(name) != value]
