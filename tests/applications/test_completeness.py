"""A draft is judged strictly only when it is handed in."""

from typing import Any

import pytest
from django.utils import timezone

from applications import completeness, todo
from applications.forms import SECTIONS
from applications.models import Application, Document, FormVersion, Section
from applications.states import State
from brustart.core.hashing import plain
from brustart.fund.models import NumberNeeded
from tests.applications import brimful
from tests.factories import make_call, make_draft, make_empty_draft, make_user

pytestmark = pytest.mark.django_db
UNREGISTERED: dict[str, Any] = {
    "enterprise_number": None,
    "founded_on": None,
    "not_registered": True,
}
ASKED_OF_ALL = [key for key in SECTIONS if key not in {"ehealth", "documents"}]


def places(application: Application) -> list[tuple[str, str]]:
    return [(gap.section, gap.anchor) for gap in completeness.missing(application)]


def required(key: str) -> list[str]:
    """The questions that always need an answer, and the tables that need a row."""
    form = SECTIONS[key]
    names = [name for name in form.base_fields if not form.may_stay_open(name)]
    return [*names, *(table.name for table in form.tables if table.least)]


def label(key: str, name: str) -> str:
    form = SECTIONS[key]
    tables = {table.name: table.heading for table in form.tables}
    return str(tables.get(name) or form.base_fields[name].label)


def test_an_empty_draft_misses_every_required_answer_in_order() -> None:
    gaps = completeness.missing(make_empty_draft())
    for key in ASKED_OF_ALL:
        found = [gap.label for gap in gaps if gap.section == key]
        assert found == [label(key, name) for name in required(key)]
    documents = [gap.label for gap in gaps if gap.section == "documents"]
    assert documents == [str(kind.label) for kind in completeness.NEEDED_DOCUMENTS]
    order = list(dict.fromkeys(gap.section for gap in gaps))
    assert order == [key for key in SECTIONS if key in order]
    assert all(gap.label and gap.message for gap in gaps)


@pytest.mark.parametrize("track", ["digital", "ehealth"])
def test_a_complete_draft_misses_nothing(track: str) -> None:
    assert completeness.missing(make_draft(track=track)) == []


@pytest.mark.parametrize(
    "name",
    ["founder", "measure", "capital", "standards", "interoperability", "partner",
     "establishment_postal_code", "holdings"],
)  # fmt: skip
def test_optional_answers_may_stay_open(name: str) -> None:
    application = make_draft(track="ehealth", de_minimis_received=1_000)
    without(application, name)
    assert completeness.missing(application) == []


def without(application: Application, name: str) -> None:
    """Take an answer out of every section and row that has it."""
    for section in application.sections.all():
        section.answers.pop(name, None)
        for rows in section.answers.values():
            for row in rows if isinstance(rows, list) else []:
                if isinstance(row, dict):
                    row.pop(name, None)
        section.save()


@pytest.mark.parametrize(
    ("name", "anchor"),
    [("skills", "id_skills_0"), ("track", "id_track_0"), ("trl", "id_trl"),
     ("requested", "id_requested"), ("insolvency", "id_insolvency_0"), ("true", "id_true"),
     ("founded_on", "id_founded_on"), ("members", "table-members"), ("cash", "table-cash"),
     ("milestones", "table-milestones"), ("owners", "table-owners")],
)  # fmt: skip
def test_each_required_answer_is_missed_where_it_stands(name: str, anchor: str) -> None:
    gaps = completeness.missing(make_draft(**{name: None}))
    assert [gap.anchor for gap in gaps] == [anchor]


@pytest.mark.parametrize(
    ("table", "name"),
    [("members", "time"), ("milestones", "due_on"), ("cash", "money_out"), ("owners", "share"),
     ("owners", "kind"), ("aid", "granted_on")],
)  # fmt: skip
def test_an_answer_missing_in_a_row_is_named_with_its_row(table: str, name: str) -> None:
    application = make_draft(de_minimis_received=1_000)
    section = next(one for one in application.sections.all() if table in one.answers)
    del section.answers[table][-1][name]
    section.save()
    at = len(section.answers[table])
    [gap] = completeness.missing(application)
    assert gap.anchor == f"id_{table}-{at - 1}-{name}"
    assert f" {at}: " in gap.label


def test_aid_that_was_received_is_listed() -> None:
    assert places(make_draft(any_aid="some")) == [("aid", "table-aid")]


@pytest.mark.parametrize(
    ("answer", "needed"),
    [
        ({"medical_device": "yes"}, {"device_class_0", "class_assessed_by", "ce_status_0"}),
        ({"medical_device": "unsure"}, set()),
        ({"ethics": "obtained"}, {"ethics_committee", "ethics_on", "ethics_reference"}),
        ({"ethics": "required"}, set()),
        ({"ai": "yes"}, {"ai_data", "ai_oversight"}),
    ],
)
def test_what_follows_from_another_answer_is_missed_only_then(
    answer: dict[str, str], needed: set[str]
) -> None:
    found = places(make_draft(track="ehealth", **answer))
    assert found == [("ehealth", f"id_{name}") for name in SECTIONS["ehealth"].base_fields
                     for name in (name, f"{name}_0") if name in needed]  # fmt: skip


def test_questions_on_e_health_are_asked_of_that_track_alone() -> None:
    digital, ehealth = make_draft(), make_draft(track="ehealth")
    assert "ehealth" not in completeness.sections_of(digital)
    Section.objects.filter(name="ehealth").update(answers={})
    assert completeness.missing(digital) == []
    assert {section for section, _anchor in places(ehealth)} == {"ehealth"}


def test_zero_is_an_answer() -> None:
    assert completeness.missing(make_draft(personnel=0, jobs_in_region=0)) == []


# --- the enterprise number --------------------------------------------------------------------


def test_a_team_needs_its_number_where_the_call_says_so() -> None:
    at_submission = make_draft(make_call(), **UNREGISTERED)
    assert places(at_submission) == [("startup", "id_enterprise_number")]
    [gap] = completeness.missing(at_submission)
    assert "needs your enterprise number" in gap.message
    later = make_draft(make_call(number_needed=NumberNeeded.AWARD), **UNREGISTERED)
    assert completeness.missing(later) == []


@pytest.mark.parametrize("needed", NumberNeeded)
def test_who_says_nothing_of_a_number_is_asked_for_it(needed: NumberNeeded) -> None:
    call = make_call(number_needed=needed)
    application = make_draft(call)
    without(application, "enterprise_number")
    assert places(application) == [("startup", "id_enterprise_number")]
    assert set(places(make_empty_draft(call))) > {("startup", "id_enterprise_number")}


def test_before_the_number_every_gap_of_the_startup_leads_to_it() -> None:
    found = [anchor for key, anchor in places(make_empty_draft()) if key == "startup"]
    assert len(found) > 5
    assert set(found) == {"id_enterprise_number"}


# --- the call's own questions -----------------------------------------------------------------


def with_questions(track: str = "digital") -> Application:
    call = make_call()
    FormVersion.objects.create(
        call=call, number=1, questions=brimful.QUESTIONS, published_at=timezone.now(),
        published_by=make_user("fund_manager"),
    )  # fmt: skip
    return make_draft(call, track=track)


def test_a_call_asks_its_own_questions_before_documents_and_declarations() -> None:
    application = with_questions()
    assert list(completeness.sections_of(application))[-3:] == [
        "questions", "documents", "declarations",
    ]  # fmt: skip
    assert places(application) == [
        ("questions", "id_neighbours"), ("questions", "id_borough_0"), ("documents", "upload-plan"),
    ]  # fmt: skip
    Section.objects.filter(name="questions").update(answers={"neighbours": "Yes", "borough": "c1"})
    Document.objects.filter(kind=Document.Kind.DECK).update(question="plan")
    assert completeness.missing(application) == []


def test_a_question_for_one_track_is_asked_of_that_one() -> None:
    for track, asked in (("digital", False), ("ehealth", True)):
        form = completeness.sections_of(with_questions(track))["questions"]
        assert ("beds" in form.base_fields) == asked


# --- documents --------------------------------------------------------------------------------


def test_documents_are_missed_by_kind_until_they_are_there() -> None:
    application = make_draft()
    application.documents.filter(kind=Document.Kind.DECK).update(removed_at=timezone.now())
    assert places(application) == [("documents", "upload-deck")]
    Application.objects.filter(pk=application.pk).update(paper_received_on=timezone.localdate())
    application.refresh_from_db()
    assert places(application) == [("documents", "upload-deck"), ("documents", "upload-scan")]


# --- what is frozen, and how far a draft is ---------------------------------------------------


def test_the_frozen_content_says_which_form_it_answers() -> None:
    application = make_draft(language="nl")
    frozen = completeness.content(application, now=timezone.now())
    assert (frozen["schema"], frozen["language"], frozen["form_version"]) == (2, "nl", 0)
    assert frozen["call"] == application.call.code
    assert list(frozen["sections"]) == list(completeness.sections_of(application))
    assert [one["kind"] for one in frozen["documents"]] == ["deck", "financial_plan"]
    assert plain(frozen) == frozen
    asked = with_questions()
    frozen = completeness.content(asked, now=timezone.now())
    assert frozen["form_version"] == 1
    assert frozen["questions"] == completeness.asked(asked)


def test_a_removed_document_is_not_frozen() -> None:
    application = make_draft()
    application.documents.filter(kind=Document.Kind.DECK).update(removed_at=timezone.now())
    frozen = completeness.content(application, now=timezone.now())
    assert [one["kind"] for one in frozen["documents"]] == ["financial_plan"]


def test_a_list_of_tasks_says_how_far_each_section_is() -> None:
    application = make_empty_draft()
    assert {one.label for one in todo.sections(application)} == {"Not started"}
    Section.objects.filter(name="project").update(unread={"trl": "high"})
    complete = make_draft(trl=None, skills=None)
    found = {one.key: (one.label, one.tone) for one in todo.sections(complete)}
    assert found["project"] == ("1 answer missing", "warn")
    assert found["budget"] == found["documents"] == ("Complete", "good")
    assert next(one for one in todo.sections(application) if one.key == "project").begun
    assert todo.following(complete, "aid") == "documents"
    assert todo.following(complete, "declarations") is None


@pytest.mark.parametrize("state", State)
def test_every_state_says_what_comes_next(state: State) -> None:
    application = make_empty_draft()
    application.state = state
    line = todo.file_line(application, timezone.now())
    assert str(line.next_step)
    assert line.is_draft == (state == State.DRAFT)
