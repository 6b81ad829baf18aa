"""The central register of de minimis aid: what is due there, what is late, what was entered."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from brustart.accounts.access import visible_to
from brustart.accounts.asking import SignedIn
from brustart.core.errors import Refused
from brustart.desk import reporting_aid, streaming
from brustart.fund import registering
from brustart.fund.models import RegisterEntry

PAGE = 50


class EnterForm(forms.Form):
    """Which grants stand in the register now, and under which number."""

    entries = forms.ModelMultipleChoiceField(
        queryset=RegisterEntry.objects.none(),
        label=gettext_lazy("Grants"),
        error_messages={"required": gettext_lazy("Choose at least one grant.")},
    )
    reference = forms.CharField(
        max_length=120,
        label=gettext_lazy("Number or receipt of the register"),
        help_text=gettext_lazy("What the register answered. It stands beside each grant chosen."),
        error_messages={"required": gettext_lazy("Write what the register answered.")},
        widget=forms.TextInput(attrs={"class": "field-medium", "autocomplete": "off"}),
    )
    use_required_attribute = False


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: SignedIn) -> HttpResponse:
    """The grants in one state; a fund manager says which were entered, several at once."""
    form = EnterForm(request.POST if request.method == "POST" else None)
    form.fields["entries"].queryset = visible_to(request.user, RegisterEntry)  # type: ignore[attr-defined]
    refused = ""
    if request.method == "POST":
        if not request.user.is_fund_manager:
            raise PermissionDenied
        try:
            if form.is_valid():
                return _entered(request, form)
        except Refused as problem:
            refused = str(problem)
    known = _page(request) | {"form": form, "refused_text": refused}
    known["chosen"] = request.POST.getlist("entries")
    return render(request, "desk/register.html", known, status=409 if refused else 200)


def _entered(request: SignedIn, form: EnterForm) -> HttpResponse:
    number = registering.enter_all(
        form.cleaned_data["entries"],
        reference=form.cleaned_data["reference"],
        actor=request.user,
        now=timezone.now(),
    )
    said = ngettext(
        "%(number)s grant is marked as entered.", "%(number)s grants are marked as entered.", number
    )
    messages.success(request, said % {"number": number})
    return redirect(request.get_full_path())


def _page(request: SignedIn) -> dict[str, Any]:
    today = timezone.localdate()
    asked = _asked(request)
    rows = reporting_aid.found(request.user, today=today, **asked)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    number = reporting_aid.counts(request.user, today)
    return {
        **asked,
        "page_obj": page,
        "lines": reporting_aid.lines(page.object_list, today),
        "states": [(key, label, number[key]) for key, label in reporting_aid.STATES.items()],
        "late": number["late"],
        "label": reporting_aid.STATES[asked["state"]],
        "possible": request.user.is_fund_manager and asked["state"] in ("open", "late"),
    }


def _asked(request: SignedIn) -> dict[str, str]:
    state = request.GET.get("state", "")
    return {
        "state": state if state in reporting_aid.STATES else "open",
        "words": request.GET.get("q", "").replace("\0", "").strip()[:100],
    }


@require_GET
def register_csv(request: SignedIn) -> StreamingHttpResponse:
    """The same grants, all of them, with the register's fields."""
    today = timezone.localdate()
    rows = reporting_aid.found(request.user, today=today, **_asked(request))
    return streaming.csv_file(reporting_aid.table(rows, today))
