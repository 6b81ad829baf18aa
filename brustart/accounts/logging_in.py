"""Logging in: whose address must be confirmed first, and who gets a code by mail."""

from typing import Any

from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.forms import RequestLoginCodeForm
from allauth.account.stages import EmailVerificationStage
from allauth.account.utils import has_verified_email

from .models import User
from .verifying import proves_nothing


class AddressStage(EmailVerificationStage):
    """Startups' people go on at once, and confirm their address before they hand in a file;
    everybody else confirms it first. Without a user this is allauth's pretended login of somebody
    whose address has an account already: it looks like waiting for a code."""

    def handle(self) -> Any:
        user = self.login.user
        if isinstance(user, User) and (user.is_applicant or proves_nothing(user)):
            self.login.email_verification = EmailVerificationMethod.OPTIONAL
        return super().handle()


class RequestCodeForm(RequestLoginCodeForm):
    """A code goes to a confirmed address alone. It would confirm the address, and whoever signed
    up with somebody else's would keep the password to what is now that person's account."""

    _user: User | None

    def clean_email(self) -> str:
        email: str = super().clean_email()
        if self._user and not has_verified_email(self._user, email):
            self._user = None
        return email
