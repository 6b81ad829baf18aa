"""An applicant's pages: the way through, who may not come, and what each refusal looks like."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from applications import lifecycle
from applications.forms import SECTIONS
from applications.models import Application, Submission
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.fund.models import Call
from tests.factories import (
    complete_answers,
    enterprise_number,
    make_award,
    make_call,
    make_draft,
    make_empty_draft,
    make_proposal,
    make_submitted,
    make_user,
)
from tests.pages import form_data

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> Any:
    with translation.override("en"):
        yield


def signed_in(client: Client, user: User | None = None) -> User:
    user = user or make_user()
    client.force_login(user)
    return user


def test_from_the_call_to_the_receipt(client: Client) -> None:
    call, user = make_call(), signed_in(client)
    response = client.post(reverse("begin", args=[call.code]))
    application = Application.objects.get()
    assert (application.author, application.language) == (user, "en")
    assert response.url == reverse("tasks", args=[application.pk])
    assert b"Not started" in client.get(response.url).content
    for key, answers in complete_answers(timezone.now()).items():
        url = reverse("section", args=[application.pk, key])
        written = {name: str(value) for name, value in answers.items()}
        response = client.post(url, written | {"version": "0", "skills": ["technical"]})
        assert response.status_code == 302, form_data(response)
    assert response.url == reverse("tasks", args=[application.pk])
    check = reverse("check", args=[application.pk])
    assert b"answers are still missing" not in client.get(check).content
    response = client.post(check)
    assert response.url == reverse("received", args=[application.pk])
    page = client.get(response.url).content.decode()
    submission = Submission.objects.get()
    assert submission.receipt in page
    assert submission.sha256 in page
    assert reverse("file", args=[application.pk]) in page
    assert client.post(check).url == reverse("received", args=[application.pk])


def test_saving_goes_on_or_returns(client: Client) -> None:
    application = make_empty_draft()
    signed_in(client, application.author)
    first = reverse("section", args=[application.pk, "startup"])
    assert client.post(first, {"version": 0}).url.endswith("/project/")
    back = client.post(first, {"version": 1, "return": "1"})
    assert back.url == reverse("tasks", args=[application.pk])


def test_beginning_twice_goes_on_with_the_draft(client: Client) -> None:
    call = make_call()
    signed_in(client)
    first = client.post(reverse("begin", args=[call.code]))
    assert client.post(reverse("begin", args=[call.code])).url == first.url
    assert Application.objects.count() == 1


def test_a_call_that_is_closed_cannot_be_begun(client: Client) -> None:
    call = make_call(now=timezone.now() - timedelta(days=60))
    signed_in(client)
    response = client.post(reverse("begin", args=[call.code]), follow=True)
    assert b"This call is not open." in response.content
    assert not Application.objects.exists()


def test_what_is_missing_is_linked_to_its_field(client: Client) -> None:
    application = make_draft(track=None, requested=None)
    signed_in(client, application.author)
    for response in (
        client.get(reverse("check", args=[application.pk])),
        client.post(reverse("check", args=[application.pk])),
    ):
        page = response.content.decode()
        assert f"{reverse('section', args=[application.pk, 'project'])}#id_track_0" in page
        assert f"{reverse('section', args=[application.pk, 'budget'])}#id_requested" in page
    assert response.status_code == 409
    assert not Submission.objects.exists()
    budget = client.get(reverse("section", args=[application.pk, "budget"]))
    assert b'id="id_requested"' in budget.content


def test_every_way_to_change_an_answer_leads_to_its_field(client: Client) -> None:
    application = make_draft()
    signed_in(client, application.author)
    page = client.get(reverse("check", args=[application.pk])).content.decode()
    for key in SECTIONS:
        url = reverse("section", args=[application.pk, key])
        fields = client.get(url).content.decode()
        anchors = [part.split('"')[0] for part in page.split(f'href="{url}#')[1:]]
        assert len(anchors) == len(SECTIONS[key].question_names())
        assert all(f'id="{anchor}"' in fields for anchor in anchors)


def test_the_deadline_is_the_servers(client: Client) -> None:
    application = make_draft(make_call(), now=timezone.now())
    Call.objects.update(closes_at=timezone.now())
    signed_in(client, application.author)
    assert b"This call closed on" in client.get(reverse("tasks", args=[application.pk])).content
    response = client.post(reverse("check", args=[application.pk]))
    assert response.status_code == 409
    assert b"This call is closed. Your draft is kept" in response.content


def test_a_second_file_of_an_enterprise_is_refused_in_words(client: Client) -> None:
    call, number = make_call(), enterprise_number()
    make_submitted(call, enterprise_number=number)
    second = make_draft(call, enterprise_number=number)
    signed_in(client, second.author)
    response = client.post(reverse("check", args=[second.pk]))
    assert response.status_code == 409
    assert b"already has a file in this call" in response.content


def test_the_budget_is_added_up_without_scripts(client: Client) -> None:
    application = make_draft(requested=160_000)
    signed_in(client, application.author)
    page = client.get(reverse("section", args=[application.pk, "budget"])).content.decode()
    assert "€176,000" in page
    assert "90.9%" in page
    assert "€16,000" in page
    assert "data-warning>" in page  # not hidden: more than 70 % is asked


@pytest.mark.parametrize("submitted", [False, True])
def test_withdrawing_names_the_consequence_first(client: Client, submitted: bool) -> None:
    application = make_submitted() if submitted else make_empty_draft()
    signed_in(client, application.author)
    url = reverse("withdraw", args=[application.pk])
    assert "This can’t be undone." in client.get(url).content.decode()
    application.refresh_from_db()
    assert application.state != State.WITHDRAWN
    assert client.post(url, follow=True).redirect_chain == [(reverse("my_files"), 302)]
    application.refresh_from_db()
    assert application.state == State.WITHDRAWN
    assert client.post(url).url == reverse("file", args=[application.pk])


def test_an_awarded_file_stays(client: Client) -> None:
    application = make_award().application
    signed_in(client, application.author)
    response = client.get(reverse("withdraw", args=[application.pk]), follow=True)
    assert b"This file can no longer be withdrawn." in response.content


def test_a_submitted_file_has_no_draft_pages(client: Client) -> None:
    application = make_submitted()
    signed_in(client, application.author)
    file = reverse("file", args=[application.pk])
    assert client.get(reverse("tasks", args=[application.pk])).url == file
    assert client.get(reverse("section", args=[application.pk, "budget"])).url == file


def test_a_draft_has_no_receipt(client: Client) -> None:
    application = make_empty_draft()
    signed_in(client, application.author)
    tasks = reverse("tasks", args=[application.pk])
    assert client.get(reverse("received", args=[application.pk])).url == tasks
    assert client.get(reverse("section", args=[application.pk, "nonsense"])).url == tasks


PAGES = ("tasks", "check", "received", "withdraw")


def own_urls(application: Application) -> list[str]:
    pages = [reverse(name, args=[application.pk]) for name in PAGES]
    return [*pages, reverse("section", args=[application.pk, "budget"])]


def test_nobody_elses_files(client: Client) -> None:
    application = make_empty_draft()
    signed_in(client)
    for url in own_urls(application):
        assert client.get(url).status_code == 404
        assert client.post(url).status_code in {404, 405}
    assert application.reference not in client.get(reverse("my_files")).content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.APPLICANT])
def test_other_roles_do_not_apply(client: Client, role: Role) -> None:
    application = make_empty_draft()
    signed_in(client, make_user(role))
    for url in [*own_urls(application), reverse("my_files")]:
        assert client.get(url).status_code == 403
    assert client.post(reverse("begin", args=[application.call.code])).status_code == 403


def test_strangers_log_in_first(client: Client) -> None:
    application = make_empty_draft()
    for url in own_urls(application):
        assert client.get(url).url.startswith("/en/account/login/?next=")


def test_no_files_yet_shows_the_open_calls(client: Client) -> None:
    signed_in(client)
    assert b"No call is open now" in client.get(reverse("my_files")).content
    listed, hidden = make_call(), make_call(listed=False)
    page = client.get(reverse("my_files")).content.decode()
    assert reverse("call", args=[listed.code]) in page
    assert reverse("call", args=[hidden.code]) not in page


def test_a_proposal_is_not_news_for_the_startup(client: Client) -> None:
    application = make_proposal().application
    signed_in(client, application.author)
    page = client.get(reverse("my_files")).content.decode()
    assert "In review" in page
    assert "Award proposed" not in page


@pytest.mark.parametrize("name", ["my_files"])
def test_queries_do_not_grow_with_the_list(
    client: Client, name: str, django_assert_num_queries: Any
) -> None:
    call, user = make_call(), signed_in(client)
    make_draft(call, user)
    client.get(reverse(name))
    with django_assert_num_queries(6):
        client.get(reverse(name))
    for _more in range(29):
        lifecycle.begin(call=call, author=user, language="fr", now=timezone.now())
    with django_assert_num_queries(6):
        page = client.get(reverse(name)).content.decode()
    assert page.count("BRU-") == 25
    assert "Page 1 of 2" in page
