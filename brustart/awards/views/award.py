"""An award's page, for the startup and for the fund; its letters and documents."""

from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from applications import uploading
from applications.models import Part
from applications.views.documents import INLINE_POLICY
from brustart.accounts.access import get_or_404
from brustart.accounts.asking import SignedIn
from brustart.core.money import ZERO
from scoring.screening.conditions import conditions

from .. import banking, changing, claiming, closing
from ..models import Attachment, Award, Claim, Letter, Tranche

STAGES = (Claim.State.PAID, Claim.State.ORDERED, Claim.State.VERIFIED, Claim.State.MADE)
TONES = {
    Award.State.OFFERED: "warn",
    Award.State.RUNNING: "good",
    Award.State.SUSPENDED: "bad",
    Award.State.CLOSED: "good",
    Award.State.DECLINED: "neutral",
    Award.State.EXPIRED: "neutral",
    Award.State.ENDED: "neutral",
}
CLAIM_TONES = {
    Claim.State.MADE: "active",
    Claim.State.RETURNED: "warn",
    Claim.State.VERIFIED: "active",
    Claim.State.ORDERED: "active",
    Claim.State.PAID: "good",
}


@dataclass(frozen=True)
class Line:
    """A tranche with its last claim, if there is one; `open`: it can be claimed now."""

    tranche: Tranche
    claim: Claim | None
    tone: str
    open: bool


@require_safe
def award(request: SignedIn, pk: int) -> HttpResponse:
    """What was awarded, how far it is paid, and what this person may do now."""
    found = get_or_404(
        request.user, Award, "application__startup", "application__call", "proposal", "account",
        "accepted_by", application=pk,
    )  # fmt: skip
    application, user = found.application, request.user
    part = application.startup.memberships.filter(user=user).values_list("part", flat=True).first()
    if part is None and not user.oversees:
        raise Http404
    answers = part == Part.OWNER or (application.on_paper and user.is_fund_manager)
    report = getattr(found, "report", None)
    running = found.state == Award.State.RUNNING
    known = {
        "award": found,
        "application": application,
        "tone": TONES[Award.State(found.state)],
        "late": found.state == Award.State.OFFERED and found.offer_until < timezone.localdate(),
        "answers": answers,
        "manages": user.is_fund_manager,
        "oversees": user.oversees,
        "lines": _lines(found, claimable=running),
        "account": banking.confirmed(found),
        "waiting_account": banking.waiting(found),
        "unknown_bank": _unknown(found),
        "conditions": conditions(application),
        "letters": application.letters.order_by("name", "courtesy", "language"),
        "changes": found.changes.select_related("by"),
        "report": report,
        "may_report": answers and running and (report is None or report.returned_because),
        "recoveries": found.recoveries.select_related("asked_by", "received_by"),
        "left": found.account.committed - found.account.paid,
        "unused": changing.unused(found),
        "recoverable": closing.recoverable(found) if user.is_fund_manager else ZERO,
        "why_not": claiming.why_not_handle(found, user) if user.is_fund_manager else "",
        "terms": found.proposal.terms.order_by("version") if user.oversees else (),
    }
    return render(request, "awards/award.html", known)


def _unknown(award: Award) -> bool:
    waiting = banking.waiting(award)
    return waiting is not None and banking.is_unknown_bank(waiting.iban)


def _lines(award: Award, *, claimable: bool) -> list[Line]:
    rows = award.tranches.prefetch_related("claims__evidence")
    return [_line(one, claimable=claimable) for one in rows]


def _line(tranche: Tranche, *, claimable: bool) -> Line:
    claim = max(tranche.claims.all(), key=lambda one: one.pk, default=None)
    again = claim is None or claim.state == Claim.State.RETURNED
    tone = CLAIM_TONES[Claim.State(claim.state)] if claim else "neutral"
    return Line(tranche, claim, tone, claimable and again)


@require_safe
def letter(request: SignedIn, pk: int) -> FileResponse:
    """A letter about a decision, once the worker has printed it."""
    found = get_or_404(request.user, Letter, "application", pk=pk)
    if not found.stored:
        raise Http404
    return FileResponse(
        default_storage.open(found.stored),
        as_attachment=True,
        filename=f"{found.application.reference}-{found.name}-{found.language}.pdf",
        content_type="application/pdf",
    )


@require_safe
def attachment(request: SignedIn, pk: int) -> FileResponse:
    """A document that came with an act; nothing in it runs."""
    found = get_or_404(request.user, Attachment, pk=pk)
    response = FileResponse(
        uploading.opened(found),
        as_attachment=found.type not in {"pdf", "png", "jpeg"},
        filename=found.name,
        content_type=found.media_type,
    )
    response.headers["Content-Security-Policy"] = INLINE_POLICY
    return response
