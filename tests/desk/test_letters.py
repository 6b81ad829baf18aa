"""Letters that wait to be posted, and the mails that a file caused."""

from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications import lifecycle
from applications.models import (
    Application,
    Extension,
    FileMessage,
)
from brustart.accounts.models import Role, User
from brustart.core.models import AuditEntry, Mail
from tests.desk.exchanging import ask, page
from tests.factories import (
    make_call,
    make_empty_draft,
    make_screened,
    make_user,
)

pytestmark = pytest.mark.django_db


def by_post(application: Application) -> Mail:
    """The letter that a startup without people gets about its submitted file."""
    application.startup.memberships.all().delete()
    ask(application, make_user(Role.FUND_MANAGER))
    return Mail.objects.get(by_post=True)


def test_a_letter_waits_until_somebody_says_that_it_is_posted(
    client: Client, manager: User
) -> None:
    application = make_screened()
    letter = by_post(application)
    waiting = page(client, "letters").partition("Posted lately")[0]
    assert reverse("letter", args=[letter.pk]) in waiting
    html = page(client, "letter", letter.pk)
    address = html.partition("<address")[2].partition("</address>")[0]
    assert all(line in address for line in ("Mirabelle", "Rue Haute 12", "1000 Bruxelles"))
    assert "Who are your pilots?" in html
    posted = reverse("letter_posted", args=[letter.pk])
    for _click in range(2):
        assert client.post(posted).url == reverse("letters")
    letter.refresh_from_db()
    assert letter.state == "done"
    assert AuditEntry.objects.filter(act="letter.posted", actor=manager).count() == 1
    waiting, _title, lately = page(client, "letters").partition("Posted lately")
    assert reverse("letter", args=[letter.pk]) not in waiting
    assert reverse("letter", args=[letter.pk]) in lately
    assert posted not in page(client, "letter", letter.pk)


def test_a_letter_is_in_the_language_of_the_file(client: Client, manager: User) -> None:
    Application.objects.filter(pk=make_screened().pk).update(language="nl")
    letter = by_post(Application.objects.get())
    Mail.objects.update(queued_at=datetime.fromisoformat("2031-05-12T09:00:00+00:00"))
    html = page(client, "letter", letter.pk)
    assert '<article class="letter" lang="nl">' in html
    assert "12 mei 2031" in html


def test_a_mail_is_no_letter_to_be_posted(client: Client, manager: User) -> None:
    application = make_screened()
    mail = Mail.objects.get(template="received")
    html = page(client, "letter", mail.pk)
    assert application.author.name in html
    assert reverse("letter_posted", args=[mail.pk]) not in html
    assert client.post(reverse("letter_posted", args=[mail.pk])).status_code == 404
    assert page(client, "letters").count("<table") == 0


def test_the_fund_sees_which_mails_a_file_caused_and_nobody_else_does(client: Client) -> None:
    application = make_screened()
    mail = Mail.objects.get(template="received")
    link = f'href="{reverse("letter", args=[mail.pk])}"'
    for role, sees, opens in ((Role.FUND_MANAGER, True, True), (Role.AUDITOR, True, False)):
        html = page(client, "file", application.pk, user=make_user(role))
        assert (mail.subject in html, link in html) == (sees, opens)
    assert mail.subject not in page(client, "file", application.pk, user=application.author)


def test_thirty_letters_cost_what_one_costs(client: Client, manager: User) -> None:
    call = make_call()

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client, "letters")
            page(client, "paper", call.code)
            page(client, "extensions", call.code)
        return len(queries)

    def add(number: int) -> None:
        for _time in range(number):
            file, now = make_empty_draft(call), timezone.now()
            Application.objects.filter(pk=file.pk).update(paper_received_on=timezone.localdate())
            lifecycle.tell(file, "message", now=now, message=FileMessage(from_fund=True))
            Extension.objects.create(
                application=file, until=now, reason="Ill", granted_by=manager, granted_at=now
            )
        Mail.objects.update(by_post=True)

    add(1)
    one = cost()
    add(29)
    assert cost() == one
