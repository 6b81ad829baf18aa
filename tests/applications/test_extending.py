"""Extensions of single drafts: how they are found, what they need, and that they hold once."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from applications import entering, extending, lifecycle
from applications.models import Application, Extension
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.core.models import AuditEntry, Mail
from tests.factories import make_call, make_draft, make_empty_draft, make_submitted, make_user

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def manager() -> User:
    return make_user(Role.FUND_MANAGER)


def a_week_more(application: Application) -> datetime:
    until: datetime = application.call.closes_at + timedelta(days=7)
    return until


def grant(application: Application, manager: User, **changes: Any) -> Extension:
    known: dict[str, Any] = {
        "until": a_week_more(application),
        "reason": "The director is ill.",
        "now": timezone.now(),
    }
    return extending.grant(application, actor=manager, **known | changes)


def test_an_extended_draft_is_submitted_late_and_uses_the_extension(manager: User) -> None:
    application = make_draft()
    extension = grant(application, manager)
    late = extension.until - SECOND
    lifecycle.submit(application, actor=application.author, now=late)
    extension.refresh_from_db()
    assert extension.used_at == late
    kinds = list(application.timeline.values_list("kind", flat=True))
    assert kinds == ["created", "extension_granted", "submitted", "extension_used"]


def test_an_extension_ends_to_the_second(manager: User) -> None:
    application = make_draft()
    extension = grant(application, manager)
    with pytest.raises(lifecycle.CallClosed):
        lifecycle.submit(application, actor=application.author, now=extension.until)
    extension.refresh_from_db()
    assert extension.used_at is None


def test_a_file_in_time_leaves_its_extension_unused(manager: User) -> None:
    application = make_draft()
    extension = grant(application, manager)
    in_time = application.call.closes_at - SECOND
    lifecycle.submit(application, actor=application.author, now=in_time)
    extension.refresh_from_db()
    assert extension.used_at is None


def test_it_holds_for_this_draft_alone(manager: User) -> None:
    call = make_call()
    extended, other = make_draft(call), make_draft(call)
    grant(extended, manager)
    with pytest.raises(lifecycle.CallClosed):
        lifecycle.submit(other, actor=other.author, now=call.closes_at + SECOND)


def test_the_startup_is_told_and_it_stands_in_the_file(manager: User) -> None:
    application = make_draft()
    until = datetime.fromisoformat("2031-05-12T17:00:00+02:00")
    grant(application, manager, until=until, reason=" The director is ill. ")
    mail = Mail.objects.get(template="extension")
    assert mail.recipient == application.author
    assert "12 May 2031, 17:00" in mail.body
    assert "The director is ill." in mail.body
    assert f"/en/applications/{application.pk}/" in mail.body
    entry = application.timeline.get(kind="extension_granted")
    assert entry.details["reason"] == "The director is ill."
    assert AuditEntry.objects.filter(act="extension.granted", actor=manager).count() == 1


def test_a_draft_without_an_account_has_nobody_to_tell(manager: User) -> None:
    draft = lifecycle.begin(call=make_call(), author=None, language="fr", now=timezone.now())
    assert grant(draft, manager)
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": " \n"}, "Give the reason"),
        ({"until": timezone.now() + timedelta(days=1)}, "after the call has closed"),
        ({"now": timezone.now() + timedelta(days=60)}, "a moment to come"),
    ],
)
def test_it_needs_a_reason_and_a_moment_after_the_close(
    manager: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(extending.CannotExtend, match=words):
        grant(make_draft(), manager, **changes)
    assert not Extension.objects.exists()


def test_the_close_itself_is_no_extension(manager: User) -> None:
    application = make_draft()
    with pytest.raises(extending.CannotExtend, match="after the call has closed"):
        grant(application, manager, until=application.call.closes_at)
    assert grant(application, manager, until=application.call.closes_at + SECOND)


def test_one_extension_for_a_draft(manager: User) -> None:
    application = make_draft()
    grant(application, manager)
    with pytest.raises(extending.CannotExtend, match="already"):
        grant(Application.objects.get(pk=application.pk), manager)


def test_only_a_draft_of_a_startups_own(manager: User) -> None:
    with pytest.raises(extending.CannotExtend, match="no draft any more"):
        grant(make_submitted(), manager)
    with pytest.raises(extending.CannotExtend, match="day of arrival"):
        grant(on_paper(manager), manager)


def on_paper(manager: User) -> Application:
    return entering.enter(
        make_call(),
        startup_name="Mirabelle",
        language="nl",
        received_on=timezone.localdate(),
        actor=manager,
        now=timezone.now(),
    )


@pytest.mark.parametrize("written", ["{reference}", " bru {pk} ", "{pk}", "bru-{pk}"])
def test_a_draft_is_found_as_people_say_its_number(written: str) -> None:
    draft = make_empty_draft()
    said = written.format(reference=draft.reference, pk=draft.pk)
    assert extending.find_draft(said, call=draft.call) == draft


@pytest.mark.parametrize("written", ["", "BRU-", "BRU-999999999", "x{pk}", "{pk} or so"])
def test_what_is_no_number_of_a_draft_finds_none(written: str) -> None:
    draft = make_empty_draft()
    with pytest.raises(extending.CannotExtend, match="BRU-00042"):
        extending.find_draft(written.format(pk=draft.pk), call=draft.call)


def test_other_calls_and_other_states_are_not_found(manager: User) -> None:
    draft, submitted, paper = make_empty_draft(), make_submitted(), on_paper(manager)
    for reference, call in (
        (draft.reference, make_call()),
        (submitted.reference, submitted.call),
        (paper.reference, paper.call),
    ):
        with pytest.raises(extending.CannotExtend):
            extending.find_draft(reference, call=call)


def test_a_file_on_paper_is_entered_for_a_startup_of_its_own(manager: User) -> None:
    application = on_paper(manager)
    assert (application.state, application.author) == (State.DRAFT, manager)
    assert str(application.startup) == "Mirabelle"
    assert not application.startup.memberships.exists()
    assert application.sections.get(name="startup").answers == {"startup_name": "Mirabelle"}
    assert application.timeline.get().kind == "paper_entered"


def test_a_second_click_finds_the_file_on_paper(manager: User) -> None:
    call, now = make_call(), timezone.now()
    known: dict[str, Any] = {"language": "fr", "actor": manager, "now": now}
    known |= {"received_on": timezone.localdate(now)}
    first = entering.enter(call, startup_name="Mirabelle", **known)
    assert entering.enter(call, startup_name=" Mirabelle ", **known) == first
    assert entering.enter(call, startup_name="Rondaline", **known) != first


@pytest.mark.parametrize("days", [-2, 31, 1])
def test_paper_counts_only_while_the_call_is_open_and_once_it_is_there(
    manager: User, days: int
) -> None:
    call, now = make_call(), timezone.now()
    with pytest.raises(entering.CannotEnter, match="day of arrival"):
        entering.enter(
            call,
            startup_name="Mirabelle",
            language="fr",
            received_on=timezone.localdate(now + timedelta(days=days)),
            actor=manager,
            now=now,
        )
    assert not Application.objects.exists()
