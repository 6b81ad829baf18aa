"""Whether a person's e-mail address is known to be theirs, and who need not show it."""

from allauth.account.models import EmailAddress
from django.conf import settings

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
