"""What is asked of a startup is exactly what the rules that need evidence read."""

import pytest
from django.test import Client
from django.urls import reverse

from brustart.accounts.models import Role
from scoring.screening import evidence
from tests.factories import make_ineligible, make_screened, make_user

pytestmark = pytest.mark.django_db
PARTNER = {"name": "Parent", "kind": "enterprise", "share": 30, "control": "no"}


def test_the_sections_that_the_rules_read() -> None:
    wanted = evidence.wanted(make_screened(owners=[PARTNER]))
    assert wanted.sections == ["size", "ownership"]
    assert "Micro or small enterprise" in wanted.question


def test_nothing_when_no_evidence_is_needed() -> None:
    for application in (make_screened(), make_ineligible()):
        assert evidence.wanted(application) == evidence.Wanted([], "")


@pytest.mark.parametrize(
    ("language", "title"),
    [("fr", "Micro ou petite entreprise"), ("nl", "Micro- of kleine onderneming")],
)
def test_the_question_is_in_the_language_of_the_file(language: str, title: str) -> None:
    application = make_screened(owners=[PARTNER])
    application.language = language
    assert title in evidence.wanted(application).question


def test_the_page_has_them_chosen_already(client: Client) -> None:
    application = make_screened(owners=[PARTNER])
    client.force_login(make_user(Role.FUND_MANAGER))
    form = client.get(reverse("ask", args=[application.pk])).context["form"]
    assert form["sections"].value() == ["size", "ownership"]
    assert "Micro or small" in form["question"].value()
