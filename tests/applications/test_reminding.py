"""Reminders before the deadline: to whom, when, once, and at which cost."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import entering, extending, lifecycle, reminding
from applications.models import Application, Membership, Part
from applications.reminding import remind
from brustart.accounts.models import Role
from brustart.core.models import Mail
from brustart.settings import CELERY_BEAT_SCHEDULE
from brustart.worker import remind as task
from tests.factories import make_call, make_draft, make_empty_draft, make_submitted, make_user

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def before(application: Application, days: int) -> datetime:
    """The instant that many days before the call closes."""
    at: datetime = application.call.closes_at - timedelta(days=days)
    return at


def test_three_days_and_one_day_before_and_never_twice() -> None:
    draft = make_empty_draft()
    three, one = before(draft, 3), before(draft, 1)
    moments = [three - SECOND, three, three + SECOND, one - SECOND, one, one + SECOND]
    moments += [before(draft, 0) - SECOND, before(draft, 0), before(draft, -30)]
    assert [remind(now) for now in moments] == [0, 1, 0, 0, 1, 0, 0, 0, 0]
    assert Mail.objects.filter(template="deadline", recipient=draft.author).count() == 2


def test_a_worker_that_was_away_does_not_tell_of_both_marks_at_once() -> None:
    draft = make_empty_draft()
    assert remind(before(draft, 1)) == 1
    assert Mail.objects.count() == 1


def test_it_says_until_when_and_what_is_missing_section_by_section() -> None:
    call = make_call(closes_at=datetime.fromisoformat("2031-05-12T17:00:00+02:00"))
    draft = make_draft(call, title=None, summary=None, requested=None)
    remind(before(draft, 3))
    body = Mail.objects.get().body
    assert "12 May 2031, 17:00" in body
    assert "- Project: 2 answers missing" in body
    assert "- Budget: 1 answer missing" in body
    assert "- Team" not in body
    assert f"/en/applications/{draft.pk}/" in body


def test_a_complete_draft_is_told_that_nothing_is_missing() -> None:
    draft = make_draft()
    remind(before(draft, 3))
    body = Mail.objects.get().body
    assert "Nothing is missing" in body
    assert f"/en/applications/{draft.pk}/check/" in body


def test_owners_and_editors_are_told_each_in_their_language() -> None:
    draft = make_empty_draft(author=make_user(language="fr"))
    parts = {part: make_user(language="nl") for part in Part if part != Part.OWNER}
    for part, user in parts.items():
        Membership.objects.create(startup=draft.startup, user=user, part=part)
    remind(before(draft, 3))
    told = {(mail.recipient, mail.language) for mail in Mail.objects.all()}
    assert told == {(draft.author, "fr"), (parts[Part.EDITOR], "nl")}


def test_what_is_no_unfinished_draft_of_people_is_left_alone() -> None:
    call, now = make_call(), timezone.now()
    make_submitted(call)
    given_up = make_empty_draft(call)
    lifecycle.withdraw(given_up, actor=given_up.author, now=now)
    lifecycle.begin(call=call, author=None, language="fr", now=now)
    entering.enter(
        call,
        startup_name="Mirabelle",
        language="fr",
        received_on=timezone.localdate(now),
        actor=make_user(Role.FUND_MANAGER),
        now=now,
    )
    begun_late = make_empty_draft(call, now=call.closes_at - timedelta(days=2))
    assert remind(call.closes_at - timedelta(days=2)) == 0
    assert remind(before(begun_late, 1)) == 1


def test_an_extension_is_a_deadline_of_its_own() -> None:
    draft = make_empty_draft()
    closes_at = draft.call.closes_at
    remind(before(draft, 3))
    until = closes_at + timedelta(days=7)
    extending.grant(
        draft, until=until, reason="Ill", actor=make_user(Role.FUND_MANAGER), now=before(draft, 2)
    )
    assert remind(before(draft, 1)) == 0
    assert remind(until - timedelta(days=3) - SECOND) == 0
    assert remind(until - timedelta(days=3)) == 1
    assert remind(until - timedelta(days=1)) == 1
    assert remind(until) == 0


def test_an_extension_of_a_day_or_two_is_not_repeated_at_once() -> None:
    draft = make_empty_draft()
    closes_at, now = draft.call.closes_at, before(draft, 0) - SECOND
    manager = make_user(Role.FUND_MANAGER)
    until = closes_at + timedelta(days=2)
    extending.grant(draft, until=until, reason="Ill", actor=manager, now=now)
    assert remind(closes_at) == 0
    assert remind(until - timedelta(days=1)) == 1


def test_many_are_told_in_several_calls_the_urgent_ones_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reminding, "AT_ONCE", 2)
    urgent = make_empty_draft()
    now = before(urgent, 1)
    later = make_call(closes_at=now + timedelta(days=2))
    others = [make_empty_draft(later) for _time in range(2)]
    assert [remind(now) for _call in range(3)] == [2, 1, 0]
    told = [mail.recipient for mail in Mail.objects.order_by("pk")]
    assert told == [urgent.author, others[0].author, others[1].author]


def queries(now: datetime) -> int:
    with CaptureQueriesContext(connection) as captured:
        remind(now)
    return len(captured)


def test_drafts_that_are_not_near_cost_nothing() -> None:
    call = make_call()
    draft = make_empty_draft(call)
    one = queries(before(draft, 4))
    for _time in range(9):
        make_empty_draft(call)
    assert queries(before(draft, 4)) == one == 2
    assert queries(before(draft, 3)) <= 2 + 10 * 14
    assert queries(before(draft, 3)) == 2


def test_beat_calls_the_workers_task() -> None:
    draft = make_empty_draft(make_call(closes_at=timezone.now() + timedelta(days=2)))
    Application.objects.update(created_at=timezone.now() - timedelta(days=30))
    task()
    assert Mail.objects.get().recipient == draft.author
    assert CELERY_BEAT_SCHEDULE["remind"]["task"] == task.name
