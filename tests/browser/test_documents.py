"""What goes wrong with a document is said where it was chosen; all the rest stays as it is."""

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from applications.inspecting import SENTENCES
from tests.applications.bad_files import encrypted_pdf, pdf
from tests.browser.answering import upload
from tests.browser.conftest import Visit
from tests.browser.visiting import begin_application

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.xdist_group("browser"),
]
DECK = pdf("A deck")
TWICE = "This document is in your file already, as “deck.pdf”"
WRONG = [
    ("setup.pdf", b"MZ\x90\x00\x03" + bytes(500), SENTENCES["wrong_type"]),
    ("plan.pdf", encrypted_pdf(), SENTENCES["pdf_password"]),
    ("again.pdf", DECK, TWICE),
]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_each_refusal_stands_in_its_place(visit: Visit, scripts: bool) -> None:
    page = open_documents(visit(scripts=scripts))
    expect(there(upload(page, "deck", "deck.pdf", DECK))).to_have_text("deck.pdf")
    for name, content, message in WRONG:
        place = upload(page, "financial_plan", name, content)
        expect(refusals(place)).to_contain_text(str(message))
        expect(refusals(page.locator("main"))).to_have_count(1)
        expect(there(page.locator("main"))).to_have_text("deck.pdf")
    place = upload(page, "financial_plan", "plan.pdf")
    expect(there(place)).to_have_text("plan.pdf")
    expect(refusals(page.locator("main"))).to_have_count(0)
    page.reload()
    expect(there(page.locator("main"))).to_have_text(["deck.pdf", "plan.pdf"])


def open_documents(page: Page) -> Page:
    page.goto(f"/en/{begin_application(page)}documents/")
    return page


def there(place: Locator) -> Locator:
    return place.locator("[data-there] .document-name")


def refusals(place: Locator) -> Locator:
    """As the page says them by itself, or after a button was pressed."""
    return place.locator(".upload-wrong, .field-error p")


def test_what_could_not_be_sent_can_be_sent_again(visit: Visit) -> None:
    """And several at once go one after another."""
    page = open_documents(visit())
    page.route("**/documents/", lambda route: route.abort())
    place = upload(page, "deck", "deck.pdf", DECK)
    expect(place.locator(".upload-wrong")).to_contain_text("Not uploaded")
    page.unroute("**/documents/")
    place.locator(".upload-going button").click()
    expect(there(place)).to_have_text("deck.pdf")
    files = [
        FilePayload(name=f"{number}.pdf", mimeType="application/pdf", buffer=pdf(str(number)))
        for number in range(3)
    ]
    page.locator("#slot-other input[type=file]").set_input_files(files)
    expect(there(page.locator("#slot-other"))).to_have_text(["0.pdf", "1.pdf", "2.pdf"])
