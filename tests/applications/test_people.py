"""The pages about a startup's people: by part, by role, without a script, however many they are."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications import inviting, lifecycle
from applications.models import Application, Invitation, Membership, Part, Startup
from brustart.accounts.models import Role, User
from brustart.core.models import Mail
from tests.applications.test_inviting import token_in
from tests.factories import make_call, make_empty_draft, make_submitted, make_user

pytestmark = pytest.mark.django_db
EMAIL = "new@example.org"
STAFF = [role for role in Role if role != Role.APPLICANT]


@pytest.fixture
def draft() -> Application:
    return make_empty_draft()


@pytest.fixture
def startup(draft: Application) -> Startup:
    return draft.startup


@pytest.fixture
def owner(draft: Application) -> User:
    assert draft.author
    return draft.author


def join(startup: Startup, part: Part = Part.EDITOR) -> Membership:
    return Membership.objects.create(startup=startup, user=make_user(), part=part)


def invited(startup: Startup, owner: User, email: str = EMAIL) -> str:
    now = timezone.now()
    inviting.invite(startup, email=email, part=Part.ACCOUNTANT, actor=owner, now=now)
    return token_in(Mail.objects.latest("pk"))


def people(startup: Startup) -> str:
    return reverse("people", args=[startup.pk])


def shown(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def said(client: Client, url: str, **fields: Any) -> str:
    """Where the act leads, with what the page says about it."""
    return client.post(url, fields, follow=True).content.decode()


def test_a_person_sees_their_startups_each_with_its_files(
    client: Client, draft: Application, owner: User
) -> None:
    other = make_submitted()
    Membership.objects.create(startup=other.startup, user=owner, part=Part.READER)
    client.force_login(owner)
    page = shown(client, reverse("startups"))
    assert "Owner</strong>: writes in every section, submits, withdraws and invites" in page
    assert "Reader</strong>: reads everything, and changes nothing" in page
    for link in (
        reverse("tasks", args=[draft.pk]),
        reverse("file", args=[other.pk]),
        people(draft.startup),
        people(other.startup),
    ):
        assert f'href="{link}"' in page


def test_an_accountant_is_not_told_what_became_of_a_file(client: Client) -> None:
    file = make_submitted()
    client.force_login(join(file.startup, Part.ACCOUNTANT).user)
    page = shown(client, reverse("startups"))
    assert file.title in page
    assert reverse("file", args=[file.pk]) not in page
    assert "Submitted" not in page


def test_without_one_the_page_says_how_to_get_one(client: Client) -> None:
    client.force_login(make_user())
    assert "You work for no startup yet" in shown(client, reverse("startups"))


@pytest.mark.parametrize("part", list(Part))
def test_everybody_of_it_sees_who_may_do_what(client: Client, startup: Startup, part: Part) -> None:
    member = join(startup, part)
    client.force_login(member.user)
    page = shown(client, people(startup))
    assert member.user.email in page
    assert str(inviting.MAY[part]) in page
    may_decide = part == Part.OWNER
    assert ("Send the invitation" in page) is may_decide
    assert ('name="part"' in page) is may_decide
    assert "Leave this startup" in page


def test_owners_see_whom_they_invited_and_until_when(
    client: Client, startup: Startup, owner: User
) -> None:
    token = invited(startup, owner)
    client.force_login(owner)
    page = shown(client, people(startup))
    assert EMAIL in page
    assert "the link works until" in page
    assert "Take back" in page
    assert token not in page
    client.force_login(join(startup, Part.READER).user)
    page = shown(client, people(startup))
    assert EMAIL in page
    assert "Take back" not in page


def test_a_link_that_no_longer_works_is_not_listed(
    client: Client, startup: Startup, owner: User
) -> None:
    invited(startup, owner)
    Invitation.objects.update(expires_at=timezone.now())
    client.force_login(owner)
    assert EMAIL not in shown(client, people(startup))


def test_inviting(client: Client, startup: Startup, owner: User) -> None:
    client.force_login(owner)
    page = said(client, people(startup), email=EMAIL, part="reader")
    assert f"We write to {EMAIL}" in page
    assert Invitation.objects.get().part == Part.READER


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"email": "no address", "part": "reader"}, 200), ({"email": EMAIL, "part": "king"}, 200)],
)
def test_a_wrong_form_says_what_is_wrong(
    client: Client, startup: Startup, owner: User, fields: Any, status: int
) -> None:
    client.force_login(owner)
    response = client.post(people(startup), fields)
    assert response.status_code == status
    assert "There is a problem" in response.content.decode()
    assert not Invitation.objects.exists()


def test_a_refusal_keeps_what_was_typed(client: Client, startup: Startup, owner: User) -> None:
    member = join(startup)
    client.force_login(owner)
    response = client.post(people(startup), {"email": member.user.email, "part": "reader"})
    assert response.status_code == 409
    page = response.content.decode()
    assert "already works on these files" in page
    assert f'value="{member.user.email}"' in page


def test_who_has_not_confirmed_their_address_is_led_there_first(
    client: Client, startup: Startup, owner: User, settings: Any
) -> None:
    settings.DEMO = False
    User.objects.filter(pk=owner.pk).update(is_demo=False)
    client.force_login(owner)
    page = shown(client, people(startup))
    assert f"{reverse('confirm_email')}?next={people(startup)}" in page
    assert "Send the invitation" not in page
    assert client.post(people(startup), {"email": EMAIL, "part": "reader"}).status_code == 409


def test_changing_taking_off_and_taking_back(client: Client, startup: Startup, owner: User) -> None:
    member = join(startup)
    invited(startup, owner)
    client.force_login(owner)
    url = reverse("change_part", args=[member.pk])
    assert "is now: Accountant." in said(client, url, part="accountant")
    member.refresh_from_db()
    assert member.part == Part.ACCOUNTANT
    assert client.post(url, {"part": "king"}).status_code == 404
    page = said(client, reverse("remove_member", args=[member.pk]))
    assert "no longer works on these files" in page
    assert startup.memberships.count() == 1
    page = said(client, reverse("revoke", args=[Invitation.objects.get().pk]))
    assert "is taken back" in page
    assert Invitation.objects.get().revoked_at


def test_the_last_owner_is_told_why_they_stay(
    client: Client, startup: Startup, owner: User
) -> None:
    client.force_login(owner)
    page = said(client, reverse("leave", args=[startup.pk]))
    assert "Make somebody else an owner first" in page
    assert startup.memberships.count() == 1


def test_leaving_leads_to_the_startups_that_are_left(client: Client, startup: Startup) -> None:
    member = join(startup)
    client.force_login(member.user)
    response = client.post(reverse("leave", args=[startup.pk]))
    assert response.url == reverse("startups")
    assert client.get(people(startup)).status_code == 404


def acts_on(startup: Startup, owner: User) -> list[str]:
    member = join(startup)
    invited(startup, owner, f"{member.pk}@example.org")
    return [
        reverse("change_part", args=[member.pk]),
        reverse("remove_member", args=[member.pk]),
        reverse("revoke", args=[Invitation.objects.latest("pk").pk]),
        reverse("leave", args=[startup.pk]),
    ]


@pytest.mark.parametrize("part", [part for part in Part if part != Part.OWNER])
def test_other_parts_cannot_decide_by_hand_either(
    client: Client, startup: Startup, owner: User, part: Part
) -> None:
    urls = acts_on(startup, owner)[:3]
    client.force_login(join(startup, part).user)
    for url in urls:
        assert "Only an owner of the startup" in said(client, url, part="owner")
    assert client.post(people(startup), {"email": EMAIL, "part": "owner"}).status_code == 409
    assert startup.memberships.filter(part=Part.OWNER).count() == 1
    assert not Invitation.objects.exclude(revoked_at=None).exists()


def test_to_everybody_else_it_does_not_exist(client: Client, startup: Startup, owner: User) -> None:
    urls = acts_on(startup, owner)
    before = (startup.memberships.count(), Invitation.objects.filter(revoked_at=None).count())
    client.force_login(make_empty_draft().author)  # type: ignore[arg-type]
    assert client.get(people(startup)).status_code == 404
    for url in [people(startup), *urls]:
        assert client.post(url, {"part": "owner"}).status_code == 404
    for role in STAFF:
        client.force_login(make_user(role))
        for url in [reverse("startups"), people(startup)]:
            assert client.get(url).status_code == 403
        for url in urls:
            assert client.post(url, {"part": "owner"}).status_code == 403
    client.logout()
    for url in [reverse("startups"), people(startup)]:
        assert client.get(url).url == f"{reverse('account_login')}?next={url}"
    assert before == (
        startup.memberships.count(),
        Invitation.objects.filter(revoked_at=None).count(),
    )


def test_acts_are_not_done_by_looking(client: Client, startup: Startup, owner: User) -> None:
    client.force_login(owner)
    for url in acts_on(startup, owner):
        assert client.get(url).status_code == 405


def test_the_link_explains_and_leads_through_the_sign_up_and_back(
    client: Client, startup: Startup, owner: User
) -> None:
    url = reverse("invitation", args=[invited(startup, owner)])
    page = shown(client, url)
    assert f"{owner} invites you" in page
    assert "sees and fills in “Size and health” and “Budget”" in page
    assert f"{reverse('account_signup')}?email=new%40example.org&amp;next={url}" in page
    assert f"{reverse('account_login')}?next={url}" in page
    assert client.post(url).status_code == 200  # nobody accepts for nobody
    form = client.get(f"{reverse('account_signup')}?email=new%40example.org&next={url}")
    assert 'value="new@example.org"' in form.content.decode()
    fields = {"name": "Nele", "email": EMAIL, "password1": "een lang wachtwoord 2026"}
    assert client.post(reverse("account_signup"), {**fields, "next": url}).url == url
    assert f"You are logged in with {EMAIL}" in shown(client, url)
    assert client.post(url).url == people(startup)
    assert "Accountant" in shown(client, people(startup))


def test_a_used_link_says_so(client: Client, startup: Startup, owner: User) -> None:
    token = invited(startup, owner)
    inviting.accept(token, user=make_user(), now=timezone.now())
    client.force_login(make_user())
    url = reverse("invitation", args=[token])
    for response in (client.get(url), client.post(url)):
        assert response.status_code == 409
        assert "accepted already" in response.content.decode()
    assert startup.memberships.count() == 2


@pytest.mark.parametrize("role", STAFF)
def test_who_works_at_the_fund_cannot_accept(
    client: Client, startup: Startup, owner: User, role: Role
) -> None:
    url = reverse("invitation", args=[invited(startup, owner)])
    client.force_login(make_user(role))
    assert "Startups’ people have accounts of their own" in shown(client, url)
    assert client.post(url).status_code == 409
    assert startup.memberships.count() == 1


def test_a_second_startup_is_chosen_on_the_calls_page(
    client: Client, startup: Startup, owner: User
) -> None:
    call = make_call()
    url = reverse("call", args=[call.code])
    client.force_login(owner)
    page = shown(client, url)
    assert f'<input type="hidden" name="startup" value="{startup.pk}">' in page
    other = make_empty_draft().startup
    member = Membership.objects.create(startup=other, user=owner, part=Part.ACCOUNTANT)
    assert "<select" not in shown(client, url)  # an accountant begins nothing
    Membership.objects.filter(pk=member.pk).update(part=Part.EDITOR)
    page = shown(client, url)
    assert f'<option value="{other.pk}">' in page
    assert f'<option value="{startup.pk}">' in page
    client.post(reverse("begin", args=[call.code]), {"startup": other.pk})
    assert Application.objects.get(call=call).startup == other
    page = shown(client, url)
    assert "Go on with your draft" in page
    assert f'<input type="hidden" name="startup" value="{startup.pk}">' in page
    client.post(reverse("begin", args=[call.code]), {"another": "1"})
    newest = Application.objects.filter(call=call).latest("pk")
    assert newest.startup not in (startup, other)


def test_nobody_begins_for_a_startup_that_is_not_theirs(client: Client, startup: Startup) -> None:
    call = make_call()
    client.force_login(make_user())
    answer = client.post(reverse("begin", args=[call.code]), {"startup": startup.pk})
    assert answer.status_code == 404
    assert not Application.objects.filter(call=call).exists()


def test_my_files_lead_to_the_people(client: Client, startup: Startup, owner: User) -> None:
    client.force_login(owner)
    page = shown(client, reverse("my_files"))
    assert f'href="{people(startup)}"' in page
    assert f'href="{reverse("startups")}"' in page


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as found:
        shown(client, url)
    return len(found)


def test_thirty_people_cost_what_one_costs(client: Client, startup: Startup, owner: User) -> None:
    client.force_login(owner)
    urls = [people(startup), reverse("startups"), reverse("call", args=[make_call().code])]
    invited(startup, owner)
    for url in urls:
        shown(client, url)
    one = [queries(client, url) for url in urls]
    for number in range(29):
        join(startup)
        if number < 19:
            invited(startup, owner, f"{number}@example.org")
        file = make_empty_draft(author=owner)
        lifecycle.begin(
            call=file.call, author=owner, startup=startup, language="en", now=timezone.now()
        )
    assert [queries(client, url) for url in urls] == one
    assert max(one) <= 9
