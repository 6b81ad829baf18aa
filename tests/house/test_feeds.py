"""Nobody is asked what nothing needs: each question names the rule, mark or payment it feeds."""

from collections.abc import Iterator

import pytest

from applications.forms import SECTIONS, QuestionForm, questions
from applications.forms.feeds import Feeds
from scoring.grid import Criterion
from scoring.screening import eligibility
from scoring.screening.forms import PrecheckForm
from tests.applications import brimful

CALLS_OWN = questions.form_of(brimful.QUESTIONS)
RULES = {
    Feeds.AGE: "age",
    Feeds.SEAT: "seat",
    Feeds.SIZE: "size",
    Feeds.DIFFICULTY: "difficulty",
    Feeds.EXCLUSIONS: "exclusions",
    Feeds.AMOUNT: "amount",
    Feeds.COFINANCING: "cofinancing",
    Feeds.HEADROOM: "headroom",
    Feeds.ONE_FILE: "one_file",
    Feeds.ETHICS: "ethics",
    Feeds.TRACK: "track",
}
NOT_ASKED = {"sector", "documents"}  # from the register; on a page of its own
MARKS = {
    Feeds.INNOVATION, Feeds.FEASIBILITY, Feeds.TEAM, Feeds.VALORISATION, Feeds.IMPACT,
}  # fmt: skip


def every_form() -> Iterator[type[QuestionForm]]:
    """Each page of questions, and each row of a table."""
    assert CALLS_OWN
    for form in (*SECTIONS.values(), CALLS_OWN):
        yield form
        yield from (table.row for table in form.tables)
    yield PrecheckForm


FORMS = list(dict.fromkeys(every_form()))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_question_says_what_it_feeds(form: type[QuestionForm]) -> None:
    assert set(form.feeds) == set(form.base_fields)
    assert all(isinstance(fed, Feeds) for fed in form.feeds.values())


def test_every_question_of_a_section_is_on_its_page_once() -> None:
    for key, form in SECTIONS.items():
        grouped = [name for _legend, names in form.groups for name in names]
        assert sorted(grouped) == sorted(form.base_fields), key


def test_what_feeds_a_rule_feeds_one_that_exists() -> None:
    existing = {rule.name for rule in eligibility.RULES}
    assert {*RULES.values(), *NOT_ASKED} == existing
    marks = {Criterion(mark.value) for mark in MARKS}
    assert marks == set(Criterion)


def test_everything_that_can_be_fed_is_fed_by_some_question() -> None:
    """A rule without a question would judge without asking."""
    assert {fed for form in FORMS for fed in form.feeds.values()} == set(Feeds)
