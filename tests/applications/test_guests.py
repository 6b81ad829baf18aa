"""A draft before the account: kept in one browser, and under the account once there is one."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import guests
from applications.models import Application, Membership, Part, TimelineEntry
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.fund.models import Call
from tests.factories import make_call, make_empty_draft, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "een lang wachtwoord 2026"
STAFF = [role for role in Role if role != Role.APPLICANT]


@pytest.fixture(autouse=True)
def unlimited() -> None:
    cache.clear()


@pytest.fixture
def call() -> Call:
    return make_call()


@pytest.fixture
def draft(client: Client, call: Call) -> Application:
    """Begun by nobody in particular, with a title."""
    answer = client.post(reverse("begin", args=[call.code]))
    draft = Application.objects.get()
    assert answer.url == tasks(draft)
    title = {"title": "Rounds on time", "version": "0"}
    assert client.post(reverse("section", args=[draft.pk, "project"]), title).status_code == 302
    return draft


def tasks(draft: Application) -> str:
    return reverse("tasks", args=[draft.pk])


def sign_up(client: Client, onward: str) -> Any:
    fields = {"name": "Nele", "email": "nele@example.org", "password1": PASSWORD, "next": onward}
    return client.post(reverse("account_signup"), fields)


def assert_theirs(client: Client, draft: Application, user: User) -> None:
    draft.refresh_from_db()
    assert draft.author == user
    assert draft.title == "Rounds on time"
    membership = Membership.objects.get()
    assert (membership.user, membership.part) == (user, Part.OWNER)
    assert membership.startup == draft.startup
    assert guests.KEY not in client.session
    kinds = list(TimelineEntry.objects.values_list("kind", flat=True))
    assert kinds == ["created", "adopted"]
    assert str(draft) in str(client.get(reverse("my_files")).context["lines"][0].application)


def test_the_calls_page_begins_a_draft_at_once(client: Client, call: Call) -> None:
    page = client.get(reverse("call", args=[call.code])).content.decode()
    assert reverse("begin", args=[call.code]) in page
    assert "You need no account to begin" in page
    assert "kept in this browser for 14 days" in page
    assert "Go on with your draft" not in page


def test_it_is_still_there_when_they_come_back(
    client: Client, call: Call, draft: Application
) -> None:
    page = client.get(reverse("call", args=[call.code])).content.decode()
    assert f'href="{tasks(draft)}"' in page
    assert "Go on with your draft" in page
    assert client.get(tasks(draft)).status_code == 200
    section = client.get(reverse("section", args=[draft.pk, "project"])).content.decode()
    assert "Rounds on time" in section
    assert client.post(reverse("begin", args=[call.code])).url == tasks(draft)
    assert (draft.author, draft.state) == (None, State.DRAFT)
    assert not Membership.objects.exists()


def test_it_is_theirs_once_they_sign_up(client: Client, draft: Application) -> None:
    answer = sign_up(client, tasks(draft))
    assert answer.url == tasks(draft)
    assert client.get(answer.url).status_code == 200
    assert_theirs(client, draft, User.objects.get(email="nele@example.org"))


def test_handing_in_leads_through_the_sign_up_and_back(client: Client, draft: Application) -> None:
    check = reverse("check", args=[draft.pk])
    answer = client.post(check)
    assert answer.url == f"{reverse('account_signup')}?next={check}"
    assert sign_up(client, check).url == check
    assert client.get(check).status_code == 200
    assert client.post(check).status_code == 409  # answers are missing


@pytest.mark.parametrize("by_code", [False, True])
def test_it_is_theirs_once_they_log_in(client: Client, draft: Application, by_code: bool) -> None:
    user = make_user(email="nele@example.org", password=PASSWORD, is_demo=False)
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    if by_code:
        page = client.post(reverse("account_request_login_code"), {"email": user.email}).url
        code = mail.outbox[-1].subject.removeprefix("Your code: ")
        answer = client.post(page, {"code": code, "next": tasks(draft)})
    else:
        fields = {"login": user.email, "password": PASSWORD, "next": tasks(draft)}
        answer = client.post(reverse("account_login"), fields)
    assert answer.url == tasks(draft)
    assert client.get(answer.url).status_code == 200
    assert_theirs(client, draft, user)


def test_a_taken_address_leaves_it_in_the_browser(client: Client, draft: Application) -> None:
    make_user(email="nele@example.org", password=PASSWORD, is_demo=False)
    client.get(sign_up(client, tasks(draft)).url)
    assert client.get(tasks(draft)).status_code == 200
    draft.refresh_from_db()
    assert draft.author is None


def urls(draft: Application) -> list[str]:
    pages = [reverse(name, args=[draft.pk]) for name in ("tasks", "check", "withdraw")]
    return [*pages, reverse("section", args=[draft.pk, "project"])]


def test_another_browser_knows_nothing_of_it(draft: Application) -> None:
    stranger = Client()
    for url in urls(draft):
        assert stranger.get(url).url == f"{reverse('account_login')}?next={url}"
    for url in urls(draft)[1:]:
        assert stranger.post(url).url == f"{reverse('account_login')}?next={url}"
    call = reverse("call", args=[draft.call.code])
    assert "Go on with your draft" not in stranger.get(call).content.decode()
    stranger.force_login(make_user())
    for url in urls(draft):
        assert stranger.get(url).status_code == 404
    draft.refresh_from_db()
    assert draft.title == "Rounds on time"


def test_a_browser_with_a_draft_of_its_own_sees_no_other(
    client: Client, call: Call, draft: Application
) -> None:
    other = Client()
    assert other.post(reverse("begin", args=[call.code])).url != tasks(draft)
    assert other.get(tasks(draft)).url.startswith(reverse("account_login"))
    owned = make_empty_draft(call)
    assert client.get(tasks(owned)).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("role", STAFF)
def test_who_judges_or_pays_does_not_take_it(
    client: Client, draft: Application, role: Role
) -> None:
    client.force_login(make_user(role))
    assert client.get(tasks(draft)).status_code in {403, 404}
    page = client.get(reverse("call", args=[draft.call.code])).content.decode()
    assert "Startups apply with an account of their own" in page
    assert reverse("begin", args=[draft.call.code]) not in page
    draft.refresh_from_db()
    assert draft.author is None
    assert not Membership.objects.exists()


def test_after_logging_out_nothing_is_left_in_the_browser(
    client: Client, draft: Application
) -> None:
    sign_up(client, tasks(draft))
    client.get(tasks(draft))
    client.post(reverse("account_logout"))
    assert client.get(tasks(draft)).url.startswith(reverse("account_login"))


def test_a_closed_call_begins_nothing(client: Client) -> None:
    call = make_call(now=timezone.now() - timedelta(days=60))
    client.post(reverse("begin", args=[call.code]))
    assert not Application.objects.exists()
    assert guests.KEY not in client.session
