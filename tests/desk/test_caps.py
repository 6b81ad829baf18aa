"""The page of a cap: who asks, who answers, and what it says when it cannot be."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from brustart.accounts.models import Role, User
from brustart.fund import accounts, capping, ledger
from brustart.fund.models import CapChange, Envelope
from tests.factories import make_envelope, make_user

pytestmark = pytest.mark.django_db
URL = "/en/envelopes/brustart/cap/"


@pytest.fixture
def envelope() -> Envelope:
    return make_envelope(1_000_000)


@pytest.fixture
def second() -> Client:
    """Another fund manager's browser."""
    client = Client()
    client.force_login(make_user(Role.FUND_MANAGER))
    return client


def ask(client: Client, cap: str, reason: str = "The budget grew."):
    return client.post(URL, {"act": "ask", "cap": cap, "reason": reason})


def answer(client: Client, act: str, **data: str):
    return client.post(URL, {"act": act, "change": CapChange.objects.latest("pk").pk, **data})


def cap(envelope: Envelope) -> Decimal:
    envelope.account.refresh_from_db()
    return envelope.account.cap


def test_two_people_raise_a_cap(
    client: Client, manager: User, second: Client, envelope: Envelope
) -> None:
    assert ask(client, "1,250,000").url == URL
    mine, theirs = (one.get(URL).content.decode() for one in (client, second))
    assert 'value="confirm"' not in mine
    assert 'value="take_back"' in mine
    assert 'value="take_back"' not in theirs
    assert "Confirm the cap of €1,250,000" in theirs
    assert answer(client, "confirm").status_code == 409
    assert cap(envelope) == 1_000_000
    assert answer(second, "confirm").url == URL
    assert cap(envelope) == 1_250_000
    page = client.get(URL).content.decode()
    assert "+€250,000" in page
    assert 'value="ask"' in page


def test_under_what_is_committed_the_page_says_the_numbers(
    client: Client, manager: User, envelope: Envelope
) -> None:
    account = accounts.open_award_account(envelope.account, asked=Decimal(600_000))
    ledger.commit(account, Decimal(600_000), actor=None, now=timezone.now(), reference="award")
    response = ask(client, "599,999.99")
    assert response.status_code == 409
    page = response.content.decode()
    assert "The cap cannot become €599,999.99: €600,000 is committed already." in page
    assert 'value="599,999.99"' in page  # what was typed stays
    assert not CapChange.objects.exists()


def test_a_refusal_needs_its_reason(
    client: Client, manager: User, second: Client, envelope: Envelope
) -> None:
    ask(client, "900000")
    response = answer(second, "refuse", **{"no-reason": ""})
    assert response.status_code == 200
    assert "Give the reason of your refusal." in response.content.decode()
    assert answer(second, "refuse", **{"no-reason": "Not in this budget."}).url == URL
    assert "Not in this budget." in client.get(URL).content.decode()
    assert cap(envelope) == 1_000_000


def test_who_asked_takes_it_back(client: Client, manager: User, envelope: Envelope) -> None:
    ask(client, "900000")
    assert answer(client, "take_back").url == URL
    assert "taken back" in client.get(URL).content.decode()


def test_what_is_missing_is_said_beside_it(
    client: Client, manager: User, envelope: Envelope
) -> None:
    page = ask(client, "", reason="").content.decode()
    assert "Write the new cap." in page
    assert "Give the reason of the change." in page


def test_a_change_of_another_envelope_is_not_answered_here(
    client: Client, manager: User, envelope: Envelope
) -> None:
    other = make_envelope(500_000, code="other")
    capping.ask(
        other.account, Decimal(1), reason="More.", actor=make_user(Role.FUND_MANAGER),
        now=timezone.now(),
    )  # fmt: skip
    assert answer(client, "confirm").status_code == 404
    assert client.post(URL, {"act": "confirm", "change": "x"}).status_code == 404
    assert client.post(URL, {}).status_code == 404
    assert cap(other) == 500_000


@pytest.mark.parametrize("role", [*Role])
def test_only_fund_managers_come_here(client: Client, envelope: Envelope, role: Role) -> None:
    client.force_login(make_user(role))
    assert client.get(URL).status_code == (200 if role == Role.FUND_MANAGER else 403)
    assert client.get("/en/envelopes/nothing/cap/").status_code in {403, 404}


def test_thirty_changes_cost_what_one_costs(
    client: Client, manager: User, envelope: Envelope
) -> None:
    def change() -> None:
        one, other = make_user(Role.FUND_MANAGER), make_user(Role.FUND_MANAGER)
        asked = capping.ask(
            envelope.account, Decimal(1), reason="More.", actor=one, now=timezone.now()
        )
        capping.confirm(asked, actor=other, now=timezone.now())

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("cap", args=["brustart"])).status_code == 200
        return len(queries)

    change()
    one = count()
    for _change in range(29):
        change()
    assert count() == one
    assert one <= 14
