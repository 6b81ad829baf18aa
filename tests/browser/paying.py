"""What the fund and a startup do with money in a browser: propose, approve, read what is left."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from brustart.desk.demo import content
from tests.browser.visiting import amounts, send

ENVELOPE = "initiatives"
OPENINGS = 60  # times a page is opened anew while a worker does its part
FILES: dict[str, dict[str, Any]] = {row["key"]: row for row in content.read("panel")["file"]}


def name_of(key: str) -> str:
    """The startup of a file of the ranked call."""
    return str(FILES[key]["startup"]["startup_name"])


def asked(key: str) -> int:
    """EUR that the file asks for."""
    return int(FILES[key]["budget"]["requested"])


def propose(page: Page, file: str, amount: int, *, language: str, reasons: str) -> None:
    """As a fund manager, by the file's own button: an amount and its reasons."""
    page.goto(f"/{language}/files/{file}/")
    send(page.locator("main a[href$='/propose/']").first)
    fill_proposal(page, amount, reasons)
    page.check("[name=instrument][value=grant]")
    put_before_the_panel(page, file)


def propose_anew(page: Page, file: str, amount: int, *, language: str, reasons: str) -> None:
    """The same, of a proposal that is open."""
    page.goto(f"/{language}/files/{file}/")
    send(page.locator("main a[href$='/revise/']").first)
    fill_proposal(page, amount, reasons)
    put_before_the_panel(page, file)


def fill_proposal(page: Page, amount: int, reasons: str) -> None:
    page.fill("[name=amount]", str(amount))
    page.fill("[name=reasons]", reasons)


def put_before_the_panel(page: Page, file: str) -> None:
    send(page.locator("main form .btn-primary"))
    expect(page).to_have_url(re.compile(rf"/files/{file}/$"))


def approve(page: Page, file: str, *, language: str) -> None:
    """As a member of the panel who has read the file; it is accepted."""
    page.goto(f"/{language}/files/{file}/decide/")
    press_approve(page)
    expect(page).to_have_url(re.compile(rf"/{language}/reviewing/$"))


def press_approve(page: Page) -> None:
    send(page.locator("button[value=approve]"))


def left(place: Page) -> int:
    """EUR that the envelope of these tests has left, on the page of capacity."""
    return amounts(left_figure(place))[0]


def left_figure(page: Page) -> Locator:
    return page.locator(f"section[aria-labelledby={ENVELOPE}] .big-value").first


def open_until(page: Page, path: str, wanted: Locator) -> None:
    """Open a page until the worker did what shows there."""
    for _opening in range(OPENINGS):
        page.goto(path)
        if wanted.count():
            return
    expect(wanted).to_be_visible()
