"""The language: the URL's, else the account's, else the browser's."""

import pytest
from django.test import Client

from brustart.accounts.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asks_for", "gets"),
    [("nl-BE,nl;q=0.9", "/nl/"), ("fr-BE", "/fr/"), ("en-GB", "/en/"), ("de-DE", "/fr/")],
)
def test_a_browser_is_led_to_its_language(client: Client, asks_for: str, gets: str) -> None:
    answer = client.get("/", headers={"accept-language": asks_for})
    assert (answer.status_code, answer.url) == (302, gets)


def test_an_account_is_led_to_its_own(client: Client) -> None:
    client.force_login(make_user(language="nl"))
    assert client.get("/", headers={"accept-language": "fr"}).url == "/nl/"


def test_the_choice_is_kept_for_mails_and_leads_to_the_same_page(client: Client) -> None:
    user = make_user(language="fr")
    client.force_login(user)
    answer = client.post("/language/", {"language": "nl", "next": "/fr/applications/"})
    assert answer.url == "/nl/applications/"
    assert User.objects.get(pk=user.pk).language == "nl"
    assert client.get("/").url == "/nl/"


def test_signing_up_keeps_the_language_of_the_page(client: Client) -> None:
    fields = {
        "email": "new@example.org",
        "name": "Nele Nieuw",
        "password1": "een lang wachtwoord 2026",
    }
    assert client.post("/nl/account/signup/", fields).status_code == 302
    user = User.objects.get(email="new@example.org")
    assert (user.language, user.name, user.role) == ("nl", "Nele Nieuw", "applicant")
