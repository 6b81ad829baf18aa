"""Drafts begun before there is an account: they belong to the browser's session, and to the
person who signs up or logs in from it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from brustart.accounts.models import Role, User

from . import lifecycle
from .models import Application

KEY = "drafts"


def remember(request: HttpRequest, application: Application) -> None:
    """Let this browser come back to a draft without an author."""
    request.session[KEY] = [*request.session.get(KEY, []), application.pk]
    request.user.drafts = frozenset(request.session[KEY])  # type: ignore[union-attr]


class GuestDrafts:
    """Tells a guest's drafts to the policies, and gives them to the account once there is one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if drafts := request.session.get(KEY):
            self._hand_over(request, drafts)
        return self.get_response(request)

    def _hand_over(self, request: HttpRequest, drafts: list[int]) -> None:
        user = request.user
        if not isinstance(user, User):
            user.drafts = frozenset(drafts)  # type: ignore[attr-defined]
        elif user.role == Role.APPLICANT:
            lifecycle.adopt(drafts, user=user, now=timezone.now())
            del request.session[KEY]
