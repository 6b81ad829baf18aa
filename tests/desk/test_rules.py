"""The page on which a fund manager chooses the rules of a call."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from brustart.accounts.models import Role, User
from brustart.fund.models import Call
from scoring.screening.eligibility import RULES
from scoring.screening.models import RuleSet
from tests import factories
from tests.pages import form_data

pytestmark = pytest.mark.django_db
CHOOSABLE = [rule.name for rule in RULES if not rule.by_law]


@pytest.fixture
def call() -> Call:
    return factories.make_call()


def here(call: Call) -> str:
    return reverse("call_rules", args=[call.code])


def sent(*, without: str = "", **changes: Any) -> dict[str, Any]:
    chosen = [name for name in CHOOSABLE if name != without]
    known = {"version": "0", "rules": chosen, "age_years": "5", "share_percent": "30"}
    return known | changes


def test_it_shows_what_counts_before_anything_is_published(
    client: Client, manager: User, call: Call
) -> None:
    page = client.get(here(call)).content.decode()
    assert "nothing was published for this call alone" in page
    for words in ("Age of the enterprise", "Recommendation 2003/361/EC", "€300,000", "by law"):
        assert words in page
    assert "files handed in before keep the rules of their day" in page
    data = form_data(client.get(here(call)))
    assert data["rules"] == CHOOSABLE
    assert (data["age_years"], data["share_percent"], data["seat_only"]) == (["5"], ["30"], [])


def test_a_version_is_published_and_shown(client: Client, manager: User, call: Call) -> None:
    changes = sent(without="track", age_years="6", share_percent="40", seat_only="on")
    page = client.post(here(call), changes, follow=True).content.decode()
    version = RuleSet.objects.get(call=call)
    assert "Version 1 counts from now on." in page
    assert str(manager) in page
    assert "left out" in page
    assert "Age limit in years: 6" in page
    assert version.figures == {
        "eligibility.age_years": "6",
        "eligibility.cofinancing_share": "0.4",
        "eligibility.seat_only": "1",
    }
    assert "track" not in version.rules
    assert {rule.name for rule in RULES if rule.by_law} <= set(version.rules)


def test_the_page_sends_back_what_counts_and_that_changes_nothing(
    client: Client, manager: User, call: Call
) -> None:
    client.post(here(call), sent(without="size", age_years="6", seat_only="on"))
    data = {name: values for name, values in form_data(client.get(here(call))).items() if values}
    answer = client.post(here(call), data)
    assert answer.status_code == 409
    assert "These rules count already." in answer.content.decode()
    assert RuleSet.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "anchor"),
    [
        ({"age_years": "0"}, "id_age_years"),
        ({"age_years": ""}, "id_age_years"),
        ({"age_years": "11"}, "id_age_years"),
        ({"share_percent": "91"}, "id_share_percent"),
        ({"rules": ["headroom"]}, "id_rules"),
    ],
)
def test_what_is_wrong_is_linked_and_kept(
    client: Client, manager: User, call: Call, changes: dict[str, Any], anchor: str
) -> None:
    page = client.post(here(call), sent(**changes)).content.decode()
    assert f'href="#{anchor}' in page
    assert "<title>Error:" in page
    assert not RuleSet.objects.exists()


def test_a_version_published_meanwhile_is_shown_not_replaced(
    client: Client, manager: User, call: Call
) -> None:
    client.post(here(call), sent(without="size"))
    late = client.post(here(call), sent(without="track"))
    assert late.status_code == 409
    assert "Version 1 was published meanwhile" in late.content.decode()
    data = {name: values for name, values in form_data(late).items() if values}
    assert data["version"] == ["1"]
    assert "track" not in data["rules"]
    assert client.post(here(call), data).status_code == 302
    assert "track" not in RuleSet.objects.get(number=2).rules


def test_the_public_page_says_what_the_call_asks(client: Client, manager: User, call: Call) -> None:
    url = reverse("call", args=[call.code])
    page = client.get(url).content.decode()
    assert f'href="{here(call)}"' in page
    assert "their seat or an active establishment" in page
    changes = sent(without="size", age_years="6", share_percent="40", seat_only="on")
    client.post(here(call), changes)
    page = client.get(url).content.decode()
    assert "less than 6 years old" in page
    assert "with their seat in one of the 19 municipalities" in page
    assert "at most 60" in page
    assert "micro or small" not in page


@pytest.mark.parametrize("role", list(Role))
def test_it_is_for_fund_managers(client: Client, call: Call, role: Role) -> None:
    client.force_login(factories.make_user(role))
    allowed = role == Role.FUND_MANAGER
    assert client.get(here(call)).status_code == (200 if allowed else 403)
    answer = client.post(here(call), sent(without="size"))
    assert answer.status_code == (302 if allowed else 403)
    assert RuleSet.objects.exists() == allowed
