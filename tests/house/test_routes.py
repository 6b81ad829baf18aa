"""Every route says for whom it is, and lets in exactly those."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation

from brustart.accounts.access import Audience, AudienceMiddleware
from brustart.accounts.models import Role
from tests.factories import make_user

Route = tuple[str, URLPattern]


def routes(resolver: URLResolver, prefix: str = "") -> Iterator[Route]:
    """Every pattern with its whole address."""
    for entry in resolver.url_patterns:
        address = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from routes(entry, address)
        else:
            yield address, entry


ALL = list(routes(get_resolver()))
PLAIN = [route for route in ALL if not route[1].pattern.regex.groups and "(" not in route[0]]


def test_every_route_declares_its_audience() -> None:
    silent = [address for address, entry in ALL if not hasattr(entry.callback, "audience")]
    assert len(ALL) > 50
    assert silent == []


def test_a_route_without_an_audience_is_refused_even_to_an_administrator() -> None:
    def silent(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    with pytest.raises(PermissionDenied):
        AudienceMiddleware(silent).process_view(request, silent, (), {})


@pytest.mark.django_db
@pytest.mark.parametrize("role", [None, *Role])
def test_each_route_lets_in_whom_it_declares(role: Role | None) -> None:
    user = make_user(role) if role else None
    with translation.override("fr"):  # as the addresses in PLAIN
        login = reverse("account_login")
    for address, entry in PLAIN:
        client = Client()
        if user:
            client.force_login(user)
        audience: Audience = entry.callback.audience
        response = client.get(f"/{address}")
        to_login = response.status_code == 302 and response.url.startswith(login)
        if audience is Audience.PUBLIC:
            judged_inside = "/account/" in address  # allauth's pages look at the person themselves
            assert response.status_code in {200, 302, 404, 405} | (
                {403} if judged_inside else set()
            ), address
        elif role is None:
            assert to_login, address
        elif role in audience.value:
            assert not to_login, address
            assert response.status_code in {200, 302, 405}, address
        else:
            assert response.status_code == 403, address
