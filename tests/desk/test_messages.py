"""Messages about a file: who reads them, who writes, what they cost."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import requesting
from applications.models import Application, FileMessage, Membership, Part
from brustart.accounts.models import Role, User
from tests.desk.exchanging import ask, page, write
from tests.factories import make_call, make_empty_draft, make_screened, make_submitted, make_user
from tests.pages import cost, form_data, logged_in

pytestmark = pytest.mark.django_db


def test_messages_stand_on_the_file_for_both_sides_the_newest_last(client: Client) -> None:
    manager, application = make_user(Role.FUND_MANAGER), make_submitted()
    url = reverse("messages", args=[application.pk])
    for user, text in ((application.author, "When do we hear?"), (manager, "Next week.")):
        html = page(client, "file", application.pk, user=user)
        assert f'action="{url}"' in html
        response = client.post(url, {"text": text})
        assert response.url == reverse("file", args=[application.pk]) + "#latest"
    for reader in (application.author, manager, make_user(Role.AUDITOR)):
        html = page(client, "file", application.pk, user=reader)
        assert 0 < html.index("When do we hear?") < html.index('id="latest"')
        assert html.index('id="latest"') < html.index("Next week.")
        assert (f"The fund, by {manager.name}" in html) == reader.oversees
        assert (f'action="{url}"' in html) == (reader.role != Role.AUDITOR)


def test_a_message_that_says_nothing_comes_back_with_a_word(client: Client) -> None:
    application = make_submitted()
    client.force_login(application.author)
    url = reverse("messages", args=[application.pk])
    response = client.post(url, {"text": "  "})
    assert b"Write your message first" in response.content
    response = client.post(url, {"text": "a" * 5_001})
    assert form_data(response)["text"] == ["a" * 5_001]
    assert not FileMessage.objects.exists()


def test_a_reader_reads_and_does_not_write(client: Client) -> None:
    application, reader = make_submitted(), make_user()
    Membership.objects.create(startup=application.startup, user=reader, part=Part.READER)
    write(application, application.author)
    html = page(client, "messages", application.pk, user=reader)
    assert "When do we hear?" in html
    assert "<textarea" not in html
    response = client.post(reverse("messages", args=[application.pk]), {"text": "Me too"})
    assert response.status_code == 409
    assert FileMessage.objects.count() == 1


def test_a_draft_is_spoken_of_and_stays_closed_to_the_fund(client: Client, manager: User) -> None:
    draft = make_empty_draft()
    url = reverse("messages", args=[draft.pk])
    assert client.get(url).status_code == 404
    client.force_login(draft.author)
    assert client.post(url, {"text": "Does a café count?"}).url == f"{url}#latest"
    client.force_login(manager)
    html = page(client, "messages", draft.pk)
    assert "Does a café count?" in html
    assert f'href="{reverse("tasks", args=[draft.pk])}"' not in html
    assert client.post(url, {"text": "It does."}).url == f"{url}#latest"
    assert client.get(reverse("tasks", args=[draft.pk])).status_code == 404
    assert client.get(reverse("file", args=[draft.pk])).status_code == 404


def test_a_guest_needs_an_account_to_write(client: Client) -> None:
    client.post(reverse("begin", args=[make_call().code]))
    draft = Application.objects.get()
    url = reverse("messages", args=[draft.pk])
    assert "you need an account" in page(client, "messages", draft.pk)
    assert client.post(url, {"text": "Hello"}).url == f"{reverse('account_signup')}?next={url}"
    assert not FileMessage.objects.exists()


def test_thirty_messages_and_requests_cost_what_one_costs(client: Client) -> None:
    manager, application = make_user(Role.FUND_MANAGER), make_screened()
    readers = (manager, application.author, make_user(Role.AUDITOR))

    def add(number: int) -> None:
        for turn in range(number):
            write(application, readers[turn % 2], f"Turn {turn}")
            asked = ask(application, manager)
            requesting.take_back(asked, actor=manager, now=timezone.now())

    file, messages = (reverse(name, args=[application.pk]) for name in ("file", "messages"))

    def counts() -> list[int]:
        *writers, auditor = map(logged_in, readers)
        of_writers = [cost(one, file, messages) for one in writers]
        return sum(of_writers, cost(auditor, file))

    add(1)
    one = counts()
    add(29)
    assert counts() == one
    assert max(one) <= 40
