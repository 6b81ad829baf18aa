"""The panel at work: who is how far, what is late, where marks lie apart; reminders and words."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from brustart.accounts.models import Role
from brustart.core.models import Mail
from brustart.fund.models import Call
from scoring.review import assigning, chasing, conflicts, following
from scoring.review.models import Panelist, Round
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def call() -> Call:
    call = factories.make_call(panel_size=3)
    Round.objects.create(call=call, due_on=timezone.localdate() - timedelta(days=1))
    return call


def test_each_reviewer_is_counted_by_state(call: Call) -> None:
    for place in range(5):
        reviews = factories.make_assigned(factories.make_screened(call), reviewers=3)
        first, _second, third = reviews
        factories.mark(third)
        if place == 0:
            factories.mark(first)
        elif place == 1:
            assigning.abstain(first, reason="No.", actor=first.reviewer, now=timezone.now())
        elif place == 2:
            conflicts.recuse(
                first.application, reviewer=first.reviewer, reason="A cousin.", now=timezone.now()
            )
    lines = {one.person: one for one in following.reviewers(call, on=timezone.localdate())}
    one, two, three = (lines[person] for person in factories.panel_of(call))
    assert (one.given, one.done, one.open, one.late) == (3, 1, 2, 2)
    assert [number for _label, number in one.others] == [1, 1]
    assert (two.given, two.done, two.late) == (5, 0, 5)
    assert (three.given, three.open, three.late) == (5, 0, 0)
    ordered = following.reviewers(call, on=timezone.localdate())
    assert [line.late for line in ordered] == [5, 2, 0]


def test_marks_far_apart_are_named(call: Call) -> None:
    near = factories.make_reviewed(factories.make_screened(call), marks=[3, 4])
    far = factories.make_reviewed(factories.make_screened(call), marks=[2, 4])
    lines = {one.file: one for one in following.lines(call, [near, far], on=timezone.localdate())}
    assert (lines[near].apart, lines[near].is_outlier) == (1, False)
    assert (lines[far].apart, lines[far].is_outlier) == (2, True)
    assert following.outliers(call, most=5) == (1, [(far, 2)])
    assert following.outliers(call, most=0) == (1, [])


def test_a_fund_manager_writes_to_reviewers(call: Call) -> None:
    late = factories.make_assigned(factories.make_screened(call), reviewers=1)[0].reviewer
    client, url = Client(), reverse("panel_progress", args=[call.code])
    client.force_login(factories.make_user(Role.FUND_MANAGER))
    page = client.get(url).content.decode()
    assert f'value="{late.pk}"' in page
    assert page.count("checked") == 1  # who is late is chosen already
    Mail.objects.all().delete()
    assert client.post(url, {"to": [late.pk]}).status_code == 422
    outsider = factories.make_user(Role.REVIEWER)
    assert client.post(url, {"to": [outsider.pk], "text": "Hello"}).status_code == 422
    assert not Mail.objects.exists()
    assert client.post(url, {"to": [late.pk], "text": "Where are you?"})["Location"] == url
    mail = Mail.objects.get()
    assert (mail.recipient, mail.template) == (late, "to_reviewer")
    assert "Where are you?" in mail.body


def test_an_auditor_reads_and_does_not_write(call: Call) -> None:
    person = factories.panel_of(call)[0]
    client, url = Client(), reverse("panel_progress", args=[call.code])
    client.force_login(factories.make_user(Role.AUDITOR))
    assert "<textarea" not in client.get(url).content.decode()
    client.post(url, {"to": [person.pk], "text": "Hello"})
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("days", "told"), [(8, 0), (7, 1), (2, 1), (1, 1), (0, 1), (-1, 1), (-3, 1), (-4, 0)]
)
def test_reviewers_are_reminded_a_week_and_a_day_before_and_after(
    call: Call, days: int, told: int
) -> None:
    open_one, done = factories.make_assigned(factories.make_screened(call), reviewers=2)
    factories.mark(done)
    now = timezone.now()
    Round.objects.update(due_on=timezone.localdate(now) + timedelta(days=days))
    assert chasing.remind(now) == told
    assert chasing.remind(now + timedelta(minutes=5)) == 0
    reminders = Mail.objects.filter(template="marks_due")
    assert [one.recipient for one in reminders] == [open_one.reviewer] * told


def test_nobody_is_chased_for_a_file_that_a_tie_hides(call: Call) -> None:
    free, hidden = factories.make_assigned(factories.make_screened(call), reviewers=2)
    Panelist.objects.filter(reviewer=hidden.reviewer).update(
        enterprises=[hidden.application.enterprise_number]
    )
    conflicts.look(call, now=timezone.now())
    assert chasing.remind(timezone.now()) == 1
    assert Mail.objects.get(template="marks_due").recipient == free.reviewer


def test_each_mark_reminds_once(call: Call) -> None:
    factories.make_assigned(factories.make_screened(call), reviewers=1)
    now = timezone.now()
    Round.objects.update(due_on=timezone.localdate(now) + timedelta(days=7))
    told = [chasing.remind(now + timedelta(days=day)) for day in range(12)]
    assert told == [1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0]


def test_the_page_asks_the_same_number_of_questions(call: Call) -> None:
    client, url = Client(), reverse("panel_progress", args=[call.code])
    client.force_login(factories.make_user(Role.FUND_MANAGER))

    def more(**changes: Any) -> int:
        factories.make_reviewed(factories.make_screened(call), marks=[1, 4], **changes)
        factories.make_assigned(factories.make_screened(call), reviewers=2)
        client.get(url)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    few = more()
    for _row in range(3):
        factories.seat(call)
        last = more()
    assert last == few
