"""Becoming a reviewer by a link: an account on the way, one's own words on what one knows."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from brustart.accounts.models import Role, User
from brustart.accounts.verifying import email_is_verified
from brustart.core.models import Mail
from brustart.fund.models import Call
from scoring.review import joining
from scoring.review.models import ConflictOfInterest, PanelInvitation, Panelist
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "a long sentence on wheels"


@pytest.fixture
def manager() -> User:
    return factories.make_user(Role.FUND_MANAGER)


def invite(
    call: Call, actor: User, email: str = "Lena@lab.example", *, approves: bool = False
) -> str:
    """The token of the link in the mail."""
    joining.invite(
        call, email=email, approves=approves, language="nl", actor=actor, now=timezone.now()
    )
    link = re.search(r"/panel/join/([\w-]+)/", Mail.objects.latest("pk").body)
    assert link
    return link[1]


def test_somebody_new_joins_in_one_form(manager: User) -> None:
    call = factories.make_call(panel_size=0)
    token = invite(call, manager, approves=True)
    mail = Mail.objects.get()
    assert (mail.address, mail.language) == ("lena@lab.example", "nl")
    client, url = Client(), reverse("join_panel", args=[token])
    assert call.title in client.get(url).content.decode()
    short = client.post(url, {"name": "Lena Maes", "password": "short"})
    assert short.status_code == 200
    assert "Lena Maes" in short.content.decode()
    assert not Panelist.objects.exists()
    answer = client.post(
        url, {"name": "Lena Maes", "about": "Nurse and engineer", "password": PASSWORD}
    )
    seat = Panelist.objects.select_related("reviewer").get()
    assert answer["Location"] == reverse("expertise", args=[seat.pk])
    person = seat.reviewer
    assert (person.role, person.name, person.language, seat.approves) == (
        Role.REVIEWER, "Lena Maes", "nl", True,
    )  # fmt: skip
    assert email_is_verified(person)
    assert client.session["_auth_user_id"] == str(person.pk)
    invitation = PanelInvitation.objects.get()
    assert invitation.accepted_by == person
    assert Client().post(url, {"name": "X", "password": PASSWORD}).status_code == 410
    assert User.objects.filter(role=Role.REVIEWER).count() == 1


def test_a_reviewer_with_an_account_accepts_with_it(manager: User) -> None:
    call, person = factories.make_call(panel_size=0), factories.make_user(Role.REVIEWER)
    token = invite(call, manager, person.email)
    url, client = reverse("join_panel", args=[token]), Client()
    page = client.get(url).content.decode()
    assert reverse("account_login") in page
    assert "password" not in page
    client.force_login(factories.make_user(Role.REVIEWER))
    client.post(url)
    assert not Panelist.objects.exists()
    client.force_login(person)
    client.post(url)
    assert Panelist.objects.get().reviewer == person


def test_one_person_has_one_role(manager: User) -> None:
    call, applicant = factories.make_call(), factories.make_user()
    with pytest.raises(joining.CannotInvite, match="One person, one role"):
        invite(call, manager, applicant.email)
    with pytest.raises(joining.CannotInvite, match="already"):
        invite(call, manager, factories.panel_of(call)[0].email.upper())
    assert not Mail.objects.exists()


def test_an_account_of_another_role_made_meanwhile_takes_no_seat(manager: User) -> None:
    token = invite(factories.make_call(panel_size=0), manager)
    applicant = factories.make_user(email="lena@lab.example")
    client = Client()
    client.force_login(applicant)
    answer = client.post(reverse("join_panel", args=[token]))
    assert answer.status_code == 409
    assert "Your account is for other work." in answer.content.decode()
    assert not Panelist.objects.exists()


def test_a_newer_link_replaces_the_one_before_and_each_ends(manager: User) -> None:
    call = factories.make_call()
    first, second = invite(call, manager), invite(call, manager)
    now = timezone.now()
    with pytest.raises(joining.Gone, match="newer"):
        joining.read(first, now=now)
    assert joining.read(second, now=now).email == "lena@lab.example"
    with pytest.raises(joining.Gone, match="expired"):
        joining.read(second, now=now + timedelta(days=15))
    with pytest.raises(joining.Gone, match="do not know"):
        joining.read("nonsense", now=now)
    open_one = PanelInvitation.objects.get(revoked_at=None)
    joining.revoke(open_one, actor=manager, now=now)
    with pytest.raises(joining.Gone):
        joining.revoke(open_one, actor=manager, now=now)
    assert Client().get(reverse("join_panel", args=[second])).status_code == 410


def test_who_joins_is_compared_with_the_files_at_once(manager: User) -> None:
    file = factories.make_screened(factories.make_call(panel_size=0))
    person = joining.join(
        invite(file.call, manager), name="Ada Lemmens", about="", password=PASSWORD,
        now=timezone.now(),
    )  # fmt: skip
    assert ConflictOfInterest.objects.get().reviewer == person


def test_the_fund_invites_and_takes_back_on_the_panels_page(manager: User) -> None:
    call, client = factories.make_call(), Client()
    client.force_login(manager)
    url = reverse("panel", args=[call.code])
    data = {"act": "invite", "email": "lena@lab.example", "language": "fr"}
    assert client.post(url, data | {"email": "lena"}).status_code == 422
    assert client.post(url, data)["Location"] == url
    assert "lena@lab.example" in client.get(url).content.decode()
    revoke = reverse("revoke_panel_invitation", args=[PanelInvitation.objects.get().pk])
    assert client.post(revoke)["Location"] == url
    assert "lena@lab.example" not in client.get(url, follow=True).content.decode()


def test_reviewers_say_themselves_what_they_know() -> None:
    file = factories.make_screened()
    person = factories.panel_of(file.call)[0]
    seat = Panelist.objects.get(reviewer=person)
    client, url = Client(), reverse("expertise", args=[seat.pk])
    client.force_login(person)
    assert reverse("expertise", args=[seat.pk]) in client.get(reverse("seats")).content.decode()
    data = {
        "languages": ["fr", "nl"], "topics": ["care"], "capacity": "7", "until": "2030-01-31",
        "enterprises": file.enterprise_number, "approves": "",
    }  # fmt: skip
    wrong = client.post(url, data | {"enterprises": "123"})
    assert wrong.status_code == 200
    assert client.post(url, data)["Location"] == reverse("reviewing")
    seat.refresh_from_db()
    assert (seat.languages, seat.topics, seat.capacity) == (["fr", "nl"], ["care"], 7)
    assert seat.approves  # the fund's to say
    assert seat.enterprises == [file.enterprise_number]
    assert ConflictOfInterest.objects.get().application == file
    other = Client()
    other.force_login(factories.panel_of(file.call)[1])
    assert other.get(url).status_code == 404
