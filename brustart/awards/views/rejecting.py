"""Rejecting several files of a call at once: chosen, grounds written, all shown, then decided."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from applications.forms.fields import LongTextField
from applications.models import Application
from applications.states import MOVES, State
from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.asking import SignedIn
from brustart.core.errors import Refused
from brustart.fund.models import Call

from .. import deciding, drafting

REJECTABLE = [state for state, moves in MOVES.items() if State.REJECTED in moves]


@require_http_methods(["GET", "HEAD", "POST"])
def reject_many(request: SignedIn, code: str) -> HttpResponse:
    """One page: every file that can be rejected, with its drafted grounds; the chosen ones are
    shown again, whole, before anything is decided."""
    call = get_or_404(request.user, Call, code=code)
    rows = visible_to(request.user, Application).filter(call=call, state__in=REJECTABLE)
    files = list(
        rows.select_related("startup", "submission", "call", "panel_score", "rank").order_by(
            "rank__place", "pk"
        )
    )
    chosen = {int(one) for one in request.POST.getlist("files") if one.isdecimal()}
    drafts = drafting.drafts(files)
    entries = [_entry(request, one, drafts[one.pk], one.pk in chosen) for one in files]
    taken = [one for one in entries if one["chosen"]]
    shown = "choose"
    refused, status = "", 200
    if request.method == "POST":
        missing = [one for one in taken if not one["form"].is_valid()]
        if not taken:
            refused = _("No file was chosen. Choose one or more.")
        elif missing:
            refused = _("Some grounds are missing: a decision without them cannot be issued.")
        elif request.POST.get("act") == "decide":
            try:
                deciding.reject_all(
                    [(one["file"], one["form"].cleaned_data["grounds"]) for one in taken],
                    actor=request.user,
                    now=timezone.now(),
                )
            except Refused as refusal:
                refused, status = str(refusal), 409
            else:
                messages.success(request, _said(len(taken)))
                return redirect("ranking", code=code)
        else:
            shown = "confirm"
    known = {
        "call": call, "entries": taken if shown == "confirm" else entries, "shown": shown,
        "refused_text": refused,
    }  # fmt: skip
    return render(request, "awards/reject_many.html", known, status=status)


def _said(number: int) -> str:
    return ngettext(
        "%(number)s file is closed without an award. Its startup is told by mail.",
        "%(number)s files are closed without an award. Their startups are told by mail.",
        number,
    ) % {"number": number}


class GroundsForm(Form):
    grounds = LongTextField(
        label=gettext_lazy("Grounds of the decision"),
        rows=5,
        error_messages={"required": gettext_lazy("Give the grounds: a decision needs them.")},
    )
    use_required_attribute = False


def _entry(request: SignedIn, file: Application, draft: str, chosen: bool) -> dict[str, Any]:
    """A file with its own field for the grounds; drafted ones until something is sent."""
    sent = request.POST if chosen else None
    form = GroundsForm(sent, prefix=str(file.pk), initial={"grounds": draft})
    return {"file": file, "form": form, "chosen": chosen}
