"""What allauth asks of us."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import get_language

STAGES = {
    "allauth.account.stages.EmailVerificationStage": "brustart.accounts.logging_in.AddressStage"
}


class AccountAdapter(DefaultAccountAdapter):
    """Saves the language a person signed up in, and asks for a confirmed address by role."""

    def save_user(self, request: HttpRequest, user, form, commit: bool = True):  # type: ignore[no-untyped-def]
        user.language = (get_language() or "fr")[:2]
        return super().save_user(request, user, form, commit)

    def get_login_stages(self) -> list[str]:
        return [STAGES.get(stage, stage) for stage in super().get_login_stages()]
