"""Changing the milestones of what is not claimed yet."""

from typing import Any

from django.contrib import messages
from django.forms import formset_factory
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from brustart.accounts.access import get_or_404
from brustart.accounts.asking import SignedIn
from brustart.core.errors import Refused
from brustart.core.money import ZERO

from .. import changing
from ..forms.after import ReasonForm, TrancheForm
from ..models import Award

EMPTY = 2  # rows to fill in
Tranches = formset_factory(TrancheForm, extra=EMPTY, max_num=20)


@require_http_methods(["GET", "HEAD", "POST"])
def replan(request: SignedIn, pk: int) -> HttpResponse:
    """The tranches not claimed yet as a table, and the reason."""
    award = get_or_404(request.user, Award, "application__startup", "account", application=pk)
    open_ones = changing.unclaimed(award)
    sent = request.POST if request.method == "POST" else None
    begun = [_as_initial(one) for one in open_ones]
    rows, form = Tranches(sent, initial=begun), ReasonForm(sent)
    refused, status = "", 200
    if sent is not None and rows.is_valid() and form.is_valid():
        try:
            changing.replan(
                award, tranches=_tranches(rows), reason=form.cleaned_data["reason"],
                actor=request.user, now=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            refused, status = str(refusal), 409
        else:
            messages.success(request, _("The milestones are changed. The startup is told by mail."))
            return redirect("award", pk=pk)
    known = {
        "award": award, "application": award.application, "rows": rows, "form": form,
        "refused_text": refused, "total": sum((one.amount for one in open_ones), ZERO),
    }  # fmt: skip
    return render(request, "awards/replan.html", known, status=status)


def _as_initial(tranche: Any) -> dict[str, Any]:
    return {name: getattr(tranche, name) for name in ("milestone", "amount", "due_on")}


def _tranches(rows: Any) -> list[tuple[str, Any, Any]]:
    """The rows that say something."""
    kept = (row.cleaned_data for row in rows if row.cleaned_data.get("milestone"))
    return [(one["milestone"], one["amount"], one["due_on"]) for one in kept]
