"""A person's startups, who works on them, and the way in by invitation."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import inviting, todo
from applications.models import Application, Invitation, Membership, Part, Startup
from brustart.accounts.access import get_or_404, visible_to
from brustart.accounts.models import User
from brustart.accounts.verifying import email_is_verified
from brustart.core.errors import Refused


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    part = forms.ChoiceField(
        label=gettext_lazy("What this person may do"),
        widget=forms.RadioSelect,
        initial=Part.EDITOR,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.fields["part"].choices = [  # type: ignore[attr-defined]
            (part, f"{part.label} – {inviting.MAY[part]}") for part in Part
        ]


@require_safe
def startups(request: HttpRequest) -> HttpResponse:
    """The startups that the person works for, each with its files."""
    mine = Membership.objects.filter(user=request.user.pk).select_related("startup")
    files = _files_by_startup(request)
    lines = [
        {
            "membership": one,
            "may": inviting.MAY[one.part],
            "figures_only": one.part == Part.ACCOUNTANT,
            "files": files.get(one.startup_id, []),
        }
        for one in mine.order_by("startup__name", "pk")
    ]
    return render(request, "applications/startups.html", {"lines": lines})


def _files_by_startup(request: HttpRequest) -> dict[int, list[todo.FileLine]]:
    now = timezone.now()
    files: dict[int, list[todo.FileLine]] = {}
    rows = visible_to(request.user, Application).select_related("call", "startup", "extension")
    for file in rows:
        files.setdefault(file.startup_id, []).append(todo.file_line(file, now))
    return files


@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """Who works on a startup's files; its owners invite others."""
    startup = get_or_404(request.user, Startup, pk=pk)
    if request.method != "POST":
        return _people_page(request, startup, InviteForm())
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _people_page(request, startup, form)
    try:
        inviting.invite(startup, **form.cleaned_data, actor=_person(request), now=timezone.now())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _people_page(request, startup, form, status=409)
    told = _("We write to %(email)s. The link in the message works for 14 days.")
    messages.success(request, told % {"email": form.cleaned_data["email"]})
    return redirect("people", pk=pk)


def _people_page(
    request: HttpRequest, startup: Startup, form: InviteForm, *, status: int = 200
) -> HttpResponse:
    rows = visible_to(request.user, Membership).filter(startup=startup)
    members = list(rows.select_related("user").order_by("pk"))
    mine = next(one for one in members if one.user_id == request.user.pk)
    invited = visible_to(request.user, Invitation).filter(
        startup=startup, accepted_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    context = {
        "startup": startup,
        "lines": [{"member": one, "may": inviting.MAY[one.part]} for one in members],
        "mine": mine,
        "is_owner": mine.part == Part.OWNER,
        "email_verified": email_is_verified(_person(request)),
        "invited": invited.order_by("pk"),
        "parts": Part.choices,
        "form": form,
    }
    return render(request, "applications/people.html", context, status=status)


@require_POST
def change_part(request: HttpRequest, pk: int) -> HttpResponse:
    membership = get_or_404(request.user, Membership, "startup", "user", pk=pk)
    part = request.POST.get("part", "")
    if part not in Part.values:
        raise Http404
    said = _("%(name)s is now: %(part)s.") % {
        "name": membership.user,
        "part": Part(part).label,
    }
    return _done(
        request,
        membership.startup_id,
        lambda actor: inviting.change_part(membership, part=part, actor=actor, now=timezone.now()),
        said,
    )


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    membership = get_or_404(request.user, Membership, "startup", "user", pk=pk)
    return _done(
        request,
        membership.startup_id,
        lambda actor: inviting.remove(membership, actor=actor, now=timezone.now()),
        _("%(name)s no longer works on these files.") % {"name": membership.user},
    )


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    invitation = get_or_404(request.user, Invitation, "startup", pk=pk)
    return _done(
        request,
        invitation.startup_id,
        lambda actor: inviting.revoke(invitation, actor=actor, now=timezone.now()),
        _("The invitation of %(email)s is taken back.") % {"email": invitation.email},
    )


@require_POST
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    startup = get_or_404(request.user, Startup, pk=pk)
    return _done(
        request,
        pk,
        lambda actor: inviting.leave(startup, actor=actor, now=timezone.now()),
        _("You have left %(startup)s.") % {"startup": startup},
    )


def _done(request: HttpRequest, pk: int, act: Callable[[User], Any], said: str) -> HttpResponse:
    """Do it and say so, or say why not; then to the startup's people, if one still is of them."""
    try:
        act(_person(request))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    still = visible_to(request.user, Startup).filter(pk=pk).exists()
    return redirect("people", pk=pk) if still else redirect("startups")


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What the link in an invitation leads to: what it offers, then the yes."""
    user, now = request.user, timezone.now()
    try:
        if request.method == "POST" and isinstance(user, User):
            membership = inviting.accept(token, user=user, now=now)
            welcome = _("Welcome. You now work on the files of %(startup)s.")
            messages.success(request, welcome % {"startup": membership.startup})
            return redirect("people", pk=membership.startup_id)
        found = inviting.read(token, now=now)
    except Refused as refusal:
        why = {"refused": str(refusal)}
        return render(request, "applications/invitation.html", why, status=409)
    offered = {"invitation": found, "may": inviting.MAY[found.part]}
    return render(request, "applications/invitation.html", offered)
