"""Whether a person's e-mail address is known to be theirs, when they last showed their second
factor, and who need show neither."""

from datetime import UTC, datetime

from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from django.conf import settings
from django.http import HttpRequest

from .models import User


def email_is_verified(user: User) -> bool:
    """Confirmed by a code; in the demo nobody need, as its mails go nowhere."""
    if user.is_demo or (settings.DEMO and not settings.DEMO_MFA):
        return True
    rows = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True)
    return bool(rows.exists())


def proves_nothing(user: User) -> bool:
    """The people of the demo need neither address nor second factor, unless the demo says so."""
    return bool(settings.DEMO and user.is_demo and not settings.DEMO_MFA)


def second_factor_at(request: HttpRequest) -> datetime | None:
    """When this session last showed a second factor; a password entered again is none."""
    shown = [
        one["at"]
        for one in get_authentication_records(request, request.user)
        if one.get("method") == "mfa"
    ]
    return datetime.fromtimestamp(max(shown), UTC) if shown else None


def mark_verified(user: User) -> None:
    """Their address came to show itself: they followed a link that was sent to it."""
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
