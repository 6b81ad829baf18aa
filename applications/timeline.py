"""The file's history in words: one sentence a kind, filled in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from brustart.core import dates
from brustart.core.hashing import plain
from brustart.core.money import euros

from .models import Application, TimelineEntry

SENTENCES: dict[str, Promise] = {
    "created": _("Draft begun"),
    "paper_entered": _("Received on paper, and entered by the fund"),
    "adopted": _("Draft kept under an account"),
    "extension_granted": _("May be submitted until %(until)s: %(reason)s"),
    "extension_used": _("Submitted within the extension"),
    "information_asked": _("The fund asked for more information, until %(until)s"),
    "information_no_longer_asked": _("The fund no longer asks for more information"),
    "information_given": _("More information handed in, receipt %(receipt)s"),
    "submitted": _("Submitted, receipt %(receipt)s"),
    "screened_eligible": _("Screening: eligible"),
    "screened_needs_evidence": _("Screening: evidence is needed"),
    "screened_fails_rules": _("Screening: a rule is not met; a fund manager will look at it"),
    "overridden": _("The fund gave another verdict, confirmed by a second person: %(reason)s"),
    "now_eligible": _("Now eligible"),
    "now_needs_evidence": _("Evidence is needed now"),
    "now_fails_rules": _("A rule is not met now; a fund manager will look at it"),
    "rescreened": _("Screened again"),
    "ineligible": _("Found not eligible: %(reason)s"),
    "assigned": _("Given to reviewers"),
    "review_done": _("A review was handed in"),
    "recused": _("%(reviewer)s stepped back because of a conflict of interest"),
    "review_abstained": _("%(reviewer)s cannot judge this file"),
    "review_relieved": _("The file was taken back from %(reviewer)s"),
    "reviewed": _("All reviews are in"),
    "mark_changed": _("A mark was changed after the discussion or the pitch, with its reason"),
    "pitched": _("The startup pitched before the panel"),
    "proposed": _("Award of %(amount)s proposed"),
    "approved": _("Approval %(number)s of %(quorum)s"),
    "proposal_revised": _("Proposed anew: %(amount)s. Approvals given before count no longer"),
    "proposal_taken_back": _("The proposal was taken back: %(reason)s"),
    "opinion_favourable": _("The Finance Inspector’s opinion is favourable"),
    "opinion_unfavourable": _("The Finance Inspector’s opinion is unfavourable"),
    "proposal_refused": _("The proposal was refused by a reviewer: %(reason)s"),
    "awarded": _("Award of %(amount)s decided"),
    "agreement_accepted": _("Agreement accepted"),
    "award_declined": _("Award declined by the startup. %(reason)s"),
    "award_expired": _("The offer was not accepted in time"),
    "award_amended": _("Milestones changed: %(reason)s"),
    "award_suspended": _("Payments suspended: %(reason)s"),
    "award_resumed": _("Payments resumed: %(reason)s"),
    "award_reduced": _("Part of the award given back to the fund: %(reason)s"),
    "award_ended": _("Award ended early: %(reason)s"),
    "bank_given": _("Bank account ending in %(ending)s given"),
    "bank_confirmed": _("Bank account ending in %(ending)s confirmed"),
    "bank_refused": _("Bank account ending in %(ending)s not accepted"),
    "claimed": _("Payment of %(amount)s claimed"),
    "claim_returned": _("Claim of %(amount)s sent back: %(reason)s"),
    "claim_verified": _("Claim of %(amount)s verified"),
    "payment_ordered": _("Payment of %(amount)s ordered"),
    "report_made": _("Final report handed in"),
    "report_returned": _("Final report sent back: %(reason)s"),
    "closed": _("Final report accepted; the project is closed"),
    "recovery_asked": _("%(amount)s asked back: %(reason)s"),
    "recovered": _("%(amount)s came back"),
    "waiting": _("Placed on the waiting list"),
    "rejected": _("Not awarded: %(grounds)s"),
    "withdrawn": _("Withdrawn by the startup. %(reason)s"),
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
            text=(str(SENTENCES[entry.kind]) % _readable(entry.details)).strip(),
            actor=str(entry.actor) if entry.actor and named else "",
        )
        for entry in entries
    ]


def _readable(details: dict[str, Any]) -> dict[str, Any]:
    words = {"reason": "", **details}
    if "amount" in details:
        words["amount"] = euros(Decimal(details["amount"]))
    if "until" in details:
        words["until"] = dates.to_the_minute(datetime.fromisoformat(details["until"]))
    return words
