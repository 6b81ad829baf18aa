"""Work is a row: claimed once, done once, tried again, never lost."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError
from django.utils import timezone

from brustart.core import outbox, queue
from brustart.core.models import Mail, Message
from brustart.core.queue import State

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
LEASE = queue.RING_AGAIN + timedelta(seconds=1)


@pytest.fixture
def message() -> Message:
    outbox.put("test", now=NOW, n=1)
    return Message.objects.get()


def perform(message: Message, act, *, at: datetime = NOW) -> bool:
    return queue.perform(Message, message.pk, act, worker="test", clock=lambda: at)


def nothing(work, now) -> None:
    return None


def test_done_once(message: Message) -> None:
    seen: list[int] = []
    assert perform(message, lambda work, now: seen.append(work.attempt))
    assert not perform(message, lambda work, now: seen.append(work.attempt))
    assert seen == [1]
    message.refresh_from_db()
    assert (message.state, message.worker) == (State.DONE, "test")


def test_a_running_row_is_not_claimed_until_its_lease_ends(message: Message) -> None:
    assert queue.claim(Message, message.pk, worker="a", now=NOW)
    assert queue.claim(Message, message.pk, worker="b", now=NOW + timedelta(seconds=1)) is None
    taken = queue.claim(Message, message.pk, worker="b", now=NOW + LEASE)
    assert taken is not None
    assert taken.attempt == 2


def test_a_late_result_is_rolled_back(message: Message) -> None:
    def slow(work: Message, now: datetime) -> None:
        outbox.put("written by the late worker", now=NOW)
        queue.claim(Message, work.pk, worker="other", now=NOW + LEASE)

    assert not perform(message, slow)
    assert not Message.objects.filter(topic="written by the late worker").exists()


def test_a_failure_waits_longer_each_time_and_ends(message: Message) -> None:
    def fail(work: Message, now: datetime) -> None:
        outbox.put("half done", now=NOW)
        raise ConnectionError("down")

    at, pauses = NOW, []
    for _ in range(queue.ATTEMPTS):
        assert not perform(message, fail, at=at)
        message.refresh_from_db()
        if message.state == State.QUEUED:
            pauses.append(message.next_attempt_at - at)
            at = message.next_attempt_at
    assert message.state == State.FAILED
    assert message.error == "ConnectionError: down"
    assert len(pauses) == queue.ATTEMPTS - 1
    assert pauses[-1] > pauses[0]
    assert Message.objects.count() == 1
    queue.retry_by_hand(message, now=at)
    assert perform(message, nothing, at=at)


def test_the_impossible_is_not_tried_again(message: Message) -> None:
    def never(work: Message, now: datetime) -> None:
        raise queue.Impossible("nobody listens")

    perform(message, never)
    message.refresh_from_db()
    assert (message.state, message.attempt) == (State.FAILED, 1)


def test_waiting_for_other_work_is_no_failure(message: Message) -> None:
    def not_yet(work: Message, now: datetime) -> None:
        raise queue.NotYet("a document is still being read")

    at = NOW
    for _ in range(2 * queue.ATTEMPTS):
        assert not perform(message, not_yet, at=at)
        message.refresh_from_db()
        assert message.state == State.QUEUED
        assert message.next_attempt_at <= at + queue.LONGEST_PAUSE
        at = message.next_attempt_at
    assert perform(message, nothing, at=at)


def test_a_step_that_kills_its_worker_ends_in_failure(message: Message) -> None:
    at = NOW
    for _ in range(queue.ATTEMPTS):
        assert queue.claim(Message, message.pk, worker="doomed", now=at)
        at += LEASE
    assert queue.claim(Message, message.pk, worker="doomed", now=at) is None
    queue.sweep(Message, now=at)
    message.refresh_from_db()
    assert message.state == State.FAILED


@pytest.fixture
def mail(django_user_model) -> Mail:
    reader = django_user_model.objects.create_user("a@example.org", name="A")
    mail = Mail(recipient=reader, language="fr", subject="s", body="b", message_id="<1@x>")
    queue.enqueue(mail, now=NOW)
    return mail


def test_an_abandoned_mail_is_uncertain_and_never_sent_twice(mail: Mail) -> None:
    assert queue.claim(Mail, mail.pk, worker="killed", now=NOW)
    queue.sweep(Mail, now=NOW + LEASE)
    mail.refresh_from_db()
    assert mail.state == State.UNCERTAIN
    assert queue.claim(Mail, mail.pk, worker="next", now=NOW + LEASE) is None


@pytest.mark.parametrize("database_is_back", [True, False])
def test_a_mail_that_was_sent_as_the_database_went_away_is_not_sent_again(
    mail: Mail, monkeypatch: pytest.MonkeyPatch, database_is_back: bool
) -> None:
    answers, close = iter([False, database_is_back]), queue._close

    def close_if_it_answers(work: Mail, **changes: Any) -> bool:
        if not next(answers):
            raise OperationalError("the connection is closed")
        return close(work, **changes)

    monkeypatch.setattr(queue, "_close", close_if_it_answers)
    with nullcontext() if database_is_back else pytest.raises(OperationalError):
        queue.perform(Mail, mail.pk, nothing, worker="test", clock=lambda: NOW)
    queue.sweep(Mail, now=NOW + LEASE)
    mail.refresh_from_db()
    assert (mail.state, mail.attempt) == (State.UNCERTAIN, 1)


@pytest.mark.parametrize(
    ("error", "state"),
    [(ConnectionRefusedError(), State.QUEUED), (SoftTimeLimitExceeded(), State.UNCERTAIN)],
)
def test_a_mail_is_tried_again_unless_it_may_have_been_sent(
    mail: Mail, error: Exception, state: State
) -> None:
    def fail(work: Mail, now: datetime) -> None:
        raise error

    assert not queue.perform(Mail, mail.pk, fail, worker="test", clock=lambda: NOW)
    mail.refresh_from_db()
    assert mail.state == state


# --- a clock that was changed ---------------------------------------------------------------
AN_HOUR, A_SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("ahead", "due"),
    [
        (timedelta(), True),
        (A_SECOND, False),
        (queue.LONGEST_PAUSE + queue.SKEW, False),
        (queue.LONGEST_PAUSE + queue.SKEW + A_SECOND, True),
        (AN_HOUR, True),
    ],
)
def test_nothing_waits_for_longer_than_it_was_ever_told_to(
    message: Message, ahead: timedelta, due: bool
) -> None:
    Message.objects.update(next_attempt_at=NOW + ahead)
    assert Message.objects.due(NOW).exists() == due
    assert perform(message, nothing) == due


@pytest.mark.parametrize(
    ("ahead", "abandoned"), [(timedelta(), False), (queue.SKEW, False), (AN_HOUR, True)]
)
def test_no_claim_lasts_for_longer_than_a_lease(
    message: Message, mail: Mail, ahead: timedelta, abandoned: bool
) -> None:
    assert queue.claim(Message, message.pk, worker="its clock is ahead", now=NOW + ahead)
    assert queue.claim(Mail, mail.pk, worker="its clock is ahead", now=NOW + ahead)
    queue.sweep(Mail, now=NOW)
    mail.refresh_from_db()
    assert mail.state == (State.UNCERTAIN if abandoned else State.RUNNING)
    assert perform(message, nothing) == abandoned


@pytest.mark.parametrize(
    ("ahead", "silent"), [(timedelta(), False), (queue.SKEW, False), (AN_HOUR, True)]
)
def test_a_bell_rung_in_the_future_was_not_heard(
    message: Message, ahead: timedelta, silent: bool
) -> None:
    Message.objects.update(rung_at=NOW + ahead)
    assert Message.objects.unrung(NOW).exists() == silent


def test_what_was_rung_in_the_future_leaves_room_in_the_broker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queue.current_app, "send_task", lambda *_, **__: None, raising=False)
    for _ in range(queue.IN_BROKER):
        outbox.put("test", now=NOW)
    Message.objects.update(rung_at=timezone.now() + AN_HOUR)
    assert queue.pump(Message) == queue.IN_BROKER
    assert queue.pump(Message) == 0


def test_the_broker_holds_at_most_a_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr(
        queue.current_app, "send_task", lambda name, args, **_: rung.append(args[1]), raising=False
    )
    for _ in range(queue.IN_BROKER + 20):
        outbox.put("test", now=NOW)
    assert queue.pump(Message) == queue.IN_BROKER
    assert queue.pump(Message) == 0
    for key in rung[:30]:
        queue.perform(Message, key, nothing, worker="w", clock=lambda: NOW)
    assert queue.pump(Message) == 20


def test_an_unreachable_broker_fails_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*args, **kwargs) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(queue.current_app, "send_task", down, raising=False)
    outbox.put("test", now=NOW)
    assert queue.pump(Message) == 1
    assert Message.objects.get().state == State.QUEUED
