"""Messages about a file: who writes, who is told, who reads them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from applications import lifecycle, messaging, requesting
from applications.models import (
    Application,
    Extension,
    FileMessage,
    InformationRequest,
    Membership,
    Part,
)
from brustart.accounts.access import sees, visible_to
from brustart.accounts.models import Role, User
from brustart.core.models import AuditEntry, Mail
from tests.factories import (
    make_assigned,
    make_empty_draft,
    make_screened,
    make_submitted,
    make_user,
)

pytestmark = pytest.mark.django_db


def join(application: Application, part: Part) -> User:
    """A person with a part in the file's startup."""
    user = make_user()
    Membership.objects.create(startup=application.startup, user=user, part=part)
    return user


def write(application: Application, author: User, text: str = "When do we hear?") -> FileMessage:
    return messaging.write(application, text=text, author=author, now=timezone.now())


def told() -> list[User | None]:
    return [mail.recipient for mail in Mail.objects.filter(template="message").order_by("pk")]


def test_the_fund_writes_to_owners_and_editors_each_in_their_language() -> None:
    application = make_submitted(make_empty_draft().call, make_user(language="nl"))
    editor = join(application, Part.EDITOR)
    join(application, Part.READER)
    join(application, Part.ACCOUNTANT)
    message = write(application, make_user(Role.FUND_MANAGER), "  Is the number right?\n")
    assert message.from_fund
    assert message.text == "Is the number right?"
    assert told() == [application.author, editor]
    mails = Mail.objects.filter(template="message")
    assert {mail.language for mail in mails} == {"nl", "en"}
    assert all("Is the number right?" in mail.body for mail in mails)
    assert AuditEntry.objects.filter(act="message.written").count() == 1


def test_a_startup_writes_to_every_fund_manager_until_one_deals_with_its_file() -> None:
    one, other = make_user(Role.FUND_MANAGER), make_user(Role.FUND_MANAGER)
    make_user(Role.FUND_MANAGER, is_active=False)
    make_user(Role.AUDITOR)
    application = make_submitted()
    assert not write(application, application.author).from_fund
    assert told() == [one, other]
    write(application, other, "Next week.")
    write(application, application.author, "Thank you.")
    assert told()[2:] == [application.author, other]


def test_who_acted_on_a_file_deals_with_it() -> None:
    make_user(Role.FUND_MANAGER)
    manager = make_user(Role.FUND_MANAGER)
    application = make_assigned(actor=manager)[0].application
    write(application, application.author)
    assert told() == [manager]
    mail = Mail.objects.get(template="message")
    assert str(application.startup) in mail.subject
    assert application.author.name in mail.body
    assert f"/en/applications/{application.pk}/messages/" in mail.body


def test_a_draft_can_be_asked_about() -> None:
    manager = make_user(Role.FUND_MANAGER)
    draft = make_empty_draft()
    write(draft, draft.author, "Does a café count?")
    assert told() == [manager]


def test_a_startup_without_people_gets_a_letter() -> None:
    application = make_submitted()
    application.startup.memberships.all().delete()
    write(application, make_user(Role.FUND_MANAGER))
    mail = Mail.objects.get(template="message")
    assert mail.by_post
    assert "by letter or by phone" in mail.body


@pytest.mark.parametrize("text", ["", " \n ", "a" * 5_001])
def test_a_message_says_something_and_not_too_much(text: str) -> None:
    application = make_submitted()
    with pytest.raises(messaging.CannotWrite, match="Nothing was sent"):
        write(application, application.author, text)
    assert not FileMessage.objects.exists()
    assert write(application, application.author, "a" * 5_000)


def test_only_those_who_speak_for_a_side_write() -> None:
    application = make_submitted()
    strangers = [
        join(application, Part.READER),
        join(application, Part.ACCOUNTANT),
        make_user(),
        make_user(Role.AUDITOR),
        make_user(Role.REVIEWER),
        make_user(Role.ADMINISTRATOR),
    ]
    for stranger in strangers:
        assert not messaging.may_write(application, stranger)
        with pytest.raises(messaging.CannotWrite):
            write(application, stranger)
    assert not FileMessage.objects.exists()
    assert write(application, join(application, Part.EDITOR))


def test_a_second_click_finds_the_first_message() -> None:
    make_user(Role.FUND_MANAGER)
    application = make_submitted()
    first = write(application, application.author)
    assert write(application, application.author) == first
    assert len(told()) == 1
    write(application, make_user(Role.FUND_MANAGER), "Soon.")
    assert write(application, application.author) != first


@pytest.fixture
def spoken_about() -> Application:
    """A file of which everything was said: a request, a message, an extension."""
    application, now = make_screened(), timezone.now()
    manager = make_user(Role.FUND_MANAGER)
    until = now + timedelta(days=10)
    requesting.ask(
        application, sections=["team"], question="Who?", until=until, actor=manager, now=now
    )
    write(application, manager)
    Extension.objects.create(
        application=application, until=until, reason="Ill", granted_by=manager, granted_at=now
    )
    return application


def test_what_both_sides_say_stays_between_them(spoken_about: Application) -> None:
    asked = InformationRequest.objects.get()
    requesting.take_back(asked, actor=asked.asked_by, now=timezone.now())
    reviewer = make_assigned(spoken_about, reviewers=1)[0].reviewer
    assert sees(reviewer, spoken_about)
    readers = {
        spoken_about.author: True,
        join(spoken_about, Part.EDITOR): True,
        join(spoken_about, Part.READER): True,
        make_user(Role.FUND_MANAGER): True,
        make_user(Role.AUDITOR): True,
        join(spoken_about, Part.ACCOUNTANT): False,
        reviewer: False,
        make_user(): False,
        make_user(Role.ADMINISTRATOR): False,
        AnonymousUser(): False,
    }
    for model in (InformationRequest, FileMessage, Extension):
        row = model.objects.get()
        for reader, may in readers.items():
            assert sees(reader, row) == may, (model, reader)
            assert visible_to(reader, model).exists() == may, (model, reader)


def test_the_fund_reads_the_mails_about_the_files_it_sees(spoken_about: Application) -> None:
    draft = make_empty_draft(spoken_about.call)
    lifecycle.tell(draft, "message", now=timezone.now(), message=FileMessage(from_fund=True))
    about_file = set(Mail.objects.filter(about=f"applications.application:{spoken_about.pk}"))
    assert len(about_file) == 3
    for role in (Role.FUND_MANAGER, Role.AUDITOR):
        reader = make_user(role)
        assert set(visible_to(reader, Mail)) == about_file
        assert {mail for mail in Mail.objects.all() if sees(reader, mail)} == about_file
    assert not visible_to(make_user(Role.REVIEWER), Mail).exists()
    own = visible_to(draft.author, Mail)
    assert [mail.recipient for mail in own] == [draft.author]
