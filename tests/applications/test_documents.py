"""The page of documents: who may come, what it asks for, what it lists."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications import completeness, lifecycle, uploading
from applications.models import Application, Document, FormVersion, Membership, Part
from brustart.accounts.models import Role, User
from tests.applications.bad_files import docx, pdf, png
from tests.applications.sending import (
    current,
    fetch,
    page_of,
    send,
    signed_in,
    slots_of,
    with_documents,
    words,
)
from tests.factories import (
    make_assigned,
    make_call,
    make_draft,
    make_empty_draft,
    make_submitted,
    make_user,
    panel_of,
)

database = pytest.mark.django_db


# --- who may come ---------------------------------------------------------------------------
PEOPLE: dict[str, tuple[int, int, int]] = {  # the page, a change on it, the document
    "owner": (200, 302, 200),
    "editor": (200, 302, 200),
    "reader": (200, 403, 200),
    "accountant": (403, 403, 404),
    "other": (404, 404, 404),
    "reviewer": (403, 403, 404),
    "fund_manager": (404, 404, 404),
    "auditor": (403, 403, 404),
    "administrator": (403, 403, 404),
}


def person(who: str, application: Application) -> User:
    if who in Part.values and who != Part.OWNER:
        user = make_user()
        Membership.objects.create(startup=application.startup, user=user, part=who)
        return user
    if who == Part.OWNER:
        assert application.author is not None
        return application.author
    return make_user(who if who in Role.values else Role.APPLICANT)


@database
@pytest.mark.parametrize("who", PEOPLE)
def test_a_draft_by_reader(who: str) -> None:
    application, document = with_documents()
    client, address = signed_in(person(who, application)), page_of(application)
    page, change, bytes_ = PEOPLE[who]
    assert client.get(address).status_code == page
    assert fetch(client, document).status_code == bytes_
    assert send(client, application, png(), "logo.png").status_code == change
    removal = {"slot": "deck", "remove": document.pk}
    assert client.post(address, removal).status_code == change
    changed = ["financial_plan.pdf", "logo.png"]
    kept = ["deck.pdf", "financial_plan.pdf"]
    assert current(application) == (changed if change == 302 else kept)


@database
def test_a_draft_sends_strangers_to_the_login() -> None:
    application, document = with_documents()
    client, login = Client(), reverse("account_login")
    for address in (page_of(application), reverse("document", args=[document.pk])):
        response = client.get(address)
        assert (response.status_code, response.url.split("?")[0]) == (302, login)
    assert send(client, application, png()).url.split("?")[0] == login
    assert current(application) == ["deck.pdf", "financial_plan.pdf"]


@database
def test_a_guest_uploads_reads_and_removes_in_their_own_draft() -> None:
    client = Client()
    client.post(reverse("begin", args=[make_call().code]))
    application = Application.objects.get()
    response = send(client, application, pdf(), slot="deck")
    assert response.url == f"{page_of(application)}#slot-deck"
    document = Document.objects.get()
    assert (document.kind, document.uploaded_by) == ("deck", None)
    assert fetch(client, document).status_code == 200
    client.post(page_of(application), {"slot": "deck", "remove": document.pk})
    assert current(application) == []
    assert client.get(reverse("document", args=[document.pk])).status_code == 302


@database
def test_a_submitted_file_by_reader() -> None:
    review = make_assigned(reviewers=1)[0]
    application = review.application
    document = completeness.current_documents(application)[0]
    outsider = next(one for one in panel_of(application.call) if one != review.reviewer)
    expected: list[tuple[User, int]] = [
        (application.author, 200),
        (person("reader", application), 200),
        (person("accountant", application), 404),
        (make_user(), 404),
        (review.reviewer, 200),
        (outsider, 404),
        (make_user(Role.FUND_MANAGER), 200),
        (make_user(Role.AUDITOR), 200),
        (make_user(Role.ADMINISTRATOR), 404),
    ]
    for user, status in expected:
        assert fetch(signed_in(user), document).status_code == status, user.role
        assert fetch(signed_in(user), document, "head").status_code == status, user.role


@database
def test_a_submitted_file_can_no_longer_be_changed() -> None:
    application = make_submitted()
    document = completeness.current_documents(application)[0]
    client = signed_in(application.author)
    assert client.get(page_of(application)).url == reverse("file", args=[application.pk])
    response = send(client, application, png())
    assert response.status_code == 409
    assert "its answers can no longer be changed" in words(response)
    removal = client.post(page_of(application), {"slot": "deck", "remove": document.pk})
    assert removal.status_code == 409
    assert current(application) == ["deck.pdf", "financial_plan.pdf"]
    manager = signed_in(make_user(Role.FUND_MANAGER))
    assert manager.get(page_of(application)).status_code == 403
    assert send(manager, application, png()).status_code == 403


@database
def test_a_document_of_another_file_is_not_removed() -> None:
    application, _document = with_documents()
    foreign = with_documents()[1]
    client = signed_in(application.author)
    for key in (str(foreign.pk), "x", "", "9" * 5000):
        data = {"slot": "deck", "remove": key}
        assert client.post(page_of(application), data).status_code == 404
    foreign.refresh_from_db()
    assert foreign.removed_at is None


# --- the page -------------------------------------------------------------------------------
def ask_for_a_document(application: Application) -> None:
    """The call asks for a document of its own."""
    question = {
        "id": "roadmap",
        "kind": "file",
        "label": {"fr": "Feuille de route", "nl": "Stappenplan", "en": "Road map"},
        "help": {"fr": "Sur deux ans", "nl": "Over twee jaar", "en": "Over two years"},
        "required": True,
    }
    application.form_version = FormVersion.objects.create(
        call=application.call,
        number=1,
        questions=[question],
        published_at=timezone.now(),
        published_by=make_user(Role.FUND_MANAGER),
    )
    application.save()


@database
def test_the_page_asks_for_what_the_file_needs() -> None:
    digital = make_empty_draft()
    ehealth = make_draft(track="ehealth")
    page = words(signed_in(digital.author).get(page_of(digital)))
    assert slots_of(page) == ["deck", "financial_plan", "other"]
    for gap in completeness.missing_documents(digital, []):
        assert f'id="{gap.anchor}"' in page
    page = words(signed_in(ehealth.author).get(page_of(ehealth)))
    assert slots_of(page) == ["deck", "financial_plan", "ethics", "partner_letter", "other"]


@database
def test_a_question_of_the_call_is_asked_in_the_language_of_the_page() -> None:
    application = make_empty_draft()
    ask_for_a_document(application)
    client, address = signed_in(application.author), page_of(application)
    for language, label, hint in (
        ("fr", "Feuille de route", "Sur deux ans"),
        ("nl", "Stappenplan", "Over twee jaar"),
    ):
        page = words(client.get(address.replace("/en/", f"/{language}/")))
        assert label in page
        assert hint in page
    assert send(client, application, pdf(), slot="roadmap").status_code == 302
    document = Document.objects.get()
    assert (document.kind, document.question) == ("answer", "roadmap")


@database
def test_a_file_on_paper_asks_for_its_scan() -> None:
    manager = make_user(Role.FUND_MANAGER)
    application = lifecycle.begin(
        call=make_call(), author=manager, language="fr", now=timezone.now(),
        paper_received_on=date(2026, 5, 4),
    )  # fmt: skip
    client = signed_in(manager)
    assert "scan" in slots_of(words(client.get(page_of(application))))
    assert send(client, application, pdf(), slot="scan").status_code == 302
    assert Document.objects.get().uploaded_by == manager


@database
def test_what_fits_no_place_any_more_stays_in_sight() -> None:
    application = make_empty_draft()
    add = {"actor": None, "now": timezone.now()}
    upload = SimpleUploadedFile("opinion.docx", docx())
    uploading.receive(application, upload, kind=Document.Kind.ETHICS, **add)
    page = words(signed_in(application.author).get(page_of(application)))
    assert "opinion.docx" in page.partition('id="slot-other"')[2]
    assert "Opinion of an ethics committee" in page


@database
def test_a_document_is_listed_with_what_it_is() -> None:
    application = make_empty_draft()
    client = signed_in(application.author)
    response = send(client, application, pdf("one", "two"), "Our plan.pdf", slot="deck")
    document, address = Document.objects.get(), page_of(application)
    page = words(client.get(response.url))
    assert "“Our plan.pdf” is uploaded and kept." in page
    assert "PDF · 2 pages · 1\N{NO-BREAK SPACE}kB" in page
    assert "We are reading its text" in page
    assert f"{reverse('document', args=[document.pk])}?inline" in page
    Document.objects.update(size=1_300_000, reading=Document.Reading.UNREADABLE)
    page = words(client.get(address.replace("/en/", "/fr/")))
    assert "1,2\N{NO-BREAK SPACE}Mo" in page
    Document.objects.update(size=25_000_000, type="docx", pages=None)
    page = words(client.get(address))
    assert "DOCX · 23.8\N{NO-BREAK SPACE}MB" in page
    assert "holds no text" not in page
    assert "?inline" not in page


@database
def test_a_reader_sees_the_documents_and_no_button() -> None:
    application, _document = with_documents()
    page = words(signed_in(person("reader", application)).get(page_of(application)))
    assert "deck.pdf" in page
    assert 'type="file"' not in page
    assert 'name="remove"' not in page


@database
def test_a_name_is_text_on_the_page() -> None:
    application = make_empty_draft()
    client = signed_in(application.author)
    send(client, application, png(), "<b>logo<&.png", slot="deck")
    page = client.get(page_of(application)).content.decode()
    assert "&lt;b&gt;logo&lt;&amp;.png" in page
    assert "<b>" not in page


@database
def test_ten_documents_cost_what_one_costs() -> None:
    application = make_empty_draft()
    client = signed_in(application.author)

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert fetch(client, address).status_code == 200
        return len(queries)

    counts = []
    for number in range(uploading.MOST):
        send(client, application, png(8 + number), f"{number}.png")
        document = reverse("document", args=[Document.objects.latest("pk").pk])
        client.get(page_of(application))  # reads the message
        counts.append((cost(page_of(application)), cost(document)))
    assert counts[0] == counts[-1]
    assert counts[0] <= (8, 4)
