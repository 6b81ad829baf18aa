"""What the fund asks of a startup about its file, and what the two write to each other."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from applications import requesting
from applications.completeness import sections_of
from applications.forms.fields import DayField, LongTextField, SeveralField
from applications.models import Application, InformationRequest
from applications.reading import Change, changes_between
from applications.views.messages import MessageForm, exchange
from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.asking import SignedIn
from brustart.accounts.models import User
from brustart.core.errors import Refused
from scoring.screening import evidence

DAYS = 10  # to answer, unless the fund manager says otherwise
CLOSES = time(17)  # in Brussels


class UntilField(DayField):
    """A day to come, read as 17:00 of that day in Brussels."""

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        until = timezone.make_aware(datetime.combine(day, CLOSES)) if day else None
        if until and until <= timezone.now():
            raise forms.ValidationError(_("This moment is past. Choose a later day."))
        return until


class AskForm(forms.Form):
    """Which sections are asked for, what is asked, and until when."""

    sections = SeveralField(
        label=gettext_lazy("Which sections may the startup change?"),
        help_text=gettext_lazy(
            "Exactly these; everything else stays as it was handed in. Those that the open rules "
            "read are chosen already."
        ),
        error_messages={"required": gettext_lazy("Choose at least one section.")},
    )
    question = LongTextField(
        rows=6,
        max_length=4000,
        label=gettext_lazy("What do you ask?"),
        help_text=gettext_lazy("The startup reads it word for word, by mail and in its file."),
        error_messages={"required": gettext_lazy("Write what you ask.")},
    )
    until = UntilField(
        label=gettext_lazy("Until which day?"),
        help_text=gettext_lazy("Until 17:00 of that day."),
        error_messages={"required": gettext_lazy("Choose a day.")},
    )
    use_required_attribute = False

    def __init__(self, *args: Any, application: Application, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sections = sections_of(application).items()
        self.fields["question"].widget.attrs["lang"] = application.language
        self.fields["sections"].choices = [(key, form.heading) for key, form in sections]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: SignedIn, pk: int) -> HttpResponse:
    """Ask the startup for more, and reopen the sections that it concerns."""
    related = ("startup", "call", "form_version", "submission")
    application = get_or_404(request.user, Application, *related, pk=pk)
    needed = evidence.wanted(application)
    form = AskForm(
        request.POST if request.method == "POST" else None,
        application=application,
        initial={
            "until": timezone.localdate() + timedelta(days=DAYS),
            "sections": needed.sections,
            "question": needed.question,
        },
    )
    status = _ask(request, application, form) if form.is_valid() else 200
    if not status:
        return redirect("file", pk=pk)
    known = {
        "application": application,
        "form": form,
        "act": _("Ask for more information"),
        "possible": application.state in requesting.ASKABLE,
    }
    return render(request, "desk/ask.html", known, status=status)


def _ask(request: SignedIn, application: Application, form: AskForm) -> int:
    """Do what the form says. 0 when it is done, else the page's status."""
    try:
        requesting.ask(application, actor=request.user, now=timezone.now(), **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        application.refresh_from_db(fields=["state"])
        return 409
    messages.success(request, _("Your question is sent. You hear by mail once it is answered."))
    return 0


@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: SignedIn, pk: int) -> HttpResponse:
    """No longer ask, after reading what that means for the startup."""
    asked = get_or_404(request.user, InformationRequest, "application__startup", "before", pk=pk)
    application = asked.application
    if request.method == "POST":
        try:
            requesting.take_back(asked, actor=request.user, now=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("You no longer ask this. The file is as it was handed in."))
        return redirect("file", pk=application.pk)
    known = {
        "application": application,
        "asked": asked,
        "form": forms.Form(),
        "act": _("Take the question back"),
        "possible": asked.closed_at is None,
    }
    return render(request, "desk/take_back.html", known)


@dataclass(frozen=True)
class Asked:
    """A request as the file's page shows it; `changes` only for the fund, once it is answered."""

    request: InformationRequest
    sections: list[Promise | str]
    label: str
    tone: str
    is_open: bool
    changes: list[Change]


def shown_with(user: User, application: Application, *, now: datetime) -> dict[str, Any]:
    """What the file's page shows of these exchanges, as far as this person takes part in them."""
    rows = visible_to(user, InformationRequest).filter(application=application)
    headings = {key: form.heading for key, form in sections_of(application).items()}
    requests = [
        _shown(one, headings, in_full=user.oversees, now=now)
        for one in rows.select_related("before", "after", "asked_by")
    ]
    return {
        "requests": requests,
        "open_request": next((one for one in requests if one.is_open), None),
        "application": application,
        "form": MessageForm(),
        **exchange(user, application),
    }


def _shown(
    asked: InformationRequest, headings: dict[str, Any], *, in_full: bool, now: datetime
) -> Asked:
    label, tone = _state(asked, now)
    return Asked(
        request=asked,
        sections=[headings[key] for key in asked.sections if key in headings],
        label=label,
        tone=tone,
        is_open=asked.is_open(now),
        changes=changes_between(asked.before, asked.after) if in_full and asked.after else [],
    )


def _state(asked: InformationRequest, now: datetime) -> tuple[str, str]:
    if asked.after_id:
        return _("Answered"), "good"
    if asked.is_open(now):
        return _("Waiting for the answer"), "warn"
    if asked.closed_at and asked.closed_at < asked.until:
        return _("No longer asked"), "neutral"
    return _("Not answered in time"), "neutral"
