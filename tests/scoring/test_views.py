"""The pages of screening and reviewing, over HTTP."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.models import Application
from applications.states import State
from brustart.accounts.models import Role, User
from scoring.grid import Criterion
from scoring.review.models import ConflictOfInterest, Mark, Review
from tests import factories

pytestmark = pytest.mark.django_db


def logged_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def page(name: str, **where: Any) -> str:
    return reverse(name, kwargs=where)


@pytest.fixture
def manager() -> Client:
    return logged_in(factories.make_user(Role.FUND_MANAGER))


def all_marks(value: str = "4") -> dict[str, str]:
    reasons = {f"{one}_reason": "Clear." for one in Criterion.values}
    return dict.fromkeys(Criterion.values, value) | reasons | {"comment": "Well done."}


# --- confirming what the machine found ---------------------------------------------------------


def test_a_file_that_fails_a_rule_is_closed(manager: Client) -> None:
    file = factories.make_ineligible()
    url = page("ineligible", pk=file.pk)
    assert "Give the reason" in manager.post(url, {"reason": " "}).content.decode()
    assert manager.post(url, {"reason": "The seat is in Liège."}).status_code == 302
    file.refresh_from_db()
    assert file.state == State.INELIGIBLE
    again = manager.post(url, {"reason": "Again."})
    assert (again.status_code, b"Again." in again.content) == (409, False)


def test_a_file_that_is_still_screened_cannot_be_closed(manager: Client) -> None:
    file = factories.make_submitted()
    answer = manager.post(page("ineligible", pk=file.pk), {"reason": "Hurry."})
    assert answer.status_code == 409
    file.refresh_from_db()
    assert file.state == State.SUBMITTED


# --- giving files ------------------------------------------------------------------------------


def test_a_file_is_given_to_several(manager: Client) -> None:
    file = factories.make_screened()
    one, two, _three = factories.panel_of(file.call)
    answer = manager.post(page("assign", pk=file.pk), {"reviewers": [one.pk, two.pk]})
    assert answer.status_code == 302
    assert file.reviews.count() == 2


def test_refusals_name_the_person(manager: Client) -> None:
    file = factories.make_screened()
    one, two, three = factories.panel_of(file.call)
    factories.make_assigned(file, reviewers=[one])
    ConflictOfInterest.objects.create(
        application=file, reviewer=two, reason="A cousin.", declared_at=file.submitted_at
    )
    url = page("assign", pk=file.pk)
    words = manager.get(url).content.decode()
    assert "A cousin." in words
    assert words.count('type="checkbox"') == 1
    answer = manager.post(url, {"reviewers": [one.pk, two.pk, three.pk]})
    assert answer.status_code == 409
    assert f"{one} – This person has this file already." in answer.content.decode()
    assert file.reviews.filter(reviewer=three).exists()
    assert not file.reviews.filter(reviewer=two).exists()
    assert "Choose at least one" in manager.post(url, {}).content.decode()


# --- the reading room --------------------------------------------------------------------------


def test_marks_are_kept_then_handed_in() -> None:
    review = factories.make_assigned()[0]
    client, url = logged_in(review.reviewer), page("review", pk=review.application_id)
    room = client.get(url).content.decode()
    assert "It exists elsewhere, not on our market" in room
    assert "€120,000" in room
    assert "Pre-score, from declared facts" not in room
    client.post(url, {"act": "save", "team": "3.5", "team_reason": "Who sells?", "impact": "0"})
    room = client.get(url).content.decode()
    assert "Who sells?" in room
    assert '<option value="3.5" selected>' in room
    assert Mark.objects.get(criterion="impact").value == Decimal(0)
    assert client.post(url, {"act": "hand_in"} | all_marks()).status_code == 302
    room = client.get(url).content.decode()
    assert "Pre-score, from declared facts" in room
    assert "<select" not in room
    review.refresh_from_db()
    assert review.state == Review.State.DONE


def test_handing_in_too_early_keeps_everything() -> None:
    review = factories.make_assigned()[0]
    client, url = logged_in(review.reviewer), page("review", pk=review.application_id)
    answer = client.post(url, {"act": "hand_in", "team": "3.5", "team_reason": "Two founders."})
    words = answer.content.decode()
    assert "There is a problem" in words
    assert "Two founders." in words
    assert "Pre-score, from declared facts" not in words
    assert review.marks.get(criterion="team").value == Decimal("3.5")
    review.refresh_from_db()
    assert review.state == Review.State.BEGUN


@pytest.mark.parametrize("mark", ["5.5", "-1", "0.3", "NaN", "x"])
def test_a_mark_lies_on_the_scale(mark: str) -> None:
    review = factories.make_assigned()[0]
    client, url = logged_in(review.reviewer), page("review", pk=review.application_id)
    answer = client.post(url, {"act": "save", "team": mark, "team_reason": "Kept."})
    assert answer.status_code == 200
    assert "Kept." in answer.content.decode()
    assert review.marks.get(criterion="team").value is None  # the reason is kept, the mark is not


def test_a_second_hand_in_is_kind() -> None:
    review = factories.mark(factories.make_assigned()[0])
    client, url = logged_in(review.reviewer), page("review", pk=review.application_id)
    answer = client.post(url, {"act": "hand_in"} | all_marks("1"), follow=True)
    assert "Its marks stay as they are" in answer.content.decode()
    assert set(Mark.objects.values_list("value", flat=True)) == {Decimal(4)}


def test_a_conflict_hides_the_file() -> None:
    review = factories.make_assigned()[0]
    client, where = logged_in(review.reviewer), {"pk": review.application_id}
    assert client.get(page("conflict", **where)).status_code == 200
    assert "Give the reason" in client.post(page("conflict", **where), {}).content.decode()
    for _click in range(2):
        answer = client.post(page("conflict", **where), {"reason": "A cousin."})
        assert answer["Location"] == reverse("reviewing")
    assert client.get(page("review", **where)).status_code == 404
    assert client.post(page("review", **where), {"act": "save"} | all_marks()).status_code == 404


# --- the ranking -------------------------------------------------------------------------------


def test_the_ranking_shows_places_and_sums(manager: Client) -> None:
    call = factories.make_call()
    empty = manager.get(page("ranking", code=call.code)).content.decode()
    assert "No file is ranked yet" in empty
    for value in (3, 5):
        file = factories.make_reviewed(call=call, marks=[value])
    words = manager.get(page("ranking", code=call.code)).content.decode()
    assert file.reference in words
    assert "€240,000" in words
    factories.mark(factories.make_assigned(call=call)[0])
    assert "being added up" in manager.get(page("ranking", code=call.code)).content.decode()


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_lists_ask_no_more_questions_for_more_rows(manager: Client) -> None:
    call = factories.make_call(panel_size=1)
    file = factories.make_reviewed(call=call, marks=[4])
    ranking, assign = page("ranking", code=call.code), page("assign", pk=file.pk)
    manager.get(ranking)
    few = queries(manager, ranking), queries(manager, assign)
    for _row in range(5):
        factories.make_reviewed(call=call, marks=[4])
        factories.seat(call)
    assert (queries(manager, ranking), queries(manager, assign)) == few


# --- who may -----------------------------------------------------------------------------------

MANAGERS = ("ineligible", "assign")
REVIEWERS = ("review", "conflict")


@pytest.mark.parametrize("name", [*MANAGERS, *REVIEWERS])
@pytest.mark.parametrize("role", list(Role))
def test_each_page_is_for_its_role(name: str, role: Role) -> None:
    file = factories.make_screened()
    client = logged_in(factories.make_user(role))
    answer = client.get(page(name, pk=file.pk)).status_code
    if name in MANAGERS:
        assert answer == (200 if role == Role.FUND_MANAGER else 403)
    else:  # a reviewer who was not given the file does not know of it
        assert answer == (404 if role == Role.REVIEWER else 403)


def test_a_draft_is_nobody_elses(manager: Client) -> None:
    draft: Application = factories.make_draft()
    for name in MANAGERS:
        assert manager.get(page(name, pk=draft.pk)).status_code == 404


def test_the_ranking_is_for_overseers() -> None:
    call = factories.make_call()
    url = page("ranking", code=call.code)
    seen = {role: logged_in(factories.make_user(role)).get(url).status_code for role in Role}
    assert {role for role, status in seen.items() if status == 200} == {
        Role.FUND_MANAGER,
        Role.AUDITOR,
    }
