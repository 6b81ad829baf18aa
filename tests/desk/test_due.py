"""What is due or late: counted, and found in the list of files."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import requesting
from applications.models import Application
from brustart.accounts.models import Role, User
from brustart.awards.models import Proposal
from brustart.core import queue
from brustart.desk import due
from scoring.review import rounds
from scoring.screening import pipeline
from scoring.screening.models import Step
from tests.factories import (
    make_assigned,
    make_call,
    make_proposal,
    make_screened,
    make_submitted,
    make_user,
    mark,
)

pytestmark = pytest.mark.django_db
LONG = timedelta(days=due.PATIENCE + 2)


@pytest.fixture
def manager() -> User:
    return make_user(Role.FUND_MANAGER, language="en")


def found(manager: User) -> dict[str, tuple[int, list[Any]]]:
    """Each kind: its number, and the files that its link shows."""
    client = Client()
    client.force_login(manager)
    answers = {}
    for one in due.due(manager, timezone.localdate()):
        page = client.get(one.url)
        assert page.status_code == 200
        rows = page.context["page_obj"].object_list if "?late=" in one.url else []
        answers[one.url.partition("?late=")[2].partition("&")[0]] = (
            one.count, [row.pk for row in rows]
        )  # fmt: skip
    return answers


def aged(application: Application) -> Application:
    """In its state for long."""
    since = timezone.now() - LONG
    Application.objects.filter(pk=application.pk).update(state_since=since)
    return application


def test_nothing_is_late_at_first(manager: User) -> None:
    make_screened()
    make_proposal()
    assert due.due(manager, timezone.localdate()) == []


def test_a_file_that_waits_for_the_fund_for_long(manager: User) -> None:
    file = aged(make_screened())
    aged(make_submitted())  # waits for the worker
    aged(make_screened(make_call(listed=False)))
    assert found(manager) == {"waiting": (1, [file.pk])}


def test_a_proposal_that_waits_for_votes_for_long(manager: User) -> None:
    proposal = make_proposal()
    make_proposal()
    Proposal.objects.filter(pk=proposal.pk).update(proposed_at=timezone.now() - LONG)
    assert found(manager) == {"votes": (1, [proposal.application_id])}


def test_a_request_that_was_not_answered_in_time(manager: User) -> None:
    file, other = make_screened(), make_screened()
    for one, days in ((file, 1), (other, 30)):
        asked_at = timezone.now() - timedelta(days=5)
        requesting.ask(
            one, sections=["size"], question="How many?", actor=manager, now=asked_at,
            until=asked_at + timedelta(days=days),
        )  # fmt: skip
    assert found(manager) == {"unanswered": (1, [file.pk])}


def test_a_stopped_screening(manager: User) -> None:
    file = make_submitted()
    pipeline.begin(file.pk, now=timezone.now())
    Step.objects.filter(place=0).update(
        state=queue.State.FAILED, attempt=5, error="OSError: away", finished_at=timezone.now()
    )
    assert found(manager) == {"stopped": (1, [file.pk])}


def test_reviews_that_are_late_by_call(manager: User) -> None:
    call = make_call(code="late")
    first, _second = make_assigned(make_screened(call), reviewers=2)
    how = rounds.of(call)
    how.due_on = timezone.localdate() - timedelta(days=1)
    rounds.change(how, actor=manager, now=timezone.now())
    (one,) = due.due(manager, timezone.localdate())
    assert (one.count, one.url, one.tone) == (2, reverse("panel_progress", args=["late"]), "bad")
    mark(first)
    (one,) = due.due(manager, timezone.localdate())
    assert one.count == 1
    assert due.due(manager, how.due_on) == []  # the day itself is in time


def test_the_worst_stands_first(manager: User) -> None:
    aged(make_screened())
    stopped = make_submitted()
    pipeline.begin(stopped.pk, now=timezone.now())
    Step.objects.filter(place=0).update(state=queue.State.FAILED, attempt=5)
    Step.objects.filter(run__submission__application__state="eligible").update(state="done")
    assert [one.tone for one in due.due(manager, timezone.localdate())] == ["bad", "warn"]
