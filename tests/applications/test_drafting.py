"""Saving a section: what was typed comes back unchanged, and nothing is overwritten unseen."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from applications import completeness, drafting, lifecycle
from applications.forms import SECTIONS, BudgetForm, SectionForm, questions
from applications.forms.section import values
from applications.models import Application, FormVersion, Section
from brustart.core.hashing import plain
from brustart.fund.models import Call
from tests.applications import brimful
from tests.cbe import extracts
from tests.factories import fill, make_call, make_draft, make_empty_draft, make_user
from tests.mirabelle import complete_answers
from tests.pages import form_data

pytestmark = pytest.mark.django_db

LANGUAGES = ["fr", "nl", "en"]
WRITTEN = {"fr": "25 000,50", "nl": "25.000,50", "en": "25,000.50"}
ON_PAGES = [key for key in (*SECTIONS, "questions") if key != "documents"]


def section(application: Application, key: str) -> Section:
    return Section.objects.get(application=application, name=key)


def answers(application: Application, key: str) -> dict[str, Any]:
    found: dict[str, Any] = section(application, key).answers
    return found


def page(client: Client, application: Application, key: str, language: str = "en") -> str:
    client.force_login(application.author)
    with translation.override(language):
        return reverse("section", args=[application.pk, key])


def call_with_questions() -> Call:
    call = make_call()
    FormVersion.objects.create(
        call=call,
        number=1,
        questions=brimful.QUESTIONS,
        published_at=timezone.now(),
        published_by=make_user("fund_manager"),
    )
    return call


def form_of(key: str) -> type[SectionForm]:
    extra = questions.form_of(brimful.QUESTIONS)
    assert extra
    return {**SECTIONS, "questions": extra}[key]


# --- what a page sends back -------------------------------------------------------------------


@pytest.mark.parametrize("key", ON_PAGES)
def test_each_page_sends_back_exactly_what_is_saved(client: Client, key: str) -> None:
    """Every question, every table with all its rows, the longest answers, in each language."""
    application = make_empty_draft(call_with_questions())
    fill(application, "project", {"track": "ehealth"}, now=timezone.now())
    application.refresh_from_db()
    typed = brimful.answers(form_of(key))
    fill(application, key, typed, now=timezone.now())
    before = section(application, key)
    assert values_of(key, before.answers) == typed
    for language in LANGUAGES:
        url = page(client, application, key, language)
        response = client.get(url)
        assert "error-summary" not in response.content.decode()
        assert client.post(url, form_data(response)).status_code == 302
        after = section(application, key)
        assert (after.answers, after.unread) == (before.answers, {})
    assert after.version == before.version + len(LANGUAGES)


def values_of(key: str, stored: dict[str, Any]) -> dict[str, Any]:
    """Stored answers as Python values, those of rows too."""
    form = form_of(key)
    tables = {
        table.name: [values(table.row, row) for row in stored[table.name]] for table in form.tables
    }
    return values(form, stored) | tables


def test_nothing_of_the_round_trip_is_small() -> None:
    """The test above is worth what it sends: texts of 10,000 characters and the longest tables."""
    typed = {key: plain(brimful.answers(form)) for key, form in SECTIONS.items()}
    assert {len(typed["project"][name]) for name in ("problem", "solution", "impact")} == {10_000}
    assert [len(typed["ownership"][name]) for name in ("owners", "holdings")] == [30, 30]
    assert len(typed["budget"]["cash"]) == 16
    for text in (brimful.EMOJI, brimful.RTL, "\n\n  "):
        assert text in typed["project"]["problem"]


@pytest.mark.parametrize(("language", "written"), WRITTEN.items())
def test_amounts_are_read_and_shown_as_the_language_writes_them(
    client: Client, language: str, written: str
) -> None:
    application = make_empty_draft()
    url = page(client, application, "budget", language)
    sent = form_data(client.get(url)) | {"requested": [written], "cash-0-money_in": [written]}
    client.post(url, sent)
    stored = answers(application, "budget")
    assert stored == {"requested": "25000.50", "cash": [{"money_in": "25000.50"}]}
    shown = form_data(client.get(url))
    for name in ("requested", "cash-0-money_in"):
        assert shown[name][0].replace("\xa0", " ") == written


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
        form = BudgetForm(BudgetForm.data_for({}) | {"requested": written})
        assert form.problems() == []
        assert form.answers() == {"requested": read}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quarter_is_read_in_every_habit_and_shown_in_the_readers(
    client: Client, language: str
) -> None:
    application = make_empty_draft()
    url = page(client, application, "budget", language)
    sent = form_data(client.get(url)) | {"cash-TOTAL_FORMS": ["3"]}
    typed = {
        f"cash-{at}-quarter": [text] for at, text in enumerate(["T1 2027", "k2-2027", "2027q3"])
    }
    client.post(url, sent | typed)
    kept = [row["quarter"] for row in answers(application, "budget")["cash"]]
    assert kept == ["2027-Q1", "2027-Q2", "2027-Q3"]
    letter = {"fr": "T", "nl": "K", "en": "Q"}[language]
    assert form_data(client.get(url))["cash-1-quarter"] == [f"{letter}2 2027"]


# --- what could not be read -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "written"),
    [("fr", "25,000"), ("nl", "25,000"), ("en", "25.000"), ("en", "25.000,50"),
     ("nl", "25,000.50"), ("fr", "1.00.000"), ("fr", "25k"), ("en", "-5"), ("nl", "NaN")],
)  # fmt: skip
def test_what_could_mean_two_things_is_kept_as_typed_and_asked_again(
    client: Client, language: str, written: str
) -> None:
    application = make_draft()
    url = page(client, application, "budget", language)
    sent = form_data(client.get(url)) | {"requested": [written], "other": ["12"]}
    assert client.post(url, sent).url == url  # not on to the next page
    kept = section(application, "budget")
    assert kept.unread == {"requested": written}
    assert "requested" not in kept.answers
    assert kept.answers["other"] == "12.00"
    application.refresh_from_db()
    assert application.requested is None
    client.get(reverse("tasks", args=[application.pk]))  # leave, and come back
    response = client.get(url)
    assert form_data(response)["requested"] == [written]
    assert b'href="#id_requested"' in response.content
    with translation.override(language):
        gaps = [gap.anchor for gap in completeness.missing(application)]
    assert gaps == ["id_requested"]


def test_a_row_is_kept_as_typed_beside_its_neighbours(client: Client) -> None:
    application = make_draft()
    url = page(client, application, "work_plan")
    sent = form_data(client.get(url))
    wrong = {"milestones-1-due_on": ["31/02/2027"], "milestones-2-amount": ["lots"]}
    assert client.post(url, sent | wrong | {"milestones-1-title": ["Pilot"]}).url == url
    kept = section(application, "work_plan")
    assert kept.unread == {name: typed for name, [typed] in wrong.items()}
    rows = kept.answers["milestones"]
    assert rows[1] == {"title": "Pilot", "deliverable": "A version in use", "amount": "30000.00"}
    assert rows[2] == {"title": "Step 3", "due_on": "2027-09-01", "deliverable": "A version in use"}
    response = client.get(url)
    shown = form_data(response)
    assert {name: shown[name] for name in wrong} == wrong
    assert b'href="#id_milestones-1-due_on"' in response.content
    gaps = [gap.anchor for gap in completeness.missing(application)]
    assert gaps == ["id_milestones-1-due_on", "id_milestones-2-amount"]
    assert client.post(url, shown | {name: sent[name] for name in wrong}).url != url
    assert section(application, "work_plan").unread == {}
    assert completeness.missing(application) == []


def test_a_row_without_one_readable_answer_keeps_its_place(client: Client) -> None:
    application = make_draft()
    url = page(client, application, "budget")
    sent = form_data(client.get(url)) | {
        "cash-TOTAL_FORMS": ["3"],
        "cash-0-quarter": ["soon"], "cash-0-money_in": ["?"], "cash-0-money_out": ["?"],
        "cash-2-quarter": ["Q3 2027"], "cash-2-money_in": ["1"], "cash-2-money_out": ["2"],
    }  # fmt: skip
    client.post(url, sent)
    shown = form_data(client.get(url))
    assert [shown[f"cash-{at}-quarter"] for at in range(3)] == [["soon"], ["Q2 2027"], ["Q3 2027"]]
    assert shown["cash-0-money_in"] == ["?"]


def test_too_long_a_text_is_kept_whole(client: Client) -> None:
    application = make_draft()
    url = page(client, application, "project")
    long = "é" * 10_001
    client.post(url, form_data(client.get(url)) | {"problem": [long]})
    assert section(application, "project").unread == {"problem": long}
    assert form_data(client.get(url))["problem"] == [long]


def test_what_reads_in_another_language_is_no_answer_until_it_is_saved_there(
    client: Client,
) -> None:
    """`25.000,50` is an amount in Dutch: what is frozen must still be what was saved."""
    application = make_draft()
    url = page(client, application, "budget", "en")
    client.post(url, form_data(client.get(url)) | {"requested": ["25.000,50"]})
    with translation.override("nl"):
        [gap] = completeness.missing(application)
        assert (gap.section, gap.anchor) == ("budget", "main")
        with pytest.raises(lifecycle.Incomplete):
            lifecycle.submit(application, actor=application.author, now=timezone.now())
    url = page(client, application, "budget", "nl")
    client.post(url, form_data(client.get(url)))
    assert answers(application, "budget")["requested"] == "25000.50"
    assert completeness.missing(application) == []


def test_a_number_that_is_wrong_costs_no_other_answer_of_the_page(client: Client) -> None:
    application = make_draft()
    url = page(client, application, "startup")
    sent = form_data(client.get(url))
    client.post(url, sent | {"enterprise_number": ["0403.019.26"], "city": ["Ixelles"]})
    kept = section(application, "startup")
    assert kept.unread == {"enterprise_number": "0403.019.26"}
    assert (kept.answers["city"], kept.answers["street"]) == ("Ixelles", "Rue Haute 12")
    back = form_data(client.get(url)) | {"enterprise_number": sent["enterprise_number"]}
    client.post(url, back)
    assert answers(application, "startup")["city"] == "Ixelles"


def test_characters_that_no_database_keeps_cost_nothing_else(client: Client) -> None:
    application = make_draft()
    url = page(client, application, "project")
    client.post(url, form_data(client.get(url)) | {"title": ["A\0B"], "solution": ["Changed"]})
    kept = section(application, "project")
    assert kept.unread == {"title": "AB"}
    assert kept.answers["solution"] == "Changed"


# --- saving -----------------------------------------------------------------------------------


def test_a_draft_may_leave_everything_empty(client: Client) -> None:
    application = make_empty_draft()
    asked = [key for key in completeness.sections_of(application) if key != "documents"]
    for key in asked:
        url = page(client, application, key, "fr")
        assert client.post(url, form_data(client.get(url))).status_code == 302
    saved = Section.objects.filter(application=application, version=1)
    assert set(saved.values_list("name", flat=True)) == set(asked)
    assert all(one.answers == one.unread == {} for one in saved)


def test_an_answer_can_be_taken_back() -> None:
    application = make_draft()
    form = BudgetForm(BudgetForm.data_for({}))
    drafting.save_section(
        application, form, begun_from=1, page="", actor=application.author, now=timezone.now()
    )
    application.refresh_from_db()
    assert answers(application, "budget") == {}
    assert application.requested is None


def test_lists_repeat_what_they_need() -> None:
    application = make_draft(title="Heure juste", track="ehealth", requested=Decimal("75000.00"))
    startup = application.startup
    startup.refresh_from_db()
    assert (application.title, application.track) == ("Heure juste", "ehealth")
    assert application.requested == Decimal("75000.00")
    assert startup.name == "Mirabelle"
    assert len(startup.enterprise_number) == 10


def test_the_number_comes_first_and_takes_nothing_else_away(client: Client) -> None:
    application = make_empty_draft()
    url = page(client, application, "startup")
    assert {"enterprise_number", "not_registered"} == asked_on(client, url)
    client.post(url, form_data(client.get(url)) | {"enterprise_number": ["0403.019.261"]})
    assert {"startup_name", "founded_on", "street", "postal_code"} < asked_on(client, url)
    unregistered = form_data(client.get(url)) | {"not_registered": ["on"], "city": ["Ixelles"]}
    client.post(url, unregistered)
    assert "founded_on" not in asked_on(client, url)
    assert answers(application, "startup")["city"] == "Ixelles"


def test_what_the_register_knows_is_kept_and_not_asked(client: Client, tmp_path: Path) -> None:
    extracts.load(extracts.full(tmp_path, extracts.company(name="Mirabelle SRL")))
    application = make_draft(enterprise_number=extracts.MIRABELLE, startup_name="Typed before")
    url = page(client, application, "startup")
    response = client.get(url)
    assert "Mirabelle SRL" in response.content.decode()
    assert asked_on(client, url) == {
        "enterprise_number", "not_registered", "establishment_postal_code", "register_error",
    }  # fmt: skip
    client.post(url, form_data(response) | {"register_error": ["We moved."]})
    kept = answers(application, "startup")
    assert (kept["startup_name"], kept["founded_on"]) == ("Mirabelle SRL", "2024-03-01")
    assert (kept["register_error"], kept["register_date"]) == ("We moved.", "2026-11-06")
    assert "2025:62100" in kept["activities"]
    assert client.post(url, form_data(client.get(url))).status_code == 302
    assert answers(application, "startup") == kept
    application.startup.refresh_from_db()
    assert application.startup.name == "Mirabelle SRL"
    assert completeness.missing(application) == []


def asked_on(client: Client, url: str) -> set[str]:
    return set(form_data(client.get(url))) & set(SECTIONS["startup"].base_fields)


def test_values_come_back_as_python_values() -> None:
    given = complete_answers(timezone.now())
    for key, form_class in SECTIONS.items():
        if key == "documents":
            continue
        form = form_class(form_class.data_for(plain(given[key])))
        assert form.problems() == []
        known = {name: value for name, value in given[key].items() if name in form.base_fields}
        assert values(form_class, form.answers()) == known
