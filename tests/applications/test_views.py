"""An applicant's pages: the way through, who may not come, and what each refusal looks like."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import completeness, lifecycle
from applications.forms import SECTIONS
from applications.models import Application, Submission
from applications.states import State
from brustart.accounts.models import User
from brustart.core.hashing import plain
from brustart.fund.models import Call
from tests.factories import (
    add_documents,
    make_award,
    make_call,
    make_draft,
    make_empty_draft,
    make_proposal,
    make_submitted,
    make_user,
)
from tests.mirabelle import complete_answers, enterprise_number
from tests.pages import form_data, ids, links

pytestmark = pytest.mark.django_db


def signed_in(client: Client, user: User | None = None) -> User:
    user = user or make_user()
    client.force_login(user)
    return user


def test_from_the_call_to_the_receipt(client: Client) -> None:
    """Every page, sent as a browser without scripts would."""
    call, user = make_call(), signed_in(client)
    response = client.post(reverse("begin", args=[call.code]))
    application = Application.objects.get()
    assert (application.author, application.language) == (user, "en")
    assert response.url == reverse("tasks", args=[application.pk])
    assert b"Not started" in client.get(response.url).content
    for key, answers in complete_answers(timezone.now(), track="digital").items():
        if key == "ehealth":
            continue
        url = reverse("section", args=[application.pk, key])
        response = client.post(url, typed(client, url, key, answers))
        while response.url == url:  # the number first, then what follows from it
            response = client.post(url, typed(client, url, key, answers))
        assert response.status_code == 302
    assert response.url == reverse("tasks", args=[application.pk])
    check = reverse("check", args=[application.pk])
    assert b"2 answers are still missing" in client.get(check).content
    add_documents(application, now=timezone.now())
    assert b"still missing" not in client.get(check).content
    response = client.post(check, {"binds_company": "yes"})
    assert response.url == reverse("received", args=[application.pk])
    page = client.get(response.url).content.decode()
    submission = Submission.objects.get()
    assert submission.receipt in page
    assert submission.sha256 in page
    assert reverse("file", args=[application.pk]) in page
    for _again in range(2):
        assert client.post(check, {"binds_company": "yes"}).url == response.url
    assert Submission.objects.count() == 1


def typed(client: Client, url: str, key: str, answers: dict[str, Any]) -> dict[str, Any]:
    """The page's own fields with the answers in them."""
    data = SECTIONS[key].data_for(plain(answers))
    written = {name: value for name, value in data.items() if value is not False}
    return form_data(client.get(url)) | written


def test_saving_goes_on_or_returns(client: Client) -> None:
    application = make_empty_draft()
    signed_in(client, application.author)
    first = reverse("section", args=[application.pk, "project"])
    assert client.post(first, form_data(client.get(first))).url.endswith("/team/")
    back = client.post(first, form_data(client.get(first)) | {"return": "1"})
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
        client.post(reverse("check", args=[application.pk]), {"binds_company": "yes"}),
    ):
        found = links(response)
        assert f"{reverse('section', args=[application.pk, 'project'])}#id_track_0" in found
        assert f"{reverse('section', args=[application.pk, 'budget'])}#id_requested" in found
    assert response.status_code == 409
    assert not Submission.objects.exists()


@pytest.mark.parametrize("kind", ["complete", "empty", "unregistered", "wrong", "ehealth"])
def test_every_way_to_an_answer_leads_to_a_place_that_is_there(client: Client, kind: str) -> None:
    """From the check page to a section's: each change link, and each gap."""
    application = MADE[kind]()
    signed_in(client, application.author)
    check = reverse("check", args=[application.pk])
    pages: dict[str, set[str]] = {}
    own = reverse("tasks", args=[application.pk])
    followed = [link for link in links(client.get(check)) if link.startswith(own)]
    for link in followed:
        url, _, place = link.partition("#")
        if url not in pages:
            pages[url] = set(ids(client.get(url, follow=True)))
        assert not place or place in pages[url], link
    assert len(followed) > 20
    assert len(pages) >= len(completeness.sections_of(application))


def wrong() -> Application:
    """Typed text that is no answer, on the page and in rows; rows with gaps."""
    application = make_draft()
    unread = {"startup": {"enterprise_number": "no"}, "budget": {"cash-0-quarter": "soon"}}
    for key, typed in unread.items():
        application.sections.filter(name=key).update(unread=typed)
    owners = {"owners": [{"name": "Parent", "kind": "enterprise"}]}
    application.sections.filter(name="ownership").update(answers=owners)
    return application


MADE: dict[str, Callable[[], Application]] = {
    "complete": make_draft,
    "empty": make_empty_draft,
    "unregistered": lambda: make_draft(
        enterprise_number=None, founded_on=None, not_registered=True
    ),
    "wrong": wrong,
    "ehealth": lambda: make_draft(track="ehealth"),
}


def test_the_deadline_is_the_servers(client: Client) -> None:
    application = make_draft(make_call(), now=timezone.now())
    Call.objects.update(closes_at=timezone.now())
    signed_in(client, application.author)
    assert b"This call closed on" in client.get(reverse("tasks", args=[application.pk])).content
    response = client.post(reverse("check", args=[application.pk]), {"binds_company": "yes"})
    assert response.status_code == 409
    assert b"This call is closed. Your draft is kept" in response.content


def test_a_second_file_of_an_enterprise_is_refused_in_words(client: Client) -> None:
    call, number = make_call(), enterprise_number()
    make_submitted(call, enterprise_number=number)
    second = make_draft(call, enterprise_number=number)
    signed_in(client, second.author)
    response = client.post(reverse("check", args=[second.pk]), {"binds_company": "yes"})
    assert response.status_code == 409
    assert b"already has a file in this call" in response.content


def test_the_budget_is_added_up_without_scripts(client: Client) -> None:
    application = make_draft(requested=160_000)
    signed_in(client, application.author)
    page = client.get(reverse("section", args=[application.pk, "budget"])).content.decode()
    assert "€176,000" in page
    assert "90.9%" in page
    assert "€16,000" in page
    assert "asks for more than 70% of the costs" in page
    for left in ("€16,000", "€32,000"):  # in the till, quarter by quarter
        assert left in page


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
    assert b"This file can no longer be withdrawn" in response.content


def test_nobody_submits_without_saying_that_they_may(client: Client) -> None:
    application = make_draft()
    signed_in(client, application.author)
    check = reverse("check", args=[application.pk])
    assert form_data(client.get(check))["binds_company"] == []  # a person ticks it
    response = client.post(check)
    assert response.status_code == 409
    assert b"Confirm that you may bind the company" in response.content
    assert not Submission.objects.exists()


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
    for key in ("nonsense", "ehealth", "questions"):  # asked of others, or of nobody
        assert client.get(reverse("section", args=[application.pk, key])).status_code == 404


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
