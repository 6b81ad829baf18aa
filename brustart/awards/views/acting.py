"""One page shape for an act: what it is about, what it does, its form, and one button."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise

from applications.inspecting import BadDocument
from brustart.core.errors import Refused


@dataclass(frozen=True)
class ActPage:
    """Words of the page. `facts`: terms and values; `look`: the end of the button's class;
    `back`: address and words of the way back; `done`: said where `to` (or the way back) leads;
    `press`: what the button sends as `act`, where a page has several."""

    heading: str | Promise
    button: str | Promise
    back: tuple[str, str]
    done: str | Promise
    caption: str = ""
    consequence: str | Promise = ""
    facts: Sequence[tuple[Any, Any]] = ()
    look: str = "primary"
    to: str = ""
    press: str = ""
    part: str = ""  # a template to include above the form
    known: dict[str, Any] = field(default_factory=dict)


def perform(
    request: HttpRequest,
    page: ActPage,
    form: forms.Form,
    act: Callable[..., Any],
) -> HttpResponse:
    """Show the page; on a valid POST do `act(actor=, now=, **what the form says)`, and go on.

    A refusal stands on the page with what was typed, beside its field if it is about one.
    """
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            act(actor=request.user, now=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
            status = 409
        else:
            messages.success(request, str(page.done))
            return redirect(page.to or page.back[0])
    known = {"page": page, "form": form, **page.known}
    return render(request, "awards/act.html", known, status=status)


def add_refusal(form: forms.Form, refusal: Refused) -> None:
    """Say it beside the field it is about, a document's at the form's field for documents; else
    above the form."""
    name: str | None = refusal.field
    if isinstance(refusal, BadDocument):
        files = (key for key, one in form.fields.items() if isinstance(one, forms.FileField))
        name = next(files, None)
    form.add_error(name if name in form.fields else None, str(refusal))


def data(request: HttpRequest) -> dict[str, Any]:
    """The form's data and files, when something is sent."""
    if request.method != "POST":
        return {}
    return {"data": request.POST, "files": request.FILES}
