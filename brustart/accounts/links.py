"""Links sent by mail that let somebody in once: what invitations have in common. Only the hash of a
link is kept."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from brustart.core.errors import Refused

from .models import User

VALID = timedelta(days=14)


class Gone(Refused):
    """The link is unknown, used, taken back or too old."""


class Link(models.Model):
    """Open until it expires, is used or is taken back."""

    email = models.EmailField(gettext_lazy("e-mail address"))
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def is_open(self, now: datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and now < self.expires_at


AnyLink = TypeVar("AnyLink", bound=Link)
NOT_USED = models.Q(accepted_at=None, revoked_at=None)


def issue(*, actor: User, now: datetime) -> tuple[str, dict[str, Any]]:
    """A new token for a mail, and the columns of the row behind it."""
    token = secrets.token_urlsafe(32)
    return token, {
        "token_hash": _hash(token),
        "invited_by": actor,
        "invited_at": now,
        "expires_at": now + VALID,
    }


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find(rows: models.QuerySet[AnyLink], token: str) -> AnyLink:
    """The row behind a link, whatever became of it. Raises Gone."""
    found = rows.filter(token_hash=_hash(token)).first()
    if found is None:
        raise Gone(_("We do not know this link. Take it from the message as a whole."))
    return found


def require_open(link: Link, now: datetime) -> None:
    """Raises Gone, with the reason."""
    if link.accepted_at:
        raise Gone(_("This invitation has been accepted already. It works once."))
    if link.revoked_at:
        raise Gone(_("This invitation was taken back, or a newer one was sent to you."))
    if not link.is_open(now):
        raise Gone(_("This invitation has expired. Ask for another one."))


def revoke(rows: models.QuerySet[AnyLink], *, now: datetime) -> None:
    """Take back what is not used yet. Raises Gone."""
    if not rows.filter(NOT_USED).update(revoked_at=now):
        raise Gone(_("This invitation is used or taken back already. Nothing was changed."))
