"""The page of documents and each document: who may come, what is said, what goes over the wire."""

import html
import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications import completeness, lifecycle, uploading
from applications.extracting import ExtractionFailed
from applications.inspecting import SENTENCES
from applications.models import Application, Document, FormVersion, Membership, Part
from brustart.accounts.models import Role, User
from brustart.core.headers import POLICY
from tests.applications.bad_files import BAD, docx, jpeg, pdf, png
from tests.factories import (
    add_documents,
    make_assigned,
    make_call,
    make_draft,
    make_empty_draft,
    make_submitted,
    make_user,
    panel_of,
)

database = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def signed_in(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


def page_of(application: Application) -> str:
    return reverse("documents", args=[application.pk])


def send(
    client: Client,
    application: Application,
    content: bytes,
    name: str = "plan.pdf",
    *,
    slot: str = "other",
    **headers: str,
) -> Any:
    upload = SimpleUploadedFile(name, content)
    data = {"slot": slot, "document": upload}
    return client.post(page_of(application), data, headers=headers)


def current(application: Application) -> list[str]:
    return [one.name for one in completeness.current_documents(application)]


def fetch(client: Client, document: Document | str, method: str = "get") -> Any:
    """Ask for a document, and let its file go as a server does."""
    address = document if isinstance(document, str) else reverse("document", args=[document.pk])
    response = getattr(client, method)(address)
    for close in response._resource_closers:
        close()
    return response


def words(response: Any) -> str:
    return html.unescape(response.content.decode())


def slots_of(page: str) -> list[str]:
    return re.findall(r'id="slot-([\w-]+)"', page)


def with_documents() -> tuple[Application, Document]:
    """A draft with its two documents, and the first of them."""
    application = make_empty_draft()
    return application, add_documents(application, now=timezone.now())[0]


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


# --- refusals -------------------------------------------------------------------------------
FIRST_OF_EACH: dict[str, tuple[str, Callable[[], bytes]]] = {}
for code, file_name, maker in BAD:
    FIRST_OF_EACH.setdefault(code, (file_name, maker))
FIRST_OF_EACH["pdf_complex"] = ("plan.pdf", pdf)


@database
@pytest.mark.parametrize("code", SENTENCES)
def test_each_bad_document_is_refused_in_its_own_words(code: str) -> None:
    application, _document = with_documents()
    client = signed_in(application.author)
    before = client.get(page_of(application))
    name, make = FIRST_OF_EACH[code]
    with ExitStack() as stack:
        if code == "pdf_complex":  # the real ones take ten seconds (test_inspecting.py)
            slow = patch("applications.inspecting.outline_of", side_effect=ExtractionFailed("time"))
            stack.enter_context(slow)
        response = send(client, application, make(), name, slot="financial_plan")
    page = words(response)
    assert response.status_code == 409
    assert "<title>Error: Documents" in page
    summary, _end, rest = page.partition('class="page-head"')
    assert f'<a href="#upload-financial_plan">Financial plan – {SENTENCES[code]}' in summary
    place = rest.partition('id="slot-financial_plan"')[2].partition("</section>")[0]
    assert f'id="error-financial_plan"><p>{SENTENCES[code]}' in place
    assert slots_of(page) == slots_of(words(before))
    assert current(application) == ["deck.pdf", "financial_plan.pdf"]
    assert all(f">{name}</a>" in page for name in current(application))


def test_no_two_refusals_say_the_same() -> None:
    assert set(FIRST_OF_EACH) == set(SENTENCES)
    assert len({str(sentence) for sentence in SENTENCES.values()}) == len(SENTENCES) >= 14


@database
def test_nothing_chosen_there_already_and_no_room() -> None:
    application = make_empty_draft()
    client = signed_in(application.author)
    nothing = client.post(page_of(application), {"slot": "deck"})
    assert (nothing.status_code, "No document was chosen" in words(nothing)) == (409, True)
    for number in range(uploading.MOST):
        assert send(client, application, png(8 + number), f"{number}.png").status_code == 302
    there = send(client, application, png(8), "new.png")
    assert "in your file already, as “0.png” (Other document)" in words(there)
    full = send(client, application, jpeg(), "photo.jpg")
    assert "holds 10 documents already" in words(full)
    assert len(current(application)) == uploading.MOST


@database
def test_a_place_that_is_not_asked_for_takes_nothing() -> None:
    application = make_empty_draft()
    client = signed_in(application.author)
    for slot in ("scan", "ethics", "", "roadmap"):
        assert send(client, application, png(), slot=slot).status_code == 404
    assert current(application) == []


# --- by itself (uploads.js) -----------------------------------------------------------------
@database
def test_the_page_itself_gets_the_slot_or_the_message() -> None:
    application = make_empty_draft()
    client = signed_in(application.author)
    accept = {"accept": "application/json"}
    answer = send(client, application, pdf(), "Our plan.pdf", slot="deck", **accept)
    told = json.loads(answer.content)
    assert (answer.status_code, told["message"]) == (200, "“Our plan.pdf” is uploaded and kept.")
    assert slots_of(told["html"]) == ["deck"]
    assert "Our plan.pdf" in told["html"]
    assert "csrfmiddlewaretoken" in told["html"]
    answer = send(client, application, b"", slot="deck", **accept)
    assert answer.status_code == 409
    assert json.loads(answer.content) == {"message": str(SENTENCES["empty"])}


@database
def test_an_upload_needs_its_token() -> None:
    application = make_empty_draft()
    client = Client(enforce_csrf_checks=True)
    client.force_login(application.author)
    assert send(client, application, pdf()).status_code == 403
    assert current(application) == []


# --- one document ---------------------------------------------------------------------------
def kept(content: bytes, name: str) -> tuple[Client, str]:
    """A document in a draft, with the client of its owner."""
    application = make_empty_draft()
    upload = SimpleUploadedFile("x", content)
    upload._name = name  # as it may come from a client that is no browser
    document = uploading.receive(
        application, upload, kind=Document.Kind.OTHER, actor=None, now=timezone.now()
    )
    return signed_in(application.author), reverse("document", args=[document.pk])


@database
def test_a_download_is_kept_by_the_browser_and_by_nobody_between() -> None:
    client, address = kept(pdf(), "plan.pdf")
    response = client.get(address)
    assert b"".join(response.streaming_content) == pdf()
    expected = {
        "Content-Type": "application/pdf",
        "Content-Length": str(len(pdf())),
        "Content-Disposition": 'attachment; filename="plan.pdf"',
        "Cache-Control": "private",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Content-Security-Policy": POLICY,
    }
    assert {name: response.headers[name] for name in expected} == expected
    head = fetch(client, address, "head")
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(pdf())))
    assert client.post(address).status_code == 405


@database
@pytest.mark.parametrize(
    ("make", "name", "media_type"),
    [
        (pdf, "plan.pdf", "application/pdf"),
        (png, "logo.png", "image/png"),
        (jpeg, "photo.jpg", "image/jpeg"),
    ],
)
def test_shown_in_the_browser_it_can_do_nothing(
    make: Callable[[], bytes], name: str, media_type: str
) -> None:
    client, address = kept(make(), name)
    response = fetch(client, f"{address}?inline")
    policy = response.headers["Content-Security-Policy"].split("; ")
    assert policy[:2] == ["sandbox", "default-src 'none'"]
    assert "frame-ancestors 'self'" in policy
    expected = {
        "Content-Type": media_type,
        "Content-Disposition": f'inline; filename="{name}"',
        "X-Frame-Options": "SAMEORIGIN",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private",
    }
    assert {name: response.headers[name] for name in expected} == expected


@database
def test_what_browsers_do_not_show_is_always_a_download() -> None:
    client, address = kept(docx(), "plan.docx")
    response = fetch(client, f"{address}?inline")
    assert response.headers["Content-Disposition"] == 'attachment; filename="plan.docx"'
    assert response.headers["X-Frame-Options"] == "DENY"


@database
@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ('Our "final" plan.pdf', r'attachment; filename="Our \"final\" plan.pdf"'),
        ("plan\r\nSet-Cookie: a=b.pdf", 'attachment; filename="plan Set-Cookie: a=b.pdf"'),
        ("Projet été.pdf", "attachment; filename*=utf-8''Projet%20%C3%A9t%C3%A9.pdf"),
        ("計画.pdf", "attachment; filename*=utf-8''%E8%A8%88%E7%94%BB.pdf"),
    ],
)
def test_names_go_out_whole_and_harmless(name: str, disposition: str) -> None:
    client, address = kept(pdf(), name)
    response = fetch(client, address)
    assert response.headers["Content-Disposition"] == disposition
    assert "Set-Cookie" not in response.headers


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
