"""A request for information: what it reopens, what its answer makes of the file, how it ends."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from applications import drafting, lifecycle, requesting
from applications.forms import SECTIONS
from applications.models import Application, Document, InformationRequest, Membership, Part
from applications.reading import changes_between
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.core import queue
from brustart.core.models import AuditEntry, Mail, Message
from scoring.screening import pipeline
from scoring.screening.models import Step
from tests.factories import (
    add_documents,
    fill,
    make_assigned,
    make_screened,
    make_submitted,
    make_user,
)
from tests.mirabelle import BUDGET, PROJECT

pytestmark = pytest.mark.django_db
TEN_DAYS = timedelta(days=10)


@pytest.fixture
def manager() -> User:
    return make_user(Role.FUND_MANAGER)


def ask(
    application: Application, manager: User, *sections: str, now: datetime, **changes: Any
) -> InformationRequest:
    """Ask for the project, or these sections, within ten days."""
    known: dict[str, Any] = {"question": "Who are your pilots?", "until": now + TEN_DAYS}
    return requesting.ask(
        application, sections=sections or ["project"], actor=manager, now=now, **known | changes
    )


def kept(application: Application, key: str) -> dict[str, Any]:
    answers: dict[str, Any] = application.sections.get(name=key).answers
    return answers


def test_exactly_the_sections_that_are_asked_reopen(manager: User) -> None:
    now = timezone.now()
    application = make_screened()
    ask(application, manager, "project", "team", now=now)
    fill(application, "project", PROJECT | {"title": "Rounds on time"}, now=now)
    with pytest.raises(lifecycle.WrongState):
        fill(application, "budget", BUDGET, now=now)
    with pytest.raises(lifecycle.WrongState):
        fill(application, "project", PROJECT, now=now + TEN_DAYS)


def test_the_startup_is_told_what_is_asked_and_until_when(manager: User) -> None:
    application = make_screened()
    until = datetime.fromisoformat("2031-05-12T17:00:00+02:00")
    ask(application, manager, now=timezone.now(), until=until)
    mail = Mail.objects.get(template="information_asked")
    assert mail.recipient == application.author
    assert application.reference in mail.subject
    assert "Who are your pilots?" in mail.body
    assert "- Project" in mail.body
    assert "12 May 2031, 17:00" in mail.body
    assert f"/en/applications/{application.pk}/" in mail.body
    assert application.timeline.filter(kind="information_asked").count() == 1
    assert AuditEntry.objects.filter(act="information.asked", actor=manager).count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"question": "  "}, "Say what you ask"),
        ({"sections": []}, "Say what you ask"),
        ({"sections": ["nothing"]}, "Say what you ask"),
        ({"sections": ["ehealth"]}, "Say what you ask"),  # the file is of the other track
        ({"until": timezone.now() - timedelta(seconds=1)}, "is past"),
    ],
)
def test_a_request_says_what_where_and_until_when(
    manager: User, changes: dict[str, Any], words: str
) -> None:
    now = timezone.now()
    known = {"sections": ["project"], "question": "Who?", "until": now + TEN_DAYS}
    with pytest.raises(requesting.CannotAsk, match=words):
        requesting.ask(make_screened(), actor=manager, now=now, **known | changes)
    assert not InformationRequest.objects.exists()


@pytest.mark.parametrize("make", [make_submitted, lambda: make_assigned()[0].application])
def test_nothing_is_asked_before_the_screening_or_during_review(
    manager: User, make: Callable[[], Application]
) -> None:
    application = make()
    with pytest.raises(requesting.CannotAsk, match="Nothing can be asked"):
        ask(application, manager, now=timezone.now())


def test_one_request_at_a_time(manager: User) -> None:
    now = timezone.now()
    application = make_screened()
    ask(application, manager, now=now)
    with pytest.raises(requesting.CannotAsk, match="open already"):
        ask(application, manager, now=now + TEN_DAYS - timedelta(seconds=1))
    assert ask(application, manager, now=now + TEN_DAYS).until == now + 2 * TEN_DAYS


def test_the_answer_is_a_new_submission_that_is_screened_again(manager: User) -> None:
    now = timezone.now()
    application = make_screened()
    first = application.handed_in
    asked = ask(application, manager, now=now)
    fill(application, "project", PROJECT | {"title": "Rounds on time"}, now=now)
    second = requesting.answer(application, actor=application.author, now=now)
    assert requesting.answer(application, actor=application.author, now=now) == second
    application.refresh_from_db()
    asked.refresh_from_db()
    assert (application.state, application.submission) == (State.SUBMITTED, second)
    assert (asked.before, asked.after, asked.closed_at) == (first, second, now)
    assert (first.version, second.version) == (1, 2)
    assert Message.objects.filter(topic="application.submitted").count() == 2
    changes = [(one.term, one.before, one.after) for one in changes_between(first, second)]
    assert changes == [("Title of the project", "Home care on time", "Rounds on time")]
    mail = Mail.objects.get(template="information_given")
    assert mail.recipient == manager
    assert "Who are your pilots?" in mail.body
    assert f"/en/files/{application.pk}/" in mail.body
    pipeline.begin(application.pk, now=now)
    for step in Step.objects.filter(run__submission=second):
        assert queue.perform(Step, step.pk, pipeline.perform, worker="tests")
    application.refresh_from_db()
    assert application.state == State.ELIGIBLE


def test_only_an_owner_answers_and_only_in_time(manager: User) -> None:
    now = timezone.now()
    application = make_screened()
    editor = make_user()
    Membership.objects.create(startup=application.startup, user=editor, part=Part.EDITOR)
    ask(application, manager, now=now)
    with pytest.raises(lifecycle.NotAuthorised):
        requesting.answer(application, actor=editor, now=now)
    with pytest.raises(lifecycle.WrongState, match="time is over"):
        requesting.answer(application, actor=application.author, now=now + TEN_DAYS)


def test_an_answer_leaves_no_gap(manager: User) -> None:
    now = timezone.now()
    application = make_screened()
    ask(application, manager, now=now)
    fill(application, "project", PROJECT | {"summary": ""}, now=now)
    with pytest.raises(lifecycle.Incomplete):
        requesting.answer(application, actor=application.author, now=now)


def test_what_was_being_changed_does_not_count_once_the_question_is_taken_back(
    manager: User,
) -> None:
    now = timezone.now()
    application = make_screened()
    asked = ask(application, manager, "project", "documents", now=now)
    fill(application, "project", PROJECT | {"title": "Rounds on time"}, now=now)
    handed_in = set(application.documents.all())
    application.documents.update(removed_at=now)
    add_documents(application, now=now)
    requesting.take_back(asked, actor=manager, now=now)
    assert kept(application, "project")["title"] == "Home care on time"
    assert set(Document.objects.filter(removed_at=None)) == handed_in
    with pytest.raises(lifecycle.WrongState):
        fill(application, "project", PROJECT, now=now)
    with pytest.raises(requesting.CannotAsk, match="Nothing was changed"):
        requesting.take_back(asked, actor=manager, now=now)
    assert application.timeline.filter(kind="information_no_longer_asked").count() == 1


def test_a_page_opened_before_it_was_taken_back_does_not_overwrite_what_is_restored(
    manager: User,
) -> None:
    now = timezone.now()
    application = make_screened()
    asked = ask(application, manager, now=now)
    fill(application, "project", PROJECT | {"title": "Rounds on time"}, now=now)
    version = application.sections.get(name="project").version
    requesting.take_back(asked, actor=manager, now=now)
    ask(application, manager, now=now)
    section = application.sections.get(name="project")
    assert (section.version, section.saved_page) == (version + 1, "")
    form = SECTIONS["project"]({})
    with pytest.raises(drafting.StaleSave):
        drafting.save_section(application, form, begun_from=version, page="a", actor=None, now=now)


def test_asking_again_after_the_time_keeps_what_was_typed_where_it_is_asked_again(
    manager: User,
) -> None:
    now = timezone.now()
    application = make_screened()
    lapsed = ask(application, manager, "project", "budget", now=now)
    fill(application, "project", PROJECT | {"title": "Rounds on time"}, now=now)
    fill(application, "budget", BUDGET | {"personnel": 100_000}, now=now)
    ask(application, manager, "project", now=now + TEN_DAYS)
    lapsed.refresh_from_db()
    assert lapsed.closed_at == now + TEN_DAYS
    assert kept(application, "project")["title"] == "Rounds on time"
    assert kept(application, "budget")["personnel"] == "118000.00"


def test_withdrawing_ends_what_was_asked(manager: User) -> None:
    now = timezone.now()
    application = make_screened()
    asked = ask(application, manager, now=now)
    lifecycle.withdraw(application, actor=application.author, now=now)
    asked.refresh_from_db()
    assert not asked.is_open(now)


def test_a_startup_without_people_is_asked_by_letter(manager: User) -> None:
    application = make_screened()
    application.startup.memberships.all().delete()
    ask(application, manager, now=timezone.now())
    mail = Mail.objects.get(template="information_asked")
    assert mail.by_post
    assert "by letter or by phone" in mail.body
    assert "/applications/" not in mail.body
