"""Documents over the wire: what is refused and in which words, what goes out and how."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import uploading
from applications.extracting import ExtractionFailed
from applications.inspecting import SENTENCES
from applications.models import Document
from brustart.core.headers import POLICY
from tests.applications.bad_files import BAD, docx, jpeg, pdf, png
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
from tests.factories import make_empty_draft

database = pytest.mark.django_db


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
