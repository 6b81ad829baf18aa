"""Files that come late or on paper: extensions of single drafts, and files that the fund enters."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from applications import entering, extending
from applications.forms.fields import ChosenField, DayField, LongTextField
from applications.models import Application, Extension
from applications.states import State
from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.asking import SignedIn
from brustart.core import dates
from brustart.core.errors import Refused
from brustart.fund.models import Call

from .exchanges import UntilField


class ExtensionForm(forms.Form):
    """Which draft may come late, until when, and why."""

    reference = forms.CharField(
        max_length=20,
        label=gettext_lazy("Number of the draft"),
        help_text=gettext_lazy("As the startup reads it to you: BRU-00042."),
        error_messages={"required": gettext_lazy("Write the number of the draft.")},
        widget=forms.TextInput(attrs={"class": "field-short", "autocomplete": "off"}),
    )
    reason = LongTextField(
        rows=4,
        max_length=2000,
        label=gettext_lazy("Why?"),
        help_text=gettext_lazy("It stands in the file; the startup reads it."),
        error_messages={"required": gettext_lazy("Give the reason: it stands in the file.")},
    )
    until = UntilField(
        label=gettext_lazy("Until which day?"),
        help_text=gettext_lazy("Until 17:00 of that day, after the call has closed."),
        error_messages={"required": gettext_lazy("Choose a day.")},
    )
    use_required_attribute = False

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.call = call

    def clean_reference(self) -> Application:
        try:
            return extending.find_draft(self.cleaned_data["reference"], call=self.call)
        except extending.CannotExtend as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


@require_http_methods(["GET", "HEAD", "POST"])
def extensions(request: SignedIn, code: str) -> HttpResponse:
    """Let one draft be submitted later, after reading whose it is; and those granted before."""
    call = get_or_404(request.user, Call, code=code)
    form = ExtensionForm(request.POST if request.method == "POST" else None, call=call)
    draft, status = None, 200
    if form.is_valid():
        draft = form.cleaned_data["reference"]
        status = _grant(request, form, draft) if "granted" in request.POST else 200
        if not status:
            return redirect("extensions", code=code)
    rows = visible_to(request.user, Extension).filter(application__call=call)
    known = {
        "call": call,
        "form": form,
        "draft": draft,
        "until": form.cleaned_data["until"] if draft else None,
        "extensions": rows.select_related("application__startup", "granted_by").order_by("-pk"),
        "now": timezone.now(),
    }
    return render(request, "desk/extensions.html", known, status=status)


def _grant(request: SignedIn, form: ExtensionForm, draft: Application) -> int:
    """Grant what the form says. 0 when it is done, else the page's status."""
    until = form.cleaned_data["until"]
    try:
        extending.grant(
            draft,
            until=until,
            reason=form.cleaned_data["reason"],
            actor=request.user,
            now=timezone.now(),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return 409
    done = _("%(file)s of %(startup)s may be submitted until %(until)s.")
    words = {"file": draft.reference, "startup": draft.startup, "until": dates.to_the_minute(until)}
    messages.success(request, done % words)
    return 0


class PaperForm(forms.Form):
    """Of whom the file on paper is, when it arrived, and in which language it is written."""

    startup_name = forms.CharField(
        max_length=160,
        label=gettext_lazy("Name of the startup"),
        error_messages={"required": gettext_lazy("Give the name of the startup.")},
    )
    received_on = DayField(
        past=True,
        label=gettext_lazy("Day on which it arrived"),
        help_text=gettext_lazy("This day counts, whenever you enter the answers."),
        error_messages={"required": gettext_lazy("Choose a day.")},
    )
    language = ChosenField(
        choices=settings.LANGUAGES,
        label=gettext_lazy("Language of the file"),
        help_text=gettext_lazy("The fund's letters to the startup are written in it."),
        error_messages={"required": gettext_lazy("Choose a language.")},
    )
    use_required_attribute = False


@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: SignedIn, code: str) -> HttpResponse:
    """Begin a file that came on paper, or go on with one."""
    call = get_or_404(request.user, Call, code=code)
    form = PaperForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            file = entering.enter(call, actor=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            return redirect("tasks", pk=file.pk)
    on_paper = visible_to(request.user, Application).filter(
        call=call, state=State.DRAFT, paper_received_on__isnull=False
    )
    drafts = on_paper.select_related("startup", "author").order_by("paper_received_on", "pk")
    known = {"call": call, "form": form, "drafts": drafts}
    return render(request, "desk/paper.html", known, status=status)
