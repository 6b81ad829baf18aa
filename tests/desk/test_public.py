"""The pages for everybody: the fund, a call, the programmes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from brustart.accounts.models import Role
from brustart.fund.models import Programme
from tests.factories import (
    make_award,
    make_call,
    make_envelope,
    make_proposal,
    make_reviewed,
    make_screened,
    make_submitted,
    make_user,
)

pytestmark = pytest.mark.django_db


def shown(client: Client, name: str, *args: str, language: str = "en") -> str:
    with translation.override(language):
        response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_the_front_page_is_kind_before_there_is_a_fund(client: Client) -> None:
    assert "No call is open now" in shown(client, "front")


def test_the_front_page_shows_what_is_left_and_the_way_in(client: Client) -> None:
    call = make_call()
    make_award(make_reviewed(make_screened(call)), amount=100_000)
    make_proposal(make_reviewed(make_screened(call)), amount=90_000)
    page = shown(client, "front")
    assert "€3,900,000 of €4,000,000 is left" in page
    assert "€90,000" not in page  # proposals are not public
    assert reverse("call", args=[call.code]).removeprefix("/fr") in page
    assert "30 days left" in page


def test_only_listed_open_calls_of_brustart_are_announced(client: Client) -> None:
    now = timezone.now()
    past = make_call(now=now - timedelta(days=60))
    hidden = make_call(listed=False)
    elsewhere = make_call(envelope=make_envelope(1000, code="other"))
    soon = make_call(now=now + timedelta(days=10))
    page = shown(client, "front")
    for call in (past, hidden, elsewhere):
        assert f"/calls/{call.code}/" not in page
    assert f"/calls/{soon.code}/" in page
    assert "opens soon" in page


def test_a_call_says_what_it_asks(client: Client) -> None:
    page = shown(client, "call", make_call().code)
    for words in ("€25,000", "€250,000", "less than 5 years", "at most 70%", "€300,000", "25%"):
        assert words in page
    assert page.count("btn-start") == 1


def test_the_one_way_in_fits_the_reader(client: Client) -> None:
    call = make_call()
    next_page = f"?next=/en/calls/{call.code}/"
    page = shown(client, "call", call.code)
    assert f"/en/account/signup/{next_page}" in page
    assert f"/en/account/login/{next_page}" in page
    applicant = make_user()
    client.force_login(applicant)
    assert f"/en/applications/begin/{call.code}/" in shown(client, "call", call.code)
    make_submitted(call, applicant)
    page = shown(client, "call", call.code)
    assert "Your file in this call" in page
    assert "btn-start" not in page
    client.force_login(make_user(Role.REVIEWER))
    assert "btn-start" not in shown(client, "call", call.code)


@pytest.mark.parametrize(
    ("days", "words"), [(-60, "This call closed on"), (5, "You can apply from")]
)
def test_outside_its_dates_a_call_says_so(client: Client, days: int, words: str) -> None:
    page = shown(client, "call", make_call(now=timezone.now() + timedelta(days=days)).code)
    assert words in page
    assert "btn-start" not in page


def test_no_such_call(client: Client) -> None:
    assert client.get("/en/calls/nonsense/").status_code == 404


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_programmes_are_as_announced(client: Client, language: str) -> None:
    page = shown(client, "programmes", language=language)
    for programme in Programme.objects.all():
        assert getattr(programme, f"name_{language}").replace("&", "&amp;") in page
    assert Programme.objects.get(code="brustart").announced == Decimal(4_000_000)


def test_nothing_is_guessed_about_programmes(client: Client) -> None:
    page = shown(client, "programmes")
    silent = Programme.objects.filter(announced=None).count()
    assert silent == 4
    assert page.count(">not stated<") == silent
    assert "almost €6,000,000" in page
    assert "€700,000 of the €13,400,000 is not broken down" in page
    assert 'href="/en/"' in page
