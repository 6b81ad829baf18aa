"""Becoming a reviewer: invited by mail, with an account made on the way."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from brustart.accounts import links
from brustart.accounts.links import NOT_USED, Gone
from brustart.accounts.models import Role, User
from brustart.accounts.verifying import mark_verified
from brustart.core import audit, mail
from brustart.core.errors import Refused
from brustart.fund.models import Call

from . import rounds, seating
from .models import PanelInvitation, Panelist


class CannotInvite(Refused):
    """The person sits on the panel already, or has an account of another role."""


@transaction.atomic
def invite(
    call: Call, *, email: str, approves: bool, language: str, actor: User, now: datetime
) -> PanelInvitation:
    """Send somebody a link to the panel; it replaces the one that the address has. Raises
    CannotInvite."""
    Call.objects.select_for_update(no_key=True, of=("self",)).get(pk=call.pk)
    email = email.strip().lower()
    account = User.objects.filter(email__iexact=email).first()
    if account and account.role != Role.REVIEWER:
        raise CannotInvite(
            _("%(email)s has an account for other work. One person, one role: use another address.")
            % {"email": email}
        )
    if account and Panelist.objects.filter(call=call, reviewer=account).exists():
        raise CannotInvite(_("%(email)s is on this panel already.") % {"email": email})
    open_ones = PanelInvitation.objects.filter(NOT_USED, call=call, email__iexact=email)
    open_ones.update(revoked_at=now)
    token, columns = links.issue(actor=actor, now=now)
    made = PanelInvitation.objects.create(
        call=call,
        email=email,
        approves=approves,
        language=account.language if account else language,
        **columns,
    )
    audit.record("panel.invited", about=made, actor=actor, now=now, approves=approves)
    mail.write(
        "panel_invitation", to=account or email, about=made, now=now, language=made.language,
        invitation=made, token=token, round=rounds.of(call),
    )  # fmt: skip
    return made


@transaction.atomic
def revoke(invitation: PanelInvitation, *, actor: User, now: datetime) -> None:
    """Take an invitation back: its link no longer works. Raises links.Gone."""
    links.revoke(PanelInvitation.objects.filter(pk=invitation.pk), now=now)
    audit.record("panel.invitation_revoked", about=invitation, actor=actor, now=now)


def read(token: str, *, now: datetime) -> PanelInvitation:
    """The open invitation behind a link. Raises Gone, with the reason."""
    rows = PanelInvitation.objects.select_related("call", "invited_by", "accepted_by")
    found = links.find(rows, token)
    links.require_open(found, now)
    return found


def account_of(invitation: PanelInvitation) -> User | None:
    """Whoever has an account with the address already."""
    return User.objects.filter(email__iexact=invitation.email).first()


@transaction.atomic
def join(token: str, *, name: str, about: str, password: str, now: datetime) -> User:
    """Make the account of somebody new, and give them their seat. The address counts as confirmed:
    the link came to it. Raises Gone."""
    invitation = _lock(token, now=now)
    if account_of(invitation):
        raise Gone(_("This address has an account. Log in with it to accept."))
    person = User.objects.create_user(
        invitation.email, password, name=name.strip(), about=about.strip(), role=Role.REVIEWER,
        language=invitation.language,
    )  # fmt: skip
    mark_verified(person)
    audit.record("account.joined_panel", about=person, actor=person, now=now)
    _seat(invitation, person, now=now)
    return person


@transaction.atomic
def accept(token: str, *, user: User, now: datetime) -> Panelist:
    """Give a reviewer who has an account their seat. Raises Gone."""
    invitation = _lock(token, now=now)
    if user.email.casefold() != invitation.email.casefold():
        raise Gone(_("This invitation is for another address. Log in with that one."))
    if not user.is_reviewer:  # the account was made after the invitation
        raise Gone(
            _("Your account is for other work. Ask the fund to invite another address of yours.")
        )
    return _seat(invitation, user, now=now)


def _lock(token: str, *, now: datetime) -> PanelInvitation:
    links.find(PanelInvitation.objects.select_for_update(of=("self",)), token)
    return read(token, now=now)


def _seat(invitation: PanelInvitation, person: User, *, now: datetime) -> Panelist:
    invitation.accepted_at, invitation.accepted_by = now, person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return seating.add(invitation.call, person, actor=person, approves=invitation.approves, now=now)
