"""Who works on a startup's files: invited by mail, given another part, taken out, gone.

Each act locks the startup first, so that two at once cannot leave it without an owner.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from brustart.accounts import links
from brustart.accounts.links import NOT_USED, Gone
from brustart.accounts.models import User
from brustart.accounts.verifying import email_is_verified
from brustart.core import audit, mail
from brustart.core.errors import Refused

from .models import Invitation, Membership, Part, Startup

A_DAY, MOST_A_DAY = timedelta(days=1), 20  # the portal writes to whatever address it is given

MAY: dict[str, Promise] = {
    Part.OWNER: gettext_lazy("writes in every section, submits, withdraws and invites people"),
    Part.EDITOR: gettext_lazy("writes in every section, and does not submit"),
    Part.READER: gettext_lazy("reads everything, and changes nothing"),
    Part.ACCOUNTANT: gettext_lazy(
        "sees and fills in “Size and health” and “Budget”, and nothing else"
    ),
}


class NotAllowed(Refused):
    """Owners alone say who works on the files, and applicants alone do."""


class AlreadyMember(Refused):
    """The person works on the startup's files."""


class TooMany(Refused):
    """More invitations in a day than a team needs."""


class LastOwner(Refused):
    """A startup keeps an owner."""


@transaction.atomic
def invite(startup: Startup, *, email: str, part: str, actor: User, now: datetime) -> Invitation:
    """Send a link to somebody who is to work on the startup's files; it replaces the one that
    the address has. Raises NotAllowed, AlreadyMember, TooMany."""
    _lock(startup)
    _require_owner(startup, actor)
    if not email_is_verified(actor):
        raise NotAllowed(_("Confirm your own e-mail address first. Nobody was invited."))
    email = email.strip().lower()
    if _members(startup).filter(user__email__iexact=email).exists():
        raise AlreadyMember(_("%(email)s already works on these files.") % {"email": email})
    if startup.invitations.filter(invited_at__gt=now - A_DAY).count() >= MOST_A_DAY:
        raise TooMany(_("You have invited many people today. Invite the next one tomorrow."))
    startup.invitations.filter(NOT_USED, email__iexact=email).update(revoked_at=now)
    token, columns = links.issue(actor=actor, now=now)
    invitation = Invitation.objects.create(startup=startup, email=email, part=Part(part), **columns)
    _record("invited", startup, actor, now, invitation=invitation.pk, part=part)
    _write(invitation, token, now=now)
    return invitation


def _write(invitation: Invitation, token: str, *, now: datetime) -> None:
    """To the account that has the address, in its language; else in the inviter's."""
    account = User.objects.filter(email__iexact=invitation.email, is_active=True).first()
    mail.write(
        "invitation",
        to=account or invitation.email,
        about=invitation,
        now=now,
        language=account.language if account else invitation.invited_by.language,
        invitation=invitation,
        may=MAY[invitation.part],
        token=token,
    )


def read(token: str, *, now: datetime) -> Invitation:
    """The open invitation behind a link. Raises Gone, with the reason."""
    invitation = _find(token)
    links.require_open(invitation, now)
    return invitation


@transaction.atomic
def accept(token: str, *, user: User, now: datetime) -> Membership:
    """Give the person the part that the link offers. Whoever has the link got the mail or was
    given it, so the address may be another; a second click finds the first one's membership.
    Raises Gone, NotAllowed, AlreadyMember."""
    _lock(_find(token).startup)
    invitation = _find(token)  # as it is now that nobody else can change it
    membership = _members(invitation.startup).filter(user=user).first()
    if membership and invitation.accepted_by == user:
        return membership
    links.require_open(invitation, now)
    if not user.is_applicant:
        raise NotAllowed(
            _("Your account is for work at the fund. Accept with an account of your own.")
        )
    if membership:
        raise AlreadyMember(_("You work on these files already. Nothing was changed."))
    invitation.accepted_at, invitation.accepted_by = now, user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    part = invitation.part
    _record("joined", invitation.startup, user, now, invitation=invitation.pk, part=part)
    return Membership.objects.create(startup=invitation.startup, user=user, part=part)


@transaction.atomic
def revoke(invitation: Invitation, *, actor: User, now: datetime) -> None:
    """Take an invitation back: its link no longer works. Raises NotAllowed, Gone."""
    startup = invitation.startup
    _lock(startup)
    _require_owner(startup, actor)
    links.revoke(startup.invitations.filter(pk=invitation.pk), now=now)
    _record("invitation_revoked", startup, actor, now, invitation=invitation.pk)


@transaction.atomic
def change_part(membership: Membership, *, part: str, actor: User, now: datetime) -> Membership:
    """Let a person do more or less. Raises NotAllowed, Gone, LastOwner."""
    current = _for_change(membership, actor)
    if part != Part.OWNER:
        _require_another_owner(current)
    before, current.part = current.part, Part(part)
    current.save(update_fields=["part"])
    _record(
        "part_changed", current.startup, actor, now,
        user=current.user_id, part=current.part, before=before,
    )  # fmt: skip
    return current


@transaction.atomic
def remove(membership: Membership, *, actor: User, now: datetime) -> None:
    """Take a person off the startup's files. Raises NotAllowed, Gone, LastOwner."""
    _end(_for_change(membership, actor), "member_removed", actor=actor, now=now)


@transaction.atomic
def leave(startup: Startup, *, actor: User, now: datetime) -> None:
    """Go, and keep nothing of the startup's files. Raises Gone, LastOwner."""
    _lock(startup)
    membership = _members(startup).filter(user=actor).first()
    if membership is None:
        raise Gone(_("You have left already."))
    _end(membership, "member_left", actor=actor, now=now)


def _end(membership: Membership, act: str, *, actor: User, now: datetime) -> None:
    _require_another_owner(membership)
    membership.delete()
    _record(act, membership.startup, actor, now, user=membership.user_id, part=membership.part)


def _for_change(membership: Membership, actor: User) -> Membership:
    """The membership as it is now, its startup locked."""
    _lock(membership.startup)
    _require_owner(membership.startup, actor)
    current = _members(membership.startup).filter(pk=membership.pk).first()
    if current is None:
        raise Gone(_("This person no longer works on these files. Nothing was changed."))
    return current


def _lock(startup: Startup) -> None:
    Startup.objects.select_for_update(no_key=True).get(pk=startup.pk)


def _members(startup: Startup) -> QuerySet[Membership]:
    return Membership.objects.filter(startup=startup).select_related("startup")


def _require_owner(startup: Startup, actor: User) -> None:
    if not _members(startup).filter(user=actor, part=Part.OWNER).exists():
        raise NotAllowed(_("Only an owner of the startup can do this. Nothing was changed."))


def _require_another_owner(membership: Membership) -> None:
    """Raise LastOwner if without this one there would be none."""
    if membership.part != Part.OWNER:
        return
    owners = _members(membership.startup).filter(part=Part.OWNER)
    if not owners.exclude(pk=membership.pk).exists():
        raise LastOwner(
            _("The startup would be left without an owner. Make somebody else an owner first.")
        )


def _find(token: str) -> Invitation:
    return links.find(
        Invitation.objects.select_related("startup", "invited_by", "accepted_by"), token
    )


def _record(
    act: str, startup: Startup, actor: User, now: datetime, **details: str | int | None
) -> None:
    audit.record(f"startup.{act}", about=startup, actor=actor, now=now, **details)
