"""A call's own questions: published for good, asked by drafts that begin later, and answered."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone, translation

from applications import completeness, publishing, reading
from applications.forms import outline
from applications.forms.fields import ChosenField, LongTextField, NumberField
from applications.models import Application, Document, FormVersion
from brustart.accounts.models import Role
from brustart.core.models import AuditEntry
from brustart.fund.models import Call
from tests import factories
from tests.factories import fill

pytestmark = pytest.mark.django_db


def words(text: str) -> dict[str, str]:
    return {code: f"{text} {code}" for code in publishing.LANGUAGES}


def question(name: str, kind: str = "text", **changes: Any) -> dict[str, Any]:
    """A question that is required of every project."""
    known = {"id": name, "kind": kind, "label": words(name), "help": {}, "required": True}
    if kind == "choice":
        choices = [{"value": one, "label": words(one)} for one in ("yes", "no")]
        return {**known, "track": "", "choices": choices, **changes}
    return {**known, "track": "", **changes}


def publish(call: Call, *asked: dict[str, Any], **options: Any) -> FormVersion:
    manager = factories.make_user(Role.FUND_MANAGER)
    return publishing.publish(call, list(asked), actor=manager, now=timezone.now(), **options)


def gaps(application: Application) -> list[tuple[str, str, str]]:
    application.refresh_from_db()
    return [(one.section, one.anchor, one.label) for one in completeness.missing(application)]


ALL_KINDS = (
    question("why"),
    question("plan", "choice"),
    question("visits", "number"),
    question("letter", "file"),
)


# --- versions --------------------------------------------------------------------------------


def test_versions_are_counted_by_call_and_leave_a_trace() -> None:
    call, other = factories.make_call(), factories.make_call()
    first, second = publish(call, question("why")), publish(call, question("how"))
    assert (first.number, second.number, publish(other, question("why")).number) == (1, 2, 1)
    assert publishing.latest(call) == second
    entry = AuditEntry.objects.filter(about=f"fund.call:{call.pk}").latest("pk")
    assert (entry.act, entry.actor) == ("call.questions_published", second.published_by)
    assert entry.details == {"number": 2, "questions": ["how"]}


@pytest.mark.parametrize("act", ["update", "delete"])
def test_a_published_version_cannot_be_changed(act: str) -> None:
    version = publish(factories.make_call(), question("why"))
    rows = FormVersion.objects.filter(pk=version.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(questions=[]) if act == "update" else rows._raw_delete(rows.db)
    version.refresh_from_db()
    assert version.questions == [question("why")]


def test_the_same_questions_are_the_same_version() -> None:
    call = factories.make_call()
    first = publish(call, *ALL_KINDS)
    assert publish(call, *ALL_KINDS, begun_from=0) == first
    assert FormVersion.objects.count() == 1


def test_a_version_published_meanwhile_is_not_replaced_unseen() -> None:
    call = factories.make_call()
    publish(call, question("why"), begun_from=0)
    with pytest.raises(publishing.Superseded, match="Version 1"):
        publish(call, question("how"), begun_from=0)
    assert publish(call, question("how"), begun_from=1).number == 2


def test_all_questions_can_be_taken_out_again() -> None:
    call = factories.make_call()
    publish(call, question("why"))
    assert publish(call).questions == []
    assert "questions" not in completeness.sections_of(factories.make_empty_draft(call))


WRONG: dict[str, tuple[list[dict[str, Any]], str]] = {
    "none at all": ([], "no question to publish"),
    "too many": ([question(f"q{at}") for at in range(21)], "at most 20"),
    "twice the same name": ([question("why"), question("why")], "Question 2: its name"),
    "no name": ([question("")], "its name"),
    "a name with a space": ([question("why not")], "its name"),
    "a name that the form needs": ([question("heading")], "its name"),
    "an unknown kind": ([question("why", "sum")], "not a text"),
    "a language less": ([question("why", label={"fr": "Oui", "nl": "Ja"})], "three languages"),
    "an empty language": ([question("why", label={**words("a"), "nl": " "})], "three languages"),
    "half an explanation": ([question("why", help={"fr": "Dites"})], "or in none"),
    "required or not": ([question("why", required="yes")], "whether it must"),
    "an unknown track": ([question("why", track="space")], "which projects"),
    "a choice of one": (
        [question("why", "choice", choices=[{"value": "a", "label": words("a")}])],
        "at least two",
    ),
    "a choice of nothing": ([question("why", "choice", choices=[])], "at least two"),
    "the same choice twice": (
        [question("why", "choice", choices=[{"value": "a", "label": words("a")}] * 2)],
        "each its own",
    ),
    "a choice in one language": (
        [question("why", "choice", choices=[{"value": v, "label": {"fr": v}} for v in "ab"])],
        "each answer in the three",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_nobody_could_answer_is_not_published(case: str) -> None:
    asked, reason = WRONG[case]
    with pytest.raises(publishing.NotPublishable, match=reason):
        publish(factories.make_call(), *asked)
    assert not FormVersion.objects.exists()


def test_twenty_questions_are_published() -> None:
    asked = [question(f"q{at}") for at in range(20)]
    assert len(publish(factories.make_call(), *asked).questions) == 20


def test_a_name_keeps_its_kind_in_every_later_version() -> None:
    call = factories.make_call()
    publish(call, question("why"))
    publish(call, question("how"))
    with pytest.raises(publishing.NotPublishable, match="another kind"):
        publish(call, question("why", "number"))


# --- names for data --------------------------------------------------------------------------


def unnamed(text: str, kind: str = "text", **changes: Any) -> dict[str, Any]:
    return question("", kind, label=words(text), **changes)


def test_new_questions_get_names_that_were_never_used() -> None:
    call = factories.make_call()
    publish(call, *publishing.identified(call, [unnamed("a"), unnamed("b")]))
    publish(call, *publishing.identified(call, [question("q1", label=words("a"))]))
    named = publishing.identified(call, [unnamed("c"), question("q1", label=words("new words"))])
    assert [one["id"] for one in named] == ["q3", "q1"]
    assert publish(call, *named).number == 3


def test_a_question_of_another_kind_is_another_question() -> None:
    call = factories.make_call()
    publish(call, *publishing.identified(call, [unnamed("a")]))
    named = publishing.identified(call, [question("q1", "number", label=words("a"))])
    assert [one["id"] for one in named] == ["q2"]
    assert publish(call, *named).number == 2


def test_a_choice_keeps_its_value_while_its_words_stay() -> None:
    call = factories.make_call()

    def asked(name: str, *labels: str) -> dict[str, Any]:
        return question(name, "choice", choices=[words(one) for one in labels])

    publish(call, *publishing.identified(call, [asked("", "low", "high")]))
    (named,) = publishing.identified(call, [asked("q1", "high", "middle", "low")])
    assert [(one["value"], one["label"]) for one in named["choices"]] == [
        ("c2", words("high")), ("c3", words("middle")), ("c1", words("low"))
    ]  # fmt: skip


# --- in the form -----------------------------------------------------------------------------


def test_a_draft_keeps_its_version_and_a_new_one_gets_the_new() -> None:
    call = factories.make_call()
    before = factories.make_empty_draft(call)
    first = publish(call, question("why"))
    between = factories.make_empty_draft(call)
    second = publish(call, question("how"))
    after = factories.make_empty_draft(call)
    versions = [before.form_version, between.form_version, after.form_version]
    assert versions == [None, first, second]
    names = [
        list(completeness.sections_of(one).get("questions", _Nothing).base_fields)
        for one in Application.objects.order_by("pk")
    ]
    assert names == [[], ["why"], ["how"]]


class _Nothing:
    base_fields: dict[str, Any] = {}


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_each_kind_is_asked_in_the_language_of_the_page(language: str) -> None:
    asked = [*ALL_KINDS, question("more", help=words("explained"), required=False)]
    version = publish(factories.make_call(), *asked)
    with translation.override(language):
        fields = outline("digital", version.questions)["questions"].base_fields
    kinds = {name: type(field) for name, field in fields.items()}
    assert kinds == {
        "why": LongTextField, "plan": ChosenField, "visits": NumberField, "more": LongTextField
    }  # fmt: skip
    assert fields["why"].label == f"why {language}"
    assert fields["more"].help_text == f"explained {language}"
    choices = [("yes", f"yes {language}"), ("no", f"no {language}")]
    assert list(fields["plan"].choices) == choices


def test_required_ones_are_missed_and_the_others_are_not() -> None:
    call = factories.make_call()
    optional = [{**one, "id": f"o{one['id']}", "required": False} for one in ALL_KINDS]
    publish(call, *ALL_KINDS, *optional)
    assert gaps(factories.make_draft(call)) == [
        ("questions", "id_why", "why en"),
        ("questions", "id_plan_0", "plan en"),
        ("questions", "id_visits", "visits en"),
        ("documents", "upload-letter", "letter en"),
    ]


def test_answers_come_back_and_fill_the_gaps() -> None:
    call = factories.make_call()
    publish(call, *ALL_KINDS)
    application, now = factories.make_draft(call), timezone.now()
    given = {"why": "Because.\nReally.", "plan": "no", "visits": Decimal("12.5")}
    saved = fill(application, "questions", given, now=now)
    assert saved.answers == {"why": "Because.\nReally.", "plan": "no", "visits": "12.5"}
    form = completeness.sections_of(application)["questions"]
    shown = {row.term: row.value for row in reading.read(form, saved.answers).rows}
    assert shown == {"why en": "Because.\nReally.", "plan en": "no en", "visits en": "12.5"}
    again = form(form.data_for(saved.answers))
    assert again.is_valid()
    assert again.answers() == saved.answers
    assert gaps(application) == [("documents", "upload-letter", "letter en")]
    Document.objects.filter(application=application, kind="deck").update(question="letter")
    assert gaps(application) == []


@pytest.mark.parametrize("track", ["digital", "ehealth"])
def test_a_question_of_a_track_is_asked_there_alone(track: str) -> None:
    call = factories.make_call()
    publish(
        call,
        question("all"),
        question("devices", track="ehealth"),
        question("code", "file", track="digital"),
    )
    missed = {anchor for _section, anchor, _label in gaps(factories.make_draft(call, track=track))}
    assert missed == {"id_all", {"digital": "upload-code", "ehealth": "id_devices"}[track]}


def test_what_was_asked_is_frozen_with_the_file() -> None:
    call = factories.make_call()
    version = publish(call, question("why", required=False), question("x", track="ehealth"))
    file = factories.make_submitted(call)
    assert file.submission
    frozen = file.submission.content
    assert (frozen["form_version"], frozen["questions"]) == (1, version.questions[:1])
    publish(call, question("how"))
    assert list(reading.forms_of(file.submission)["questions"].base_fields) == ["why"]
