"""Signing up and logging in: at once for who applies, confirmed first for who judges or pays, and
nothing tells a stranger whose address has an account."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from applications import lifecycle
from brustart.accounts.models import Role, User
from brustart.accounts.verifying import email_is_verified
from tests.factories import make_draft, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "een lang wachtwoord 2026"
EMAIL = "new@example.org"
STAFF = [role for role in Role if role != Role.APPLICANT]


@pytest.fixture(autouse=True)
def unlimited(settings: Any) -> Iterator[None]:
    """How often an address may be tried is counted in the cache, which outlives a test. In the
    demo nobody need confirm an address, so that these are not the demo."""
    settings.DEMO = False
    cache.clear()
    yield
    cache.clear()


def sign_up(client: Client, email: str = EMAIL, onward: str = "") -> Any:
    fields = {"name": "Nele Nieuw", "email": email, "password1": PASSWORD, "next": onward}
    return client.post(reverse("account_signup"), fields)


def log_in(client: Client, email: str = EMAIL, password: str = PASSWORD, onward: str = "") -> Any:
    fields = {"login": email, "password": password, "next": onward}
    return client.post(reverse("account_login"), fields)


def person(role: Role = Role.APPLICANT, *, verified: bool | None = None) -> User:
    """Somebody with a password; None: no address is known to allauth yet."""
    user = make_user(role, email=EMAIL, is_demo=False, password=PASSWORD)
    if verified is not None:
        EmailAddress.objects.create(user=user, email=EMAIL, primary=True, verified=verified)
    return user


def last_code() -> str:
    found = re.search(r"^[A-Z0-9-]{6,}$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found.group()


def logged_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_sign_up_asks_name_address_and_password_in_this_order(client: Client) -> None:
    form = client.get(reverse("account_signup")).context["form"]
    assert list(form.fields) == ["name", "email", "password1"]


def test_a_person_goes_on_at_once_where_they_were_going(client: Client) -> None:
    answer = sign_up(client, onward="/en/programmes/")
    assert answer.url == "/en/programmes/"
    user = User.objects.get(email=EMAIL)
    assert (user.name, user.role) == ("Nele Nieuw", Role.APPLICANT)
    assert client.get(reverse("my_files")).status_code == 200
    assert not email_is_verified(user)
    assert [message.to for message in mail.outbox] == [[EMAIL]]


def test_the_address_is_confirmed_with_the_code_and_leads_back(client: Client) -> None:
    sign_up(client)
    confirm = reverse("confirm_email") + "?next=/en/programmes/"
    code_page = client.get(confirm).url  # the code of the sign-up still works
    assert code_page == reverse("account_email_verification_sent") + "?next=%2Fen%2Fprogrammes%2F"
    assert EMAIL in client.get(code_page).content.decode()
    answer = client.post(code_page, {"code": last_code(), "next": "/en/programmes/"})
    assert answer.url == "/en/programmes/"
    assert email_is_verified(User.objects.get(email=EMAIL))
    assert client.get(confirm).url == "/en/programmes/"


@pytest.mark.parametrize("known", [None, False])
def test_a_code_can_be_asked_for_whenever_the_address_is_not_confirmed(
    client: Client, known: bool | None
) -> None:
    user = person(verified=known)
    client.force_login(user)
    page = client.get(reverse("confirm_email")).content.decode()
    assert EMAIL in page
    assert not mail.outbox  # looking sends nothing
    code_page = client.post(reverse("confirm_email"), {"next": "/en/programmes/"}).url
    assert client.post(code_page, {"code": "WRONG1"}).status_code == 200
    client.post(code_page, {"code": last_code()})
    assert email_is_verified(user)


def test_the_page_leads_nowhere_else(client: Client) -> None:
    client.force_login(person(verified=True))
    assert client.get(reverse("confirm_email") + "?next=https://evil.example/").url == "/en/home/"


def test_another_address_replaces_the_mistyped_one_once_confirmed(client: Client) -> None:
    sign_up(client, email="mistyped@example.org")
    page = client.get(reverse("account_email")).content.decode()
    assert "Not confirmed" in page
    assert " style=" not in page
    cache.clear()
    client.post(reverse("account_email"), {"email": EMAIL, "action_add": ""})
    user = User.objects.get()
    assert user.email == "mistyped@example.org"
    client.post(reverse("account_email_verification_sent"), {"code": last_code()})
    user.refresh_from_db()
    assert user.email == EMAIL
    assert email_is_verified(user)
    assert EmailAddress.objects.count() == 1


def test_without_a_confirmed_address_nothing_is_handed_in(client: Client) -> None:
    sign_up(client)
    user = User.objects.get(email=EMAIL)
    application = make_draft(author=user)
    with pytest.raises(lifecycle.NotAuthorised, match="Confirm your e-mail address"):
        lifecycle.submit(application, actor=user, now=application.created_at)


@pytest.mark.parametrize("password", [PASSWORD, "a wrong password"])
@pytest.mark.parametrize("verified", [True, False, None])
def test_an_applicant_logs_in_with_the_password_alone(
    client: Client, password: str, verified: bool | None
) -> None:
    person(verified=verified)
    answer = log_in(client, password=password, onward="/en/programmes/")
    assert logged_in(client) is (password == PASSWORD)
    if logged_in(client):
        assert answer.url == "/en/programmes/"
        assert not mail.outbox


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.parametrize("verified", [False, None])
def test_who_judges_or_pays_confirms_the_address_first(
    client: Client, role: Role, verified: bool | None
) -> None:
    user = person(role, verified=verified)
    answer = log_in(client, onward="/en/programmes/")
    assert answer.url == reverse("account_email_verification_sent")
    assert not logged_in(client)
    answer = client.post(answer.url, {"code": last_code()})
    assert answer.url == "/en/programmes/"
    assert logged_in(client)
    assert email_is_verified(user)


@pytest.mark.parametrize("role", STAFF)
def test_and_needs_the_second_factor_with_password_or_code(client: Client, role: Role) -> None:
    user = person(role, verified=True)
    TOTP.activate(user, generate_totp_secret())
    assert log_in(client).url == reverse("mfa_authenticate")
    assert not logged_in(client)
    other = Client()
    answer = other.post(reverse("account_request_login_code"), {"email": EMAIL})
    answer = other.post(answer.url, {"code": last_code()})
    assert answer.url == reverse("mfa_authenticate")
    assert not logged_in(other)


@pytest.mark.parametrize("role", list(Role))
def test_no_second_factor_before_the_address_is_confirmed(client: Client, role: Role) -> None:
    client.force_login(person(role, verified=False))
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        assert client.get(reverse(name)).url == reverse("mfa_index")


def test_a_code_by_mail_replaces_the_password(client: Client) -> None:
    person(verified=True)
    page = client.get(reverse("account_login") + "?next=/en/programmes/").content.decode()
    ask = reverse("account_request_login_code") + "?next=%2Fen%2Fprogrammes%2F"
    assert ask in page
    assert reverse("account_signup") + "?next=%2Fen%2Fprogrammes%2F" in page
    assert 'id="passkey_login"' in page
    code_page = client.post(ask, {"email": EMAIL, "next": "/en/programmes/"}).url
    assert 'name="next" value="/en/programmes/"' in client.get(code_page).content.decode()
    answer = client.post(code_page, {"code": last_code(), "next": "/en/programmes/"})
    assert answer.url == "/en/programmes/"
    assert logged_in(client)


def test_whoever_took_somebodys_address_does_not_keep_a_way_into_their_account() -> None:
    """Logging in by code would confirm the address, and leave the stranger's password in force."""
    sign_up(Client(), email=EMAIL)
    mail.outbox.clear()
    code_page = Client().post(reverse("account_request_login_code"), {"email": EMAIL}).url
    assert code_page == reverse("account_confirm_login_code")
    assert "choose a new one" in mail.outbox[-1].body
    assert not re.search(r"^[A-Z0-9-]{6,}$", str(mail.outbox[-1].body), re.MULTILINE)
    assert not email_is_verified(User.objects.get(email=EMAIL))


def seen(answer: Any, client: Client) -> tuple[int, str, str]:
    """What a stranger is told: status, address, and the page there without tokens."""
    where = answer.headers.get("Location", "")
    page = (client.get(where) if where else answer).content.decode()
    return answer.status_code, where, re.sub(r'value="[A-Za-z0-9]{64}"', "", page)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("account_login", {"login": EMAIL, "password": "a wrong password"}),
        ("account_request_login_code", {"email": EMAIL}),
        ("account_reset_password", {"email": EMAIL}),
    ],
)
def test_no_page_tells_whether_an_address_has_an_account(name: str, fields: Any) -> None:
    stranger = Client()
    without = seen(stranger.post(reverse(name), fields), stranger)
    person(verified=True)
    cache.clear()
    stranger = Client()
    assert seen(stranger.post(reverse(name), fields), stranger) == without


def test_signing_up_with_a_taken_address_says_so_by_mail_alone(client: Client) -> None:
    owner = person(verified=True)
    answer = sign_up(client, onward="/en/programmes/")
    assert answer.url == reverse("account_email_verification_sent")
    page = client.get(answer.url).content.decode()
    assert "We have sent a message with a code" in " ".join(page.split())
    assert client.post(answer.url, {"code": "ABCDEF"}).status_code == 200
    assert not logged_in(client)
    assert User.objects.count() == 1
    assert owner.check_password(PASSWORD)
    assert mail.outbox[-1].to == [EMAIL]
    assert "There is one already" in mail.outbox[-1].body
    assert reverse("account_reset_password") in mail.outbox[-1].body


def test_a_pretended_code_does_not_stand_in_the_way_of_the_real_one(client: Client) -> None:
    person(verified=False)
    sign_up(client)
    assert not logged_in(client)
    cache.clear()
    client.post(reverse("account_logout"))
    log_in(client)
    assert client.get(reverse("confirm_email")).status_code == 200


def test_the_mail_with_the_code_is_ours(client: Client) -> None:
    sign_up(client)
    assert mail.outbox[0].subject == f"Your code: {last_code()}"
    assert reverse("confirm_email") in mail.outbox[0].body
    assert mail.outbox[0].body.rstrip().endswith("Brustart")


def test_the_demos_people_confirm_nothing_unless_the_demo_says_so(settings: Any) -> None:
    settings.DEMO = True
    make_user(Role.AUDITOR, email=EMAIL, password=PASSWORD)
    at_once, asked = Client(), Client()
    log_in(at_once)
    assert logged_in(at_once)
    settings.DEMO_MFA = True
    assert log_in(asked).url == reverse("account_email_verification_sent")
    assert not logged_in(asked)
