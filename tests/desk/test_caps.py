"""The page of a cap: who asks, who answers, and what it says when it cannot be."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications.models import Track
from brustart.accounts.models import Role, User
from brustart.desk import owing
from brustart.fund import accounts, capping, ledger
from brustart.fund.models import CapChange, Envelope, EnvelopePart
from tests.factories import make_call, make_envelope, make_user
from tests.fund.changing import open_part, set_cap

pytestmark = pytest.mark.django_db
URL = "/en/envelopes/brustart/cap/"
EHEALTH = "/en/envelopes/brustart/cap/ehealth/"


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
        other, Decimal(1), reason="Less.", actor=make_user(Role.FUND_MANAGER), now=timezone.now()
    )
    assert answer(client, "confirm").status_code == 404
    assert client.post(URL, {"act": "confirm", "change": "x"}).status_code == 404
    assert client.post(URL, {}).status_code == 404
    assert cap(other) == 500_000


@pytest.mark.parametrize("url", [URL, EHEALTH])
@pytest.mark.parametrize("role", [*Role])
def test_fund_managers_change_a_cap_and_auditors_read_it(
    client: Client, envelope: Envelope, role: Role, url: str
) -> None:
    manages, reads = role == Role.FUND_MANAGER, role in {Role.FUND_MANAGER, Role.AUDITOR}
    client.force_login(make_user(role))
    page = client.get(url)
    assert page.status_code == (200 if reads else 403)
    assert ('value="ask"' in page.content.decode()) is manages
    asked = client.post(url, {"act": "ask", "cap": "900000", "reason": "Less."})
    assert asked.status_code == (302 if manages else 403)
    assert CapChange.objects.exists() is manages
    assert client.get("/en/envelopes/nothing/cap/").status_code == (404 if reads else 403)


def test_an_auditor_sees_what_waits_and_what_was_changed(
    client: Client, manager: User, second: Client, envelope: Envelope
) -> None:
    ask(client, "1250000")
    answer(second, "confirm")
    ask(client, "1100000", "A part went elsewhere.")
    client.force_login(make_user(Role.AUDITOR))
    main = client.get(URL).content.decode().partition("<main")[2].partition("</main>")[0]
    assert "A part went elsewhere." in main
    assert "+€250,000" in main
    assert "<form" not in main
    assert answer(client, "confirm").status_code == 403
    assert cap(envelope) == 1_250_000


def test_two_people_give_a_track_a_cap_of_its_own(
    client: Client, manager: User, second: Client, envelope: Envelope
) -> None:
    assert "no cap of its own" in client.get(EHEALTH).content.decode()
    assert not EnvelopePart.objects.exists()
    form = {"act": "ask", "cap": "1,000,001", "reason": "Two budgets."}
    over = client.post(EHEALTH, form)
    assert over.status_code == 409
    assert "leave at most €1,000,000" in over.content.decode()
    assert client.post(EHEALTH, {**form, "cap": "300000"}).url == EHEALTH
    assert "waits for a second person" in client.get(URL).content.decode()
    change = str(CapChange.objects.get().pk)
    assert second.post(URL, {"act": "confirm", "change": change}).status_code == 404
    assert second.post(EHEALTH, {"act": "confirm", "change": change}).url == EHEALTH
    assert accounts.part_of(envelope, Track.EHEALTH).account.cap == 300_000
    rows = {one.label: one for one in client.get(URL).context["tracks"]}
    assert (rows["E-health"].is_open, rows["Digital"].is_open) == (True, False)
    assert rows["E-health"].capacity.left == 300_000
    assert client.get("/en/envelopes/brustart/cap/biotech/").status_code == 404


def test_what_waits_for_another_is_due_and_has_its_way(
    client: Client, manager: User, second: Client, envelope: Envelope
) -> None:
    ask(client, "1250000")
    client.post(EHEALTH, {"act": "ask", "cap": "300000", "reason": "Two budgets."})
    other = User.objects.exclude(pk=manager.pk).get()
    due = {one.url: str(one.label) for one in owing.owed(other, timezone.localdate())}
    assert set(due) == {
        reverse("cap", args=["brustart"]),
        reverse("cap", args=["brustart", "ehealth"]),
    }
    assert any("Brustart – E-health" in label for label in due.values())
    assert list(owing.owed(manager, timezone.localdate())) == []


def test_thirty_changes_cost_what_one_costs(
    client: Client, manager: User, envelope: Envelope
) -> None:
    def change() -> None:
        one, other = make_user(Role.FUND_MANAGER), make_user(Role.FUND_MANAGER)
        asked = capping.ask(
            envelope, cap(envelope) + 1, reason="More.", actor=one, now=timezone.now()
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
    assert one <= 16


def test_the_capacity_page_shows_the_parts_and_hears_of_their_caps(
    client: Client, manager: User, envelope: Envelope
) -> None:
    make_call(envelope=envelope)

    def look() -> tuple[str, str, int]:
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("capacity_live"))
        return page["ETag"], page.content.decode(), len(queries)

    before, page, asked = look()
    assert 'href="/en/envelopes/brustart/cap/#tracks"' in page
    assert EHEALTH not in page
    part = open_part(envelope, Track.EHEALTH, 300_000)
    opened, page, _asked = look()
    assert f'<a href="{EHEALTH}">E-health</a>' in page
    assert "€300,000" in page
    set_cap(part, 250_000)
    lowered, page, asked_now = look()
    assert len({before, opened, lowered}) == 3
    assert asked_now <= asked + 2  # its balances and its proposals
