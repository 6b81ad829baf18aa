"""Mail: one row for each reader, in their language, told once, as text and as HTML."""

from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail as outgoing
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications.models import Application
from brustart.core import mail, queue
from brustart.core.models import Mail
from brustart.core.queue import State
from tests.factories import make_empty_draft, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()
RECEIPT = {"receipt": "BRU-1-<ABC>", "at": NOW, "sha256": "0" * 64}


@pytest.fixture
def draft() -> Application:
    return make_empty_draft()


def write(draft: Application, to: Any, **options: Any) -> Mail:
    return mail.write(
        "received", to=to, about=draft, now=NOW, application=draft, submission=RECEIPT, **options
    )


def send(letter: Mail) -> Any:
    assert queue.perform(Mail, letter.pk, mail.send, worker="tests")
    return outgoing.outbox[-1]


def test_a_reader_is_written_to_in_their_language(draft: Application) -> None:
    letter = write(draft, make_user(language="nl", name="Nele"))
    assert letter.language == "nl"
    assert "Nele" in letter.body
    assert f"/nl/files/{draft.pk}/" in letter.body
    assert write(draft, make_user(language="nl"), language="fr").language == "fr"


def test_it_leaves_as_text_and_as_html_that_says_the_same(draft: Application) -> None:
    letter = write(draft, make_user(email="ada@example.org"))
    sent = send(letter)
    assert sent.to == ["ada@example.org"]
    assert sent.extra_headers == {
        "Message-ID": letter.message_id, "Content-Language": "en",
    }  # fmt: skip
    [(html, kind)] = sent.alternatives
    assert (sent.body, kind) == (letter.body, "text/html")
    assert '<html lang="en">' in html
    assert "BRU-1-&lt;ABC&gt;" in html
    assert f"/en/files/{draft.pk}/" in html
    assert html.count("<a href=") == letter.body.count("http") > 0
    for elsewhere in ("src=", "<style", "<script", "style="):
        assert elsewhere not in html


def test_somebody_without_an_account_is_greeted_by_name(draft: Application) -> None:
    letter = write(draft, "jef@example.org", language="en", name="Jef")
    assert (letter.recipient, letter.address, letter.goes_to) == (
        None, "jef@example.org", "jef@example.org",
    )  # fmt: skip
    assert "Hello Jef," in letter.body
    assert "Hello jo@example.org," in write(draft, "jo@example.org", language="en").body
    assert send(letter).to == ["jef@example.org"]


def test_a_letter_by_post_waits_for_a_person_and_is_never_sent(draft: Application) -> None:
    letter = write(draft, None, language="fr", name="Mirabelle")
    assert (letter.by_post, letter.goes_to) == (True, "")
    assert "Mirabelle" in letter.body
    assert not Mail.objects.due(NOW).exists()
    assert queue.claim(Mail, letter.pk, worker="tests", now=NOW) is None
    assert not outgoing.outbox


def test_a_fact_is_told_once_to_each_reader(draft: Application) -> None:
    ada, jef = make_user(), make_user()
    first = write(draft, ada, fact="received:1")
    assert write(draft, ada, fact="received:1") == first
    others = [
        write(draft, jef, fact="received:1"),
        write(draft, "x@example.org", language="en", fact="received:1"),
        write(draft, None, language="en", fact="received:1"),
        write(draft, ada, fact="received:2"),
        write(draft, ada),
        write(draft, ada),
    ]
    assert len({first.pk, *(one.pk for one in others)}) == Mail.objects.count() == 7


def test_the_database_lets_no_fact_be_told_twice_and_no_mail_go_nowhere(
    draft: Application,
) -> None:
    letter = write(draft, make_user(), fact="received:1")
    for wrong in ({"fact": letter.fact}, {"recipient": None, "fact": None}):
        letter.pk, letter.message_id = None, "<other@x>"
        for name, value in wrong.items():
            setattr(letter, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            letter.save(force_insert=True)
    assert Mail.objects.get().state == State.QUEUED


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (SMTPServerDisconnected("gone in the middle"), State.UNCERTAIN),
        (TimeoutError("no answer"), State.UNCERTAIN),
        (SMTPDataError(451, b"try again"), State.QUEUED),
        (SMTPRecipientsRefused({"a@example.org": (550, b"unknown")}), State.QUEUED),
    ],
)
def test_a_mail_that_may_have_been_taken_is_not_sent_again(
    draft: Application, error: Exception, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = write(draft, make_user())

    def fail(self: object, messages: object) -> int:
        raise error

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
    assert not queue.perform(Mail, letter.pk, mail.send, worker="tests")
    letter.refresh_from_db()
    assert letter.state == state
