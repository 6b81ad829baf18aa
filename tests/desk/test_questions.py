"""The page on which a fund manager writes a call's own questions."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import publishing
from applications.models import FormVersion
from brustart.accounts.models import Role, User
from brustart.fund.models import Call
from tests import factories
from tests.pages import form_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def call() -> Call:
    return factories.make_call()


def here(call: Call) -> str:
    return reverse("call_questions", args=[call.code])


def row(at: int, label: str = "Who pays", **changes: str) -> dict[str, str]:
    """A question as typed into one row of the page."""
    typed = {f"label_{code}": f"{label} {code}" for code in publishing.LANGUAGES}
    typed |= {"kind": "text", "track": "", "choices": "", **changes}
    return {f"form-{at}-{name}": value for name, value in typed.items()}


def sent(*rows: dict[str, str], version: int = 0, existing: int = 0) -> dict[str, Any]:
    counts = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": existing, "version": version}
    return {key: value for one in (counts, *rows) for key, value in one.items()}


BLANK = {"form-1-kind": "text", "form-1-track": ""}
CHOICES = "oui | ja | yes\nnon | nee | no"


def as_shown(client: Client, call: Call, **options: str) -> dict[str, Any]:
    """What the page sends when nobody changes anything; lists do not come with form_data."""
    response = client.get(here(call))
    data = {name: values[-1] for name, values in form_data(response).items() if values}
    own = {name: value for name, value in data.items() if name.startswith(("form-", "version"))}
    own |= dict.fromkeys((name for name in own if name.endswith("-required")), "on")
    pattern = r'<select name="([^"]+)".*?</select>'
    for found in re.finditer(pattern, response.content.decode(), re.DOTALL):
        own[found[1]] = re.findall(r'value="([^"]*)" selected', found[0])[-1]
    return own | options


def published(call: Call) -> list[dict[str, Any]]:
    version = publishing.latest(call)
    return version.questions if version else []


def test_questions_are_published_and_shown(client: Client, manager: User, call: Call) -> None:
    assert "no question of its own yet" in client.get(here(call)).content.decode()
    rows = [
        row(0, help_fr="Dites", help_nl="Zeg", help_en="Say", required="on"),
        row(1, "How many", kind="number", track="ehealth"),
        row(2, "Which", kind="choice", choices=CHOICES),
        row(3, "Letter", kind="file"),
    ]
    response = client.post(here(call), sent(*rows), follow=True)
    page = response.content.decode()
    assert response.redirect_chain == [(here(call), 302)]
    assert "Version 1 is asked from now on" in page
    assert "Drafts already begun keep their questions" in page
    assert str(manager) in page
    for words in ("Who pays en", "How many en", "Letter en", "What is asked now"):
        assert words in page
    who, many, which, letter = published(call)
    assert who == {
        "id": "q1",
        "kind": "text",
        "required": True,
        "track": "",
        "label": {"fr": "Who pays fr", "nl": "Who pays nl", "en": "Who pays en"},
        "help": {"fr": "Dites", "nl": "Zeg", "en": "Say"},
    }
    assert (many["kind"], many["track"], many["required"]) == ("number", "ehealth", False)
    assert which["choices"] == [
        {"value": "c1", "label": {"fr": "oui", "nl": "ja", "en": "yes"}},
        {"value": "c2", "label": {"fr": "non", "nl": "nee", "en": "no"}},
    ]
    assert (letter["id"], letter["kind"]) == ("q4", "file")


def test_the_page_sends_back_exactly_what_is_published(
    client: Client, manager: User, call: Call
) -> None:
    rows = [row(0, "A <b> & “c”", kind="choice", choices=CHOICES), row(1, required="on")]
    client.post(here(call), sent(*rows))
    before = published(call)
    assert client.post(here(call), as_shown(client, call)).status_code == 302
    assert published(call) == before
    assert FormVersion.objects.count() == 1


def test_a_question_is_changed_one_taken_out_one_added(
    client: Client, manager: User, call: Call
) -> None:
    client.post(here(call), sent(row(0, "First"), row(1, "Second"), row(2, "Third")))
    changes = row(3, "Fourth") | {"form-1-DELETE": "on", "form-2-label_en": "Third, better"}
    assert client.post(here(call), as_shown(client, call, **changes)).status_code == 302
    assert [(one["id"], one["label"]["en"]) for one in published(call)] == [
        ("q1", "First en"), ("q3", "Third, better"), ("q4", "Fourth en")
    ]  # fmt: skip
    page = client.get(here(call)).content.decode()
    assert "Second en" in page  # the version before stays in the history
    assert FormVersion.objects.count() == 2


def test_adding_a_row_loses_nothing_and_publishes_nothing(
    client: Client, manager: User, call: Call
) -> None:
    half = {"form-0-label_fr": "Une moitié", "form-0-kind": "number", "form-0-track": "digital"}
    data = form_data(client.post(here(call), sent(half) | {"add": "1"}))
    assert data["form-TOTAL_FORMS"] == ["2"]
    assert data["form-0-label_fr"] == ["Une moitié"]
    again = {name: values[-1] for name, values in data.items() if values} | {"add": "1"}
    response = client.post(here(call), again)
    assert form_data(response)["form-TOTAL_FORMS"] == ["3"]
    page = response.content.decode()
    assert "There is a problem" not in page
    assert "no question of its own yet" in page
    assert not FormVersion.objects.exists()


def test_blank_rows_are_no_questions(client: Client, manager: User, call: Call) -> None:
    assert client.post(here(call), sent(row(0), BLANK)).status_code == 302
    assert len(published(call)) == 1


def test_a_preview_shows_the_questions_and_publishes_nothing(
    client: Client, manager: User, call: Call
) -> None:
    rows = [row(0, "Which", kind="choice", choices=CHOICES, track="ehealth"), row(1, kind="file")]
    page = client.post(here(call), sent(*rows) | {"preview": "1"}).content.decode()
    assert "How your questions will look" in page
    assert "E-health projects only" in page
    assert '<input type="radio" class="form-check-input" name="q1" value="c2"' in page
    assert "Asked on the page of documents" in page
    assert not FormVersion.objects.exists()


@pytest.mark.parametrize(
    ("changes", "anchor", "message"),
    [
        ({"label_nl": ""}, "id_form-0-label_nl", "Write it in the three languages."),
        ({"help_fr": "Dites"}, "id_form-0-help_nl", "or in none"),
        ({"kind": "choice"}, "id_form-0-choices", "at least two different answers"),
        (
            {"kind": "choice", "choices": "oui | ja | yes\noui | ja | yes"},
            "id_form-0-choices",
            "at least two different answers",
        ),
        (
            {"kind": "choice", "choices": "oui | ja\nnon | nee | no"},
            "id_form-0-choices",
            "as French | Dutch | English",
        ),
        (
            {"kind": "choice", "choices": "oui | ja | yes | si\nnon | nee | no"},
            "id_form-0-choices",
            "as French | Dutch | English",
        ),
        ({"kind": "sum"}, "id_form-0-kind", "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_linked_to_its_field_and_kept(
    client: Client, manager: User, call: Call, changes: dict[str, str], anchor: str, message: str
) -> None:
    page = client.post(here(call), sent(row(0, **changes))).content.decode()
    assert f'<a href="#{anchor}">Question 1: ' in page
    assert f'id="{anchor}"' in page
    assert message in page
    assert "<title>Error:" in page
    assert 'value="Who pays fr"' in page
    assert not FormVersion.objects.exists()


def test_no_more_than_twenty(client: Client, manager: User, call: Call) -> None:
    page = client.post(here(call), sent(*(row(at) for at in range(21)))).content.decode()
    assert '<a href="#rows">' in page
    assert not FormVersion.objects.exists()
    assert client.post(here(call), sent(*(row(at) for at in range(20)))).status_code == 302
    assert form_data(client.get(here(call)))["form-TOTAL_FORMS"] == ["20"]


def test_a_version_published_meanwhile_is_shown_not_replaced(
    client: Client, manager: User, call: Call
) -> None:
    client.post(here(call), sent(row(0, "First")))
    late = client.post(here(call), sent(row(0, "Mine"), version=0))
    page = late.content.decode()
    assert late.status_code == 409
    assert "Version 1 was published meanwhile" in page
    assert "First en" in page
    assert 'value="Mine fr"' in page
    assert form_data(late)["version"] == ["1"]
    assert [one["label"]["en"] for one in published(call)] == ["First en"]
    data = {name: values[-1] for name, values in form_data(late).items() if values}
    data |= {"form-0-kind": "text", "form-0-track": ""}
    assert client.post(here(call), data).status_code == 302
    assert [one["label"]["en"] for one in published(call)] == ["Mine en"]


def test_a_preview_does_not_hide_that_a_version_came_between(
    client: Client, manager: User, call: Call
) -> None:
    client.post(here(call), sent(row(0, "First")))
    preview = client.post(here(call), sent(row(0, "Mine"), version=0) | {"preview": "1"})
    assert form_data(preview)["version"] == ["0"]


def test_nothing_at_all_is_not_published(client: Client, manager: User, call: Call) -> None:
    response = client.post(here(call), sent())
    assert response.status_code == 409
    assert "There is no question to publish yet." in response.content.decode()


def test_a_page_without_its_counts_is_asked_again(
    client: Client, manager: User, call: Call
) -> None:
    assert client.post(here(call), {"version": "0"}).status_code == 200
    assert not FormVersion.objects.exists()


def test_the_history_says_how_many_files_answer_each_version(
    client: Client, manager: User, call: Call
) -> None:
    client.post(here(call), sent(row(0, "First")))
    for _draft in range(2):
        factories.make_empty_draft(call)
    asked = [{**published(call)[0], "required": True}]
    publishing.publish(call, asked, actor=manager, now=timezone.now())
    factories.make_empty_draft(call)
    history = client.get(here(call)).context["history"]
    assert [(one.number, one.files, labels) for one, labels in history] == [
        (2, 1, ["First en"]), (1, 2, ["First en"])
    ]  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_it_is_for_fund_managers(client: Client, call: Call, role: Role) -> None:
    client.force_login(factories.make_user(role))
    allowed = role == Role.FUND_MANAGER
    assert client.get(here(call)).status_code == (200 if allowed else 403)
    assert client.post(here(call), sent(row(0))).status_code == (302 if allowed else 403)
    assert FormVersion.objects.exists() == allowed
