"""Saving a section: what was typed comes back unchanged, and nothing is overwritten unseen."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from applications import drafting, lifecycle
from applications.forms import SECTIONS, BudgetForm
from applications.models import Application, Section
from tests.factories import complete_answers, make_draft, make_empty_draft
from tests.pages import form_data

pytestmark = pytest.mark.django_db

EMOJI = "Rondes 🚲👩🏽‍⚕️ «à l’heure» – 25 % <b>&amp;</b>"
RTL = "عربي \u202bמעורב\u202c with English"
LONG = "\n".join(["\n", "é" * 4000, "", "  indented", "-" * 4000])
WRITTEN = {"fr": "25 000,50", "nl": "25.000,50", "en": "25,000.50"}
TEXTS = {"title": EMOJI, "summary": RTL, "problem": LONG.strip(), "solution": RTL, "market": EMOJI}


def answers(application: Application, key: str) -> dict[str, Any]:
    return Section.objects.get(application=application, name=key).answers


def page(client: Client, application: Application, key: str, language: str) -> str:
    client.force_login(application.author)
    with translation.override(language):
        return reverse("section", args=[application.pk, key])


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
@pytest.mark.parametrize("key", list(SECTIONS))
def test_each_page_sends_back_exactly_what_is_saved(
    client: Client, key: str, language: str
) -> None:
    application = make_draft(
        requested=Decimal("1234567.80"), turnover=Decimal("1000.00"), staff=Decimal("1234.25"),
        jobs_in_region=1000, startup_name=EMOJI, street=RTL, **TEXTS,
    )  # fmt: skip
    before = answers(application, key)
    url = page(client, application, key, language)
    sent = form_data(client.get(url))
    assert client.post(url, sent).status_code == 302
    after = answers(application, key)
    assert typed(key, after) == typed(key, before)
    assert Section.objects.get(application=application, name=key).version == 2


def typed(key: str, stored: dict[str, Any]) -> dict[str, Any]:
    """Stored answers as values, so that 1000.00 is 1000."""
    return SECTIONS[key].values(stored)


@pytest.mark.parametrize(("language", "written"), WRITTEN.items())
def test_amounts_are_read_and_shown_as_the_language_writes_them(
    client: Client, language: str, written: str
) -> None:
    application = make_empty_draft()
    url = page(client, application, "budget", language)
    client.post(url, {"version": 0, "requested": written})
    assert answers(application, "budget")["requested"] == "25000.50"
    shown = form_data(client.get(url))["requested"][0]
    assert shown.replace("\xa0", " ") == written


@pytest.mark.parametrize(
    ("language", "written", "read"),
    [
        ("fr", "25.000", "25000.00"),
        ("fr", "25\u202f000,5 €", "25000.50"),
        ("fr", "25000.50", "25000.50"),
        ("nl", "25 000", "25000.00"),
        ("nl", "1.000.000,00", "1000000.00"),
        ("nl", "25000.50", "25000.50"),
        ("en", "25000,50", "25000.50"),
        ("en", "€ 25,000", "25000.00"),
        ("en", "25 000.5", "25000.50"),
    ],
)
def test_other_habits_are_understood(language: str, written: str, read: str) -> None:
    with translation.override(language):
        form = BudgetForm({"requested": written})
        assert form.is_valid()
        assert form.answers() == {"requested": read}


@pytest.mark.parametrize(
    ("language", "written"),
    [("fr", "25,000"), ("nl", "25,000"), ("en", "25.000"), ("en", "25.000,50"),
     ("nl", "25,000.50"), ("fr", "1.00.000"), ("fr", "25k"), ("en", "-5"), ("nl", "NaN")],
)  # fmt: skip
def test_what_could_mean_two_things_is_asked_again(
    client: Client, language: str, written: str
) -> None:
    application = make_empty_draft()
    url = page(client, application, "budget", language)
    response = client.post(url, {"version": 0, "requested": written, "other": "12"})
    assert response.status_code == 200
    assert form_data(response)["requested"] == [written]
    assert b'href="#id_requested"' in response.content
    assert not Section.objects.exists()


def test_a_draft_may_leave_everything_empty(client: Client) -> None:
    application = make_empty_draft()
    for key in SECTIONS:
        url = page(client, application, key, "fr")
        assert client.post(url, form_data(client.get(url))).status_code == 302
    assert Section.objects.filter(application=application, version=1).count() == len(SECTIONS)


def test_an_answer_can_be_taken_back() -> None:
    application = make_draft()
    form = SECTIONS["budget"]({})
    assert form.is_valid()
    drafting.save_section(application, form, begun_from=1, now=timezone.now())
    application.refresh_from_db()
    assert answers(application, "budget") == {}
    assert application.requested is None


def test_lists_repeat_what_they_need() -> None:
    application = make_draft(title="Heure juste", requested=Decimal("75000.00"))
    startup = application.startup
    startup.refresh_from_db()
    assert (application.title, application.track) == ("Heure juste", "ehealth")
    assert application.requested == Decimal("75000.00")
    assert startup.name == "Mirabelle"
    assert len(startup.enterprise_number) == 10


def test_a_stale_save_overwrites_nothing_and_shows_both_texts(client: Client) -> None:
    application = make_draft(title="Saved by a colleague")
    url = page(client, application, "project", "en")
    mine = form_data(client.get(url)) | {"title": ["My own title"], "version": ["0"]}
    response = client.post(url, mine)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Saved by a colleague" in text
    assert form_data(response)["title"] == ["My own title"]
    assert answers(application, "project")["title"] == "Saved by a colleague"
    again = form_data(response)
    assert again["version"] == ["1"]
    assert client.post(url, again).status_code == 302
    assert answers(application, "project")["title"] == "My own title"


def test_a_submitted_file_keeps_its_answers(client: Client) -> None:
    application = make_draft(title="As handed in")
    url = page(client, application, "project", "en")
    sent = form_data(client.get(url)) | {"title": ["Too late"]}
    lifecycle.submit(application, actor=application.author, now=timezone.now())
    response = client.post(url, sent)
    assert response.status_code == 409
    assert form_data(response)["title"] == ["Too late"]
    assert answers(application, "project")["title"] == "As handed in"


def test_values_come_back_as_python_values() -> None:
    given = complete_answers(timezone.now())
    for key, form_class in SECTIONS.items():
        form = form_class(given[key])
        assert form.is_valid(), form.errors
        assert form_class.values(form.answers()) == given[key]
