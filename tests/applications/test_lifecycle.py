"""The sole writer of state: begin, submit, withdraw, and each refusal."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from applications import lifecycle, requesting
from applications.models import (
    Application,
    Document,
    InformationRequest,
    Membership,
    Paper,
    Part,
    Submission,
    TimelineEntry,
)
from applications.states import FINAL, MOVES, State, for_applicant
from brustart.accounts.models import Role, User
from brustart.core.hashing import sha256
from brustart.core.models import AuditEntry, Mail, Message
from brustart.fund import deminimis
from brustart.fund.models import NumberNeeded
from tests.factories import (
    add_documents,
    fill,
    make_award,
    make_call,
    make_draft,
    make_empty_draft,
    make_screened,
    make_submitted,
    make_user,
)
from tests.mirabelle import BUDGET, PROJECT, enterprise_number

pytestmark = pytest.mark.django_db
UNREGISTERED = {"enterprise_number": None, "founded_on": None, "not_registered": True}


def member(application: Application, part: Part, **fields: Any) -> User:
    user = make_user(**fields)
    Membership.objects.create(startup=application.startup, user=user, part=part)
    return user


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
    assert set(submission.papers.values_list("name", flat=True)) == set(Paper.Name)


def test_a_second_click_finds_the_first_receipt() -> None:
    application = make_submitted()
    again = lifecycle.submit(application, actor=application.author, now=timezone.now())
    assert again == application.submission
    assert Submission.objects.count() == Message.objects.count() == Mail.objects.count() == 1


def test_the_receipt_goes_to_everybody_who_writes_the_file_each_in_their_language() -> None:
    application = make_draft()
    owner, editor = application.author, member(application, Part.EDITOR, language="nl")
    for part in (Part.READER, Part.ACCOUNTANT):
        member(application, part)
    for _click in range(2):
        lifecycle.submit(application, actor=owner, now=timezone.now())
    found = Mail.objects.order_by("pk").values_list("recipient", "language")
    assert list(found) == [(owner.pk, "en"), (editor.pk, "nl")]


def test_what_was_declared_counts_against_the_ceiling() -> None:
    application = make_submitted(de_minimis_received=Decimal("10000.50"))
    today = timezone.localdate()
    assert deminimis.used([application.enterprise_number], today) == Decimal("10000.50")


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
    assert [gap.anchor for gap in refused.value.gaps] == ["id_title", "id_requested"]
    assert not Submission.objects.exists()


# --- who may hand in --------------------------------------------------------------------------


@pytest.mark.parametrize("part", [Part.EDITOR, Part.READER, Part.ACCOUNTANT, None])
def test_only_an_owner_submits(part: Part | None) -> None:
    application = make_draft()
    actor = member(application, part) if part else make_user()
    with pytest.raises(lifecycle.NotAuthorised, match="Only an owner"):
        lifecycle.submit(application, actor=actor, now=timezone.now())
    assert not Submission.objects.exists()
    second = member(application, Part.OWNER)
    assert lifecycle.submit(application, actor=second, now=timezone.now()).by == second


@pytest.mark.parametrize(
    ("address", "verified", "may"),
    [
        (None, False, False),
        ("founder@example.org", False, False),
        ("other@example.org", True, False),
        ("Founder@example.org", True, True),
    ],
)
def test_an_owner_confirms_their_address_first(
    settings: Any, address: str | None, verified: bool, may: bool
) -> None:
    settings.DEMO = False
    owner = make_user(email="founder@example.org", is_demo=False)
    application = make_draft(author=owner)
    if address:
        EmailAddress.objects.create(user=owner, email=address, verified=verified)
    if may:
        assert lifecycle.submit(application, actor=owner, now=timezone.now())
        return
    with pytest.raises(lifecycle.NotAuthorised, match="Confirm your e-mail address"):
        lifecycle.submit(application, actor=owner, now=timezone.now())
    application.refresh_from_db()
    assert application.state == State.DRAFT


def test_who_submits_says_that_they_may_bind_the_company() -> None:
    application = make_draft()
    with pytest.raises(lifecycle.NotAuthorised, match="bind the company"):
        lifecycle.submit(
            application, actor=application.author, now=timezone.now(), binds_company=False
        )
    assert not Submission.objects.exists()


def test_the_fund_hands_in_what_came_on_paper_and_nobody_else_does() -> None:
    now = timezone.now()
    application = make_draft(now=now)
    manager = make_user(Role.FUND_MANAGER)
    application.startup.memberships.update(part=Part.READER)
    reader = application.author
    Application.objects.update(paper_received_on=timezone.localdate(now))
    Document.objects.filter(kind=Document.Kind.DECK).update(kind=Document.Kind.SCAN)
    add_documents(application, now=now)
    with pytest.raises(lifecycle.NotAuthorised):
        lifecycle.submit(application, actor=reader, now=now)
    application.startup.memberships.all().delete()
    submission = lifecycle.submit(application, actor=manager, now=now)
    letter = Mail.objects.get()
    assert (letter.by_post, letter.recipient) == (True, None)
    assert "Hello Mirabelle," in letter.body
    assert submission.receipt in letter.subject


# --- an enterprise and its number -------------------------------------------------------------


def test_a_team_without_a_number_applies_where_the_call_lets_it() -> None:
    """Two of them too: no number is nobody's own."""
    call = make_call(number_needed=NumberNeeded.AWARD)
    for _team in range(2):
        application = make_submitted(call, **UNREGISTERED)
        assert (application.state, application.enterprise_number) == (State.SUBMITTED, "")
    refused = make_draft(make_call(), **UNREGISTERED)
    with pytest.raises(lifecycle.Incomplete):
        lifecycle.submit(refused, actor=refused.author, now=timezone.now())


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


# --- more that the fund asks ------------------------------------------------------------------


def asked(application: Application, *sections: str, now: datetime) -> InformationRequest:
    return requesting.ask(
        application, sections=sections, question="Please correct it.",
        until=now + timedelta(days=10), actor=make_user(Role.FUND_MANAGER), now=now,
    )  # fmt: skip


def test_lists_and_limits_follow_what_was_handed_in_not_what_is_being_changed() -> None:
    now = timezone.now()
    application = make_screened()
    request = asked(application, "project", "budget", now=now)
    fill(application, "project", PROJECT | {"title": "Better rounds"}, now=now)
    fill(application, "budget", BUDGET | {"requested": Decimal(90_000)}, now=now)
    application.refresh_from_db()
    assert (application.title, application.requested) == ("Home care on time", 120_000)
    first = application.handed_in
    before = dict(first.content)
    second = requesting.answer(application, actor=application.author, now=now)
    application.refresh_from_db()
    assert (application.title, application.requested) == ("Better rounds", 90_000)
    assert (application.submission, second.version) == (second, 2)
    assert Submission.objects.get(pk=first.pk).content == before
    assert first.receipt != second.receipt
    assert {paper.submission_id for paper in Paper.objects.all()} == {first.pk, second.pk}
    request.refresh_from_db()
    assert request.before == first


def test_what_the_fund_no_longer_asks_changes_no_list() -> None:
    now = timezone.now()
    application = make_screened()
    request = asked(application, "budget", now=now)
    fill(application, "budget", BUDGET | {"requested": Decimal(90_000)}, now=now)
    requesting.take_back(request, actor=request.asked_by, now=now)
    application.refresh_from_db()
    assert application.requested == 120_000
    assert application.sections.get(name="budget").answers["requested"] == "120000.00"


def test_a_number_that_the_fund_asks_for_counts_once_it_is_handed_in() -> None:
    now = timezone.now()
    call, number = make_call(number_needed=NumberNeeded.AWARD), enterprise_number()
    application = make_screened(call, **UNREGISTERED)
    asked(application, "startup", now=now)
    founded = {"enterprise_number": number, "founded_on": timezone.localdate(now)}
    said = application.sections.get(name="startup").answers
    fill(application, "startup", said | founded | {"not_registered": False}, now=now)
    application.refresh_from_db()
    assert application.enterprise_number == ""
    requesting.answer(application, actor=application.author, now=now)
    application.refresh_from_db()
    assert application.enterprise_number == application.startup.enterprise_number == number


def test_a_number_of_another_file_in_the_call_is_refused_in_an_answer_too() -> None:
    now = timezone.now()
    call, number = make_call(number_needed=NumberNeeded.AWARD), enterprise_number()
    make_submitted(call, enterprise_number=number)
    application = make_screened(call, **UNREGISTERED)
    asked(application, "startup", now=now)
    founded = {"enterprise_number": number, "founded_on": timezone.localdate(now)}
    said = application.sections.get(name="startup").answers
    fill(application, "startup", said | founded | {"not_registered": False}, now=now)
    with pytest.raises(lifecycle.AlreadyApplied):
        requesting.answer(application, actor=application.author, now=now)
    assert application.submissions.count() == 1


# --- withdrawing, and the table of states ------------------------------------------------------


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
    ends = {State.INELIGIBLE, State.REJECTED, State.WITHDRAWN, State.LAPSED, State.CLOSED}
    assert ends == FINAL
    hidden = {state for state in State if for_applicant(state) != state}
    assert hidden == {State.REVIEWED, State.PROPOSED}
