"""Who judges or pays needs a second factor before anything is shown."""

import pytest
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
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    manager = make_user(Role.FUND_MANAGER, is_demo=False)
    TOTP.activate(manager, generate_totp_secret())
    client.force_login(manager)
    assert client.get(reverse("capacity")).status_code == 200


def test_an_applicant_needs_none(client: Client) -> None:
    client.force_login(make_user(Role.APPLICANT, is_demo=False))
    assert client.get(reverse("my_files")).status_code == 200
