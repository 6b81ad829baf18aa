"""The sole writer of state: begin, submit, withdraw, and each refusal."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from applications import lifecycle
from applications.models import Application, Submission, TimelineEntry
from applications.states import FINAL, MOVES, State, for_applicant
from brustart.core.hashing import sha256
from brustart.core.models import AuditEntry, Mail, Message
from brustart.fund import deminimis
from tests.factories import (
    enterprise_number,
    make_award,
    make_call,
    make_draft,
    make_empty_draft,
    make_submitted,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_submitting_freezes_the_draft_and_says_so() -> None:
    now = timezone.now()
    application = make_draft(now=now)
    submission = lifecycle.submit(application, actor=application.author, now=now)
    application.refresh_from_db()
    assert application.state == State.SUBMITTED
    assert application.submitted_at == submission.at == now
    assert submission.sha256 == sha256(submission.content)
    assert submission.receipt.startswith(f"{application.reference}-")
    assert submission.answers("budget")["requested"] == "120000.00"
    assert Message.objects.get().payload == {"application": application.pk}
    mail = Mail.objects.get()
    assert mail.recipient == application.author
    assert submission.receipt in mail.subject
    assert f"/en/files/{application.pk}/" in mail.body
    assert submission.sha256 in mail.body
    assert "&#" not in mail.body
    assert list(TimelineEntry.objects.values_list("kind", flat=True)) == ["created", "submitted"]
    assert AuditEntry.objects.filter(act="application.submitted").count() == 1


def test_a_second_click_finds_the_first_receipt() -> None:
    application = make_submitted()
    again = lifecycle.submit(application, actor=application.author, now=timezone.now())
    assert again == application.submission
    assert Submission.objects.count() == Message.objects.count() == Mail.objects.count() == 1


def test_what_was_declared_counts_against_the_ceiling() -> None:
    application = make_submitted(de_minimis_received=Decimal("10000.50"))
    today = timezone.localdate()
    used = deminimis.used(application.enterprise_number, today)
    assert used == Decimal("10000.50")


@pytest.mark.parametrize("minutes", [-1, 0])
def test_the_clock_closes_the_call(minutes: int) -> None:
    call = make_call()
    application = make_draft(call)
    late = call.closes_at - timedelta(minutes=minutes)
    with pytest.raises(lifecycle.CallClosed):
        lifecycle.submit(application, actor=application.author, now=late)
    application.refresh_from_db()
    assert application.state == State.DRAFT
    last_moment = call.closes_at - timedelta(microseconds=1)
    assert lifecycle.submit(application, actor=application.author, now=last_moment)


def test_a_closed_call_takes_no_new_draft() -> None:
    call = make_call()
    with pytest.raises(lifecycle.CallClosed):
        lifecycle.begin(call=call, author=make_user(), language="fr", now=call.closes_at)
    assert not Application.objects.exists()


def test_an_incomplete_draft_stays_a_draft() -> None:
    application = make_draft(requested=None, title=None)
    with pytest.raises(lifecycle.Incomplete) as refused:
        lifecycle.submit(application, actor=application.author, now=timezone.now())
    assert [gap.field for gap in refused.value.gaps] == ["title", "requested"]
    assert not Submission.objects.exists()


def test_one_open_file_for_an_enterprise_and_call() -> None:
    call, number = make_call(), enterprise_number()
    first = make_submitted(call, enterprise_number=number)
    second = make_draft(call, enterprise_number=number)
    with pytest.raises(lifecycle.AlreadyApplied):
        lifecycle.submit(second, actor=second.author, now=timezone.now())
    assert Mail.objects.count() == 1
    lifecycle.withdraw(first, actor=first.author, now=timezone.now())
    assert lifecycle.submit(second, actor=second.author, now=timezone.now())


def test_the_same_enterprise_may_apply_in_another_call() -> None:
    number = enterprise_number()
    make_submitted(make_call(), enterprise_number=number)
    assert make_submitted(make_call(), enterprise_number=number).state == State.SUBMITTED


def test_withdrawing_is_for_good() -> None:
    application = make_empty_draft()
    lifecycle.withdraw(application, actor=application.author, now=timezone.now())
    assert application.state == State.WITHDRAWN
    with pytest.raises(lifecycle.WrongState, match="Nothing was changed"):
        lifecycle.withdraw(application, actor=application.author, now=timezone.now())
    assert Message.objects.filter(topic="application.withdrawn").count() == 1


def test_an_awarded_file_cannot_be_withdrawn() -> None:
    application = make_award().application
    with pytest.raises(lifecycle.WrongState):
        lifecycle.withdraw(application, actor=application.author, now=timezone.now())


def test_every_state_can_be_reached_and_left_or_is_final() -> None:
    reached = {State.DRAFT}.union(*MOVES.values())
    assert reached == set(State) == set(MOVES)
    assert {State.INELIGIBLE, State.AWARDED, State.REJECTED, State.WITHDRAWN} == FINAL
    hidden = {state for state in State if for_applicant(state) != state}
    assert hidden == {State.REVIEWED, State.PROPOSED}
