"""Leave to hand in late, and files that came on paper."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import extending
from applications.models import (
    Application,
    Extension,
)
from brustart.accounts.models import User
from tests.desk.exchanging import in_two_months, page
from tests.factories import (
    make_call,
    make_empty_draft,
    make_screened,
)
from tests.pages import form_data

pytestmark = pytest.mark.django_db


def test_an_extension_is_granted_after_reading_whose_draft_it_is(
    client: Client, manager: User
) -> None:
    draft = make_empty_draft()
    draft.startup.name = "Rondaline"
    draft.startup.save()
    url = reverse("extensions", args=[draft.call.code])
    sent: dict[str, Any] = {
        "reference": draft.reference,
        "reason": "The director is ill.",
        "until": in_two_months(),
    }
    response = client.post(url, sent)
    assert not Extension.objects.exists()
    assert b"Rondaline" in response.content
    confirmed = form_data(response)
    assert {name: value[0] for name, value in confirmed.items()} == sent
    assert client.post(url, confirmed | {"granted": "yes"}).url == url
    extension = Extension.objects.get()
    assert extension.application == draft
    assert timezone.localtime(extension.until).hour == 17
    html = page(client, "extensions", draft.call.code)
    assert "not used yet" in html
    assert draft.reference in html
    again = client.post(url, confirmed | {"granted": "yes"})
    assert again.status_code == 409
    assert b"has an extension already" in again.content


def test_a_number_that_is_no_draft_of_the_call_is_said_beside_the_field(
    client: Client, manager: User
) -> None:
    elsewhere = make_empty_draft()
    url = reverse("extensions", args=[make_call().code])
    sent = {"reference": elsewhere.reference, "reason": "Ill", "until": in_two_months()}
    response = client.post(url, sent)
    assert b"No draft of this call has this number" in response.content
    assert b"#id_reference" in response.content


def test_the_list_of_extensions_says_which_were_used(client: Client, manager: User) -> None:
    call, now = make_call(), timezone.now()
    used, over = make_empty_draft(call), make_empty_draft(call)
    until = call.closes_at + timedelta(days=1)
    for draft in (used, over):
        extending.grant(draft, until=until, reason="Ill", actor=manager, now=now)
    Extension.objects.filter(application=used).update(used_at=now)
    Extension.objects.filter(application=over).update(until=now - timedelta(days=1))
    html = page(client, "extensions", call.code)
    assert "not used, over" in html
    assert "not used yet" not in html
    assert html.count("tag-good") == 1


def test_a_file_on_paper_is_begun_gone_on_with_and_called_so(client: Client, manager: User) -> None:
    call = make_call()
    url = reverse("paper", args=[call.code])
    today = timezone.localdate().isoformat()
    sent = {"startup_name": "Mirabelle", "received_on": today, "language": "nl"}
    response = client.post(url, sent)
    file = Application.objects.get()
    tasks = reverse("tasks", args=[file.pk])
    assert response.url == tasks
    assert (file.language, file.author, str(file.startup)) == ("nl", manager, "Mirabelle")
    assert client.get(tasks).status_code == 200
    assert f'href="{tasks}"' in page(client, "paper", call.code)
    html = page(client, "file", file.pk)
    assert "Entered from paper" in html
    assert f'href="{tasks}"' in html


def test_paper_that_came_too_late_is_refused_in_words(client: Client, manager: User) -> None:
    call = make_call(now=timezone.now() - timedelta(days=60))
    today = timezone.localdate().isoformat()
    sent = {"startup_name": "Mirabelle", "received_on": today, "language": "nl"}
    response = client.post(reverse("paper", args=[call.code]), sent)
    assert response.status_code == 409
    assert b"On paper the day of arrival counts" in response.content
    assert not Application.objects.exists()


def test_the_list_of_files_says_which_came_on_paper(client: Client, manager: User) -> None:
    application = make_screened()
    assert "Entered from paper" not in page(client, "files")
    Application.objects.update(paper_received_on=timezone.localdate())
    assert "Entered from paper" in page(client, "files")
    assert "entered from paper" in page(client, "capacity")
    assert "Entered from paper" in page(client, "file", application.pk)
