"""A file as people read it: every answer in words, and what a second submission changed."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.utils import timezone, translation

from applications import reading, requesting
from applications.forms import SECTIONS, BudgetForm, OwnershipForm, ProjectForm, fields
from applications.models import Application, Document, Section, Submission
from brustart.accounts.models import Role
from brustart.core.hashing import plain
from tests.applications import brimful
from tests.factories import add_documents, fill, make_screened, make_submitted, make_user
from tests.mirabelle import BUDGET, OWNERSHIP, PROJECT, TEAM


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
@pytest.mark.parametrize("key", SECTIONS)
def test_everything_that_was_answered_is_read(key: str, language: str) -> None:
    typed = plain(brimful.answers(SECTIONS[key]))
    with translation.override(language):
        found = reading.read(SECTIONS[key], typed)
    asked = [name for name in SECTIONS[key].base_fields if name not in brimful.LEFT_OUT]
    assert [row.name for row in found.rows] == asked
    assert [grid.name for grid in found.grids] == [table.name for table in SECTIONS[key].tables]
    for grid, table in zip(found.grids, SECTIONS[key].tables, strict=True):
        assert len(grid.rows) == table.most
        assert all(text not in {"", "–"} for row in grid.rows for text in row)
        assert {len(row) for row in grid.cells} == {len(table.row.base_fields)}


@pytest.mark.parametrize(
    ("field", "stored", "language", "shown"),
    [
        (fields.EurosField(), Decimal("25000.50"), "fr", "25 000,50 €"),
        (fields.EurosField(), Decimal(25000), "en", "€25,000"),
        (fields.NumberField(), Decimal("1234.25"), "nl", "1.234,25"),
        (fields.CountField(), 1000, "fr", "1 000"),
        (fields.DayField(), date(2026, 2, 1), "fr", "1er février 2026"),
        (fields.QuarterField(), "2027-Q2", "nl", "K2 2027"),
        (fields.EnterpriseNumberField(), "0403019261", "en", "0403.019.261"),
        (fields.YesNoField(), "no", "nl", "Nee"),
        (fields.ChosenField(choices=[("a", "Albatros")]), "gone", "en", "gone"),
        (fields.SeveralField(choices=[("a", "A"), ("b", "B")]), ["b", "a"], "en", "B; A"),
        (forms.BooleanField(), True, "fr", "Oui"),
        (fields.LongTextField(), "<b>\n", "en", "<b>\n"),
        (fields.LongTextField(), "", "en", "Not answered"),
    ],
)
def test_an_answer_is_shown_as_its_reader_writes_it(
    field: forms.Field, stored: Any, language: str, shown: str
) -> None:
    with translation.override(language):
        assert reading.shown(field, stored).replace("\xa0", " ").replace("\u202f", " ") == shown


def test_figures_of_a_table_are_known_as_figures() -> None:
    found = reading.read(BudgetForm, plain(BUDGET)).grids[0]
    assert found.cells[0] == [
        ("Quarter", "Q1 2027", False),
        ("Comes in, in euros", "€60,000", True),
        ("Goes out, in euros", "€44,000", True),
    ]


def test_differences_name_the_question_and_both_answers() -> None:
    before, after = plain(PROJECT), plain(PROJECT | {"title": "Other", "trl": None})
    changed = [
        (one.heading, one.term, one.before, one.after)
        for one in reading.differences(ProjectForm, before, after)
    ]
    assert changed == [
        ("Project", "Title of the project", "Home care on time", "Other"),
        ("Project", "Technology readiness level", "6", "Not answered"),
    ]
    assert reading.differences(ProjectForm, before, before) == []


def test_a_row_that_changed_is_told_with_its_whole_table() -> None:
    first, second = OWNERSHIP["owners"]
    after = {"owners": [first, second | {"share": Decimal(30)}]}
    [change] = reading.differences(OwnershipForm, plain(OWNERSHIP), plain(after))
    assert change.term == "Who owns the startup?"
    assert [line.split(", ")[0] for line in change.after.splitlines()] == [
        "Ada Lemmens", "Jef Peeters",
    ]  # fmt: skip
    [gone] = reading.differences(OwnershipForm, plain(OWNERSHIP), {})
    assert gone.after == "Not answered"


@pytest.mark.django_db
@pytest.mark.parametrize("key", [key for key in SECTIONS if key != "documents"])
def test_every_answer_that_a_page_changes_has_a_place_on_it(key: str) -> None:
    """All of them at once: what is saved is shown beside a form that says nothing."""
    form = SECTIONS[key]
    typed = plain(brimful.answers(form))
    page = form(form.data_for({}))
    assert page.problems() == []
    found = reading.changed_rows(page, Section(name=key, answers=typed))
    places = [row["change_url"] for row in found]
    asked = {*page.fields, *(table.name for table in form.tables)} & set(typed)
    assert len(places) == len(asked)
    assert "#main" not in places
    assert len(set(places)) == len(places)
    same = form(form.data_for(typed))
    assert same.problems() == []
    assert reading.changed_rows(same, Section(name=key, answers=typed)) == []


# --- two submissions --------------------------------------------------------------------------


def answered(application: Application, *sections: str, **answers: Any) -> Submission:
    """The fund asks; the startup changes these sections (by key) and hands in."""
    now = timezone.now()
    requesting.ask(
        application, sections=[*sections], question="More, please.",
        until=now + timedelta(days=1), actor=make_user(Role.FUND_MANAGER), now=now,
    )  # fmt: skip
    for key, changed in answers.items():
        fill(application, key, changed, now=now)
    return requesting.answer(application, actor=application.author, now=now)


@pytest.mark.django_db
def test_an_answer_to_the_fund_says_what_it_changed() -> None:
    application = make_screened()
    first = application.handed_in
    team = TEAM | {"members": TEAM["members"][:1]}
    second = answered(
        application, "project", "team", "budget",
        project=PROJECT | {"trl": 7}, team=team, budget=BUDGET,
    )  # fmt: skip
    found = reading.changes_between(first, second)
    assert [(one.heading, one.term) for one in found] == [
        ("Project", "Technology readiness level"), ("Team", "Who works on it?"),
    ]  # fmt: skip
    assert (found[0].before, found[0].after) == ("6", "7")
    assert "Jef Peeters" in found[1].before
    assert "Jef Peeters" not in found[1].after
    assert reading.changes_between(first, first) == []


@pytest.mark.django_db
def test_another_document_of_the_same_name_is_a_change() -> None:
    application = make_screened()
    first, now = application.handed_in, timezone.now()
    requesting.ask(
        application, sections=["documents"], question="A plan that adds up.",
        until=now + timedelta(days=1), actor=make_user(Role.FUND_MANAGER), now=now,
    )  # fmt: skip
    application.documents.update(removed_at=now)
    add_documents(application, now=now)
    second = requesting.answer(application, actor=application.author, now=now)
    [change] = reading.changes_between(first, second)
    assert change.term == "Documents"
    assert change.before != change.after
    kept = Document.objects.filter(removed_at=None).values_list("sha256", flat=True)
    assert all(sha256[:8] in change.after for sha256 in kept)


@pytest.mark.django_db
def test_a_file_is_read_in_the_order_of_its_form() -> None:
    submission = make_submitted(track="ehealth").handed_in
    found = [one.key for one in reading.answers_for_reading(submission)]
    assert found == [key for key in SECTIONS if key != "documents"]
    digital = [one.key for one in reading.answers_for_reading(make_submitted().handed_in)]
    assert digital == [key for key in found if key != "ehealth"]
