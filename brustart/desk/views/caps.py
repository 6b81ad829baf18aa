"""The cap of an envelope, and of a track's part in it: one fund manager asks for another, a second
one confirms or refuses."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from applications.forms.fields import EurosField, LongTextField
from applications.models import Track
from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.asking import SignedIn
from brustart.core.errors import Refused
from brustart.core.money import euros
from brustart.desk import envelopes
from brustart.fund import accounts, capping
from brustart.fund.capping import Capped
from brustart.fund.models import CapChange, Envelope, EnvelopePart


class CapForm(forms.Form):
    """The cap that is asked for, and why."""

    cap = EurosField(
        label=gettext_lazy("New cap, in euros"),
        help_text=gettext_lazy("The whole cap as it should become, not the difference."),
        error_messages={"required": gettext_lazy("Write the new cap.")},
    )
    reason = LongTextField(
        rows=4,
        max_length=2000,
        label=gettext_lazy("Why?"),
        help_text=gettext_lazy("The second person reads it, and it stays beside the change."),
        error_messages={"required": gettext_lazy("Give the reason of the change.")},
    )
    use_required_attribute = False


class RefuseForm(forms.Form):
    """Why the second person says no."""

    reason = LongTextField(
        rows=3,
        max_length=2000,
        label=gettext_lazy("Why do you refuse?"),
        error_messages={"required": gettext_lazy("Give the reason of your refusal.")},
    )
    use_required_attribute = False


@require_http_methods(["GET", "HEAD", "POST"])
def cap(request: SignedIn, code: str, track: str = "") -> HttpResponse:
    """Ask for another cap of an envelope, or of the part of a track in it; or answer what was
    asked. The earlier changes stand below, and auditors read them."""
    held = _held(request, code, track)
    act = request.POST.get("act", "")
    form = CapForm(request.POST if act == "ask" else None)
    refusal = RefuseForm(request.POST if act == "refuse" else None, prefix="no")
    refused = ""
    if request.method == "POST":
        if not request.user.is_fund_manager:
            raise PermissionDenied
        try:
            if done := _do(request, held, act, form, refusal):
                messages.success(request, done)
                return redirect(envelopes.cap_url(held))
        except Refused as problem:
            refused = str(problem)
    known = _page(request, held) | {"form": form, "refusal": refusal, "refused_text": refused}
    return render(request, "desk/cap.html", known, status=409 if refused else 200)


def _held(request: SignedIn, code: str, track: str) -> Capped:
    envelope = get_or_404(request.user, Envelope, "account", "programme", code=code)
    if track and track not in Track.values:
        raise Http404
    return accounts.part_of(envelope, track) if track else envelope


def _do(request: SignedIn, held: Capped, act: str, form: CapForm, refusal: RefuseForm) -> str:
    """What was done, for people; empty when a form has errors. Raises Refused."""
    how: dict[str, Any] = {"actor": request.user, "now": timezone.now()}
    if act == "ask":
        if not form.is_valid():
            return ""
        called = Track(held.track).label if isinstance(held, EnvelopePart) else ""
        capping.ask(held, **form.cleaned_data, called=called, **how)
        return _("You asked for it. Another fund manager must confirm before the cap changes.")
    asked = _asked(request, held)
    if act == "confirm":
        entry = capping.confirm(asked, **how)
        return _("The cap is now %(cap)s.") % {"cap": euros(entry.after)}
    if act == "take_back":
        capping.take_back(asked, **how)
        return _("You took it back. The cap stays as it is.")
    if not refusal.is_valid():
        return ""
    capping.refuse(asked, reason=refusal.cleaned_data["reason"], **how)
    return _("You refused it. The cap stays as it is.")


def _asked(request: SignedIn, held: Capped) -> CapChange:
    """The change that the page showed; another cap's is none of this page's."""
    key = request.POST.get("change", "")
    rows = visible_to(request.user, CapChange).filter(account=held.account_id)
    return get_or_404(
        request.user, CapChange, "account", rows=rows, pk=int(key) if key.isdecimal() else None
    )


def _page(request: SignedIn, held: Capped) -> dict[str, Any]:
    now_left = envelopes.capacity_of(held)
    changes = visible_to(request.user, CapChange).filter(account=held.account_id)
    changes = changes.select_related("asked_by", "answer__answered_by").order_by("-place")
    waiting = next((one for one in changes if not hasattr(one, "answer")), None)
    known = {
        "capacity": now_left,
        "waiting": waiting,
        "own": waiting is not None and waiting.asked_by_id == request.user.pk,
        "becomes": now_left.cap + waiting.amount if waiting else None,
        "left_then": now_left.left + waiting.amount if waiting else None,
        "changes": [one for one in changes if one != waiting],
    }
    return known | (_of_part(held) if isinstance(held, EnvelopePart) else _of_envelope(held))


def _of_part(part: EnvelopePart) -> dict[str, Any]:
    return {
        "envelope": part.envelope,
        "part": part,
        "track": Track(part.track).label,
        "room": capping.room(part),
        "left_in_envelope": part.envelope.account.cap - part.envelope.account.committed,
    }


def _of_envelope(envelope: Envelope) -> dict[str, Any]:
    return {
        "envelope": envelope,
        "tracks": envelopes.tracks(envelope),
        "of_parts": accounts.caps_of_parts(envelope),
        "year": timezone.localdate().year,
        "opening": envelope.account.entries.filter(kind="cap").first(),
    }
