"""A draft is judged strictly only when it is handed in."""

import pytest
from django.utils import timezone

from applications import completeness
from applications.forms import SECTIONS
from tests.factories import make_draft, make_empty_draft

pytestmark = pytest.mark.django_db


def required(key: str) -> set[str]:
    return set(SECTIONS[key].question_names()) - SECTIONS[key].optional


def test_an_empty_draft_misses_every_required_answer_in_order() -> None:
    gaps = completeness.missing(make_empty_draft())
    for key in SECTIONS:
        assert {gap.field for gap in gaps if gap.section == key} == required(key)
    order = [(gap.section, gap.field) for gap in gaps]
    form_order = [(key, name) for key in SECTIONS for name in SECTIONS[key].question_names()]
    assert order == [place for place in form_order if place in order]
    assert all(gap.label and gap.message for gap in gaps)


def test_a_complete_draft_misses_nothing() -> None:
    assert completeness.missing(make_draft()) == []


@pytest.mark.parametrize("name", sorted(set().union(*(SECTIONS[key].optional for key in SECTIONS))))
def test_optional_answers_may_stay_open(name: str) -> None:
    assert completeness.missing(make_draft(**{name: None})) == []


@pytest.mark.parametrize("name", ["enterprise_number", "skills", "track", "trl", "requested"])
def test_each_required_answer_is_missed(name: str) -> None:
    assert [gap.field for gap in completeness.missing(make_draft(**{name: None}))] == [name]


def test_zero_is_an_answer() -> None:
    assert completeness.missing(make_draft(personnel=0, jobs_in_region=0)) == []


def test_the_frozen_content_names_its_schema_call_and_language() -> None:
    application = make_draft(language="nl")
    frozen = completeness.content(application, now=timezone.now())
    assert (frozen["schema"], frozen["language"]) == (1, "nl")
    assert frozen["call"] == application.call.code
    assert list(frozen["sections"]) == list(SECTIONS)
