"""The payments desk: what waits to be verified, ordered and paid, and the files for the bank."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.asking import SignedIn
from brustart.core.errors import Refused
from brustart.core.money import ZERO

from .. import banking, paying
from ..forms.after import BatchForm
from ..models import BankAccount, Batch, Claim
from .acting import add_refusal

PARTS = (
    "tranche__award__application__startup", "tranche__award__proposal", "verified_by",
    "ordered_by",
)  # fmt: skip
SHOWN = 30  # payment files
TONES = {Batch.State.MADE: "warn", Batch.State.PAID: "good", Batch.State.CANCELLED: "neutral"}


@require_http_methods(["GET", "HEAD", "POST"])
def payments(request: SignedIn) -> HttpResponse:
    """The three piles and the payment files; a POST makes a file of the chosen payments."""
    sent = request.POST if request.method == "POST" and request.user.is_fund_manager else None
    form = BatchForm(sent, initial={"execute_on": timezone.localdate()})
    status = 200
    if sent is not None and form.is_valid():
        try:
            made = paying.make(
                [int(one) for one in sent.getlist("claims") if one.isdecimal()],
                execute_on=form.cleaned_data["execute_on"],
                actor=request.user,
                now=timezone.now(),
            )
        except Refused as refusal:
            add_refusal(form, refusal)
            status = 409
        else:
            messages.success(request, _("The payment file is made. Send it to the bank."))
            return redirect("batch", pk=made.pk)
    return render(request, "awards/payments.html", _known(request, form), status=status)


def _known(request: SignedIn, form: BatchForm) -> dict[str, Any]:
    claims = visible_to(request.user, Claim).select_related(*PARTS)
    to_pay = list(paying.to_pay().select_related(*PARTS))
    files = visible_to(request.user, Batch).select_related("made_by", "confirmed_by")
    return {
        "form": form,
        "to_verify": claims.filter(state=Claim.State.MADE).order_by("due_on", "pk"),
        "to_order": claims.filter(state=Claim.State.VERIFIED).order_by("due_on", "pk"),
        "to_pay": to_pay,
        "to_pay_total": sum((one.amount for one in to_pay), ZERO),
        "accounts": _accounts(request),
        "files": [(one, TONES[Batch.State(one.state)]) for one in files[:SHOWN]],
        "today": timezone.localdate(),
        "manages": request.user.is_fund_manager,
    }


def _accounts(request: SignedIn) -> QuerySet[BankAccount]:
    rows = visible_to(request.user, BankAccount).filter(ended_at=None, confirmed_at=None)
    return rows.select_related("award__application__startup", "given_by").order_by("given_at")


@require_safe
def batch(request: SignedIn, pk: int) -> HttpResponse:
    """One payment file: what is in it, and what became of it."""
    return _batch_page(request, pk)


def _batch_page(request: SignedIn, pk: int, refused: str = "") -> HttpResponse:
    found = get_or_404(request.user, Batch, "made_by", "confirmed_by", pk=pk)
    claims = found.claims.select_related("tranche__award__application__startup")
    for claim in claims:
        claim.readable_iban = banking.readable(claim.iban)  # type: ignore[attr-defined]
    known = {
        "batch": found, "claims": claims, "tone": TONES[Batch.State(found.state)],
        "manages": request.user.is_fund_manager, "mine": found.made_by_id == request.user.pk,
        "refused_text": refused,
    }  # fmt: skip
    return render(request, "awards/batch.html", known, status=409 if refused else 200)


@require_safe
def batch_file(request: SignedIn, pk: int) -> HttpResponse:
    """The pain.001 document, byte for byte as it was made."""
    found = get_or_404(request.user, Batch, pk=pk)
    name = f"{found.message_id}.xml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(found.xml.encode(), content_type="application/xml", headers=headers)


def _returned(request: SignedIn) -> set[int]:
    """The claims marked as returned; what is no number is one that no claim has."""
    sent = request.POST.getlist("returned")
    return {int(one) if one.isdecimal() else 0 for one in sent}


@require_POST
def answer_batch(request: SignedIn, pk: int) -> HttpResponse:
    """Confirm that the file was paid, but for what the bank returned; or cancel it."""
    found = get_or_404(request.user, Batch, pk=pk)
    now, actor = timezone.now(), request.user
    try:
        if request.POST.get("act") == "cancel":
            paying.cancel(found, actor=actor, now=now)
            messages.success(request, _("The file is cancelled. Its payments can go into another."))
        else:
            paying.confirm(found, returned=_returned(request), actor=actor, now=now)
            messages.success(request, _("Recorded in the ledger. The startups are told by mail."))
    except Refused as refusal:
        return _batch_page(request, pk, str(refusal))
    return redirect("payments")
