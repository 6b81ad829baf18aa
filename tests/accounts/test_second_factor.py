"""Who judges or pays needs a second factor before anything is shown."""

import pytest
from allauth.mfa.totp.internal import auth
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from brustart.accounts.models import Role
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PAGES = {
    Role.REVIEWER: "reviewing",
    Role.FUND_MANAGER: "capacity",
    Role.ADMINISTRATOR: "system",
    Role.AUDITOR: "files",
}


@pytest.mark.parametrize(("role", "page"), PAGES.items())
def test_without_one_nothing_is_shown(client: Client, role: Role, page: str) -> None:
    client.force_login(make_user(role, is_demo=False))
    answer = client.get(reverse(page))
    assert answer.status_code == 302
    assert answer.url == reverse("mfa_index")


def test_demo_accounts_need_none_unless_the_demo_says_so(client: Client, settings) -> None:
    client.force_login(make_user(Role.FUND_MANAGER, is_demo=True))
    assert client.get(reverse("capacity")).status_code == 200
    settings.DEMO_MFA = True
    assert client.get(reverse("capacity")).status_code == 302
    settings.DEMO_MFA, settings.DEMO = False, False
    assert client.get(reverse("capacity")).status_code == 302


def test_with_one_the_page_opens(client: Client) -> None:
    manager = make_user(Role.FUND_MANAGER, is_demo=False)
    TOTP.activate(manager, generate_totp_secret())
    client.force_login(manager)
    assert client.get(reverse("capacity")).status_code == 200


def test_an_applicant_needs_none(client: Client) -> None:
    client.force_login(make_user(Role.APPLICANT, is_demo=False))
    assert client.get(reverse("my_files")).status_code == 200


def test_a_demo_account_can_set_one_up_and_go_on(client: Client, settings) -> None:
    """Nobody there has a password or a confirmed address; neither may stand in the way."""
    settings.DEMO_MFA = True
    manager = make_user(Role.FUND_MANAGER)
    manager.set_unusable_password()
    manager.save()
    client.post(reverse("demo_become"), {"person": manager.pk})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    counter = next(auth.yield_hotp_counters_from_time())
    code = auth.format_hotp_value(auth.hotp_value(secret, counter))
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    assert client.get(reverse("capacity")).status_code == 200
