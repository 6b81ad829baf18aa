"""Messages between the fund and a startup about one file, and the form for the next one."""

from typing import Any

from django import forms
from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from applications import messaging, sharing
from applications.forms.fields import LongTextField
from applications.models import Application, FileMessage, Part
from applications.states import State
from brustart.accounts.access import Reader, visible_to
from brustart.accounts.models import User
from brustart.core.errors import Refused


class MessageForm(forms.Form):
    """The next message."""

    text = LongTextField(
        rows=5,
        max_length=messaging.LONGEST,
        label=gettext_lazy("Your message"),
        error_messages={"required": gettext_lazy("Write your message first. Nothing was sent.")},
    )
    use_required_attribute = False


def exchange(reader: Reader, application: Application) -> dict[str, Any]:
    """What templates/applications/exchange.html shows: the messages, the newest last, and who may
    answer."""
    rows = visible_to(reader, FileMessage).filter(application=application)
    return {
        "exchanged": list(rows.select_related("author")),
        "may_write": isinstance(reader, User) and messaging.may_write(application, reader),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def messages(request: HttpRequest, pk: int) -> HttpResponse:
    """The messages about one file, also while it is a draft."""
    application = _find(request, pk)
    if application.my_part == Part.ACCOUNTANT:
        raise PermissionDenied
    is_draft = application.state == State.DRAFT
    form = MessageForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        if not isinstance(request.user, User):
            return redirect(f"{reverse('account_signup')}?next={request.path}")
        try:
            messaging.write(
                application, text=form.cleaned_data["text"], author=request.user, now=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            notes.success(request, _("Your message is sent."))
            return redirect(f"{reverse('messages' if is_draft else 'file', args=[pk])}#latest")
    known = {"application": application, "form": form, "is_draft": is_draft}
    known |= exchange(request.user, application)
    return render(request, "applications/messages.html", known, status=status)


def _find(request: HttpRequest, pk: int) -> Application:
    """The file of whoever may see it; a draft too, for fund managers to whom its people wrote."""
    try:
        return sharing.find(request.user, "call", "startup", pk=pk)
    except Http404:
        written = visible_to(request.user, FileMessage).filter(application=pk)
        message = written.select_related("application__call", "application__startup").first()
        if message is None:
            raise
        return message.application
