"""The file's history in words: one sentence a kind, filled in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from brustart.core.hashing import plain
from brustart.core.money import euros

from .models import Application, TimelineEntry

SENTENCES: dict[str, Promise] = {
    "created": _("Draft begun"),
    "submitted": _("Submitted, receipt %(receipt)s"),
    "screened_eligible": _("Screening: eligible"),
    "screened_needs_evidence": _("Screening: evidence is needed"),
    "screened_fails_rules": _("Screening: a rule is not met; a fund manager will look at it"),
    "admitted": _("Admitted by the fund after a look at the evidence: %(reason)s"),
    "ineligible": _("Found not eligible: %(reason)s"),
    "assigned": _("Given to reviewers"),
    "review_done": _("A review was handed in"),
    "recused": _("%(reviewer)s stepped back because of a conflict of interest"),
    "reviewed": _("All reviews are in"),
    "proposed": _("Award of %(amount)s proposed"),
    "approved": _("Approval %(number)s of %(quorum)s"),
    "proposal_refused": _("The proposal was refused by a reviewer: %(reason)s"),
    "awarded": _("Award of %(amount)s decided"),
    "waiting": _("Placed on the waiting list"),
    "rejected": _("Not awarded: %(grounds)s"),
    "withdrawn": _("Withdrawn by the startup"),
    "paid": _("%(amount)s paid"),
}


@dataclass(frozen=True)
class Line:
    at: datetime
    text: str
    actor: str


def write(
    application: Application,
    kind: str,
    *,
    now: datetime,
    actor: Any | None = None,
    for_applicant: bool = True,
    **details: Any,
) -> None:
    """Add a line; `kind` is one of SENTENCES, `details` fill its blanks (amounts in EUR)."""
    assert kind in SENTENCES, kind
    TimelineEntry.objects.create(
        application=application,
        at=now,
        kind=kind,
        details=plain(details),
        actor=actor,
        for_applicant=for_applicant,
    )


def lines(entries: Iterable[TimelineEntry], *, named: bool) -> list[Line]:
    """The entries in words. `named`: whether the reader may know who acted."""
    return [
        Line(
            at=entry.at,
            text=str(SENTENCES[entry.kind]) % _readable(entry.details),
            actor=str(entry.actor) if entry.actor and named else "",
        )
        for entry in entries
    ]


def _readable(details: dict[str, Any]) -> dict[str, Any]:
    if "amount" in details:
        return {**details, "amount": euros(Decimal(details["amount"]))}
    return details
