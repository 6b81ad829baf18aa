"""What a visitor does and notices: become somebody, read amounts, hear the browser complain."""

import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    ViewportSize,
    expect,
)

from brustart.children import Child
from brustart.desk.demo import content

PHONE = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1280, height=900)
LOCALES = {"fr": "fr-BE", "nl": "nl-BE", "en": "en-GB"}
NAMES: dict[str, str] = {
    row["key"]: row["name"] for told in ("people", "panel") for row in content.read(told)["person"]
}
MAIL_SECONDS = 60
_GROUPED = re.compile(r"\d{1,3}(?:[\s.,]\d{3})+(?!\d)|\d+")


def become(page: Page, person: str) -> None:
    """Log in as somebody of the demo, by name, on the page that lists them all."""
    page.goto("/en/demo/")
    everybody = page.locator("main details")
    everybody.locator("summary").click()
    everybody.get_by_role("button", name=NAMES[person], exact=True).click()
    page.wait_for_url(re.compile(r"/en/(?!demo/)"))


def amounts(place: Locator) -> list[int]:
    """The whole amounts in a text, however its language groups the digits."""
    return [int(re.sub(r"\D", "", found)) for found in _GROUPED.findall(place.inner_text())]


def left_on_the_front_page(page: Page) -> int:
    """What the public page says is left, in euros."""
    page.goto("/en/")
    return amounts(page.locator(".figures-table .total td"))[0]


def mailed(folder: Path, address: str, words: str) -> str:
    """The latest mail to this address with these words, once it is there."""
    until = time.monotonic() + MAIL_SECONDS
    while time.monotonic() < until:
        for mail in sorted(folder.glob("*"), key=lambda one: one.stat().st_mtime, reverse=True):
            text = mail.read_text()
            if f"To: {address}" in text and words in text:
                return text
        time.sleep(0.2)
    raise AssertionError(f"no mail to {address} with {words}")


class Troubles:
    """What pages complain of in the console, apart from a page that answers an error itself."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.heard.append(f"{error.page}: {error.error}"))

    def _hear(self, message: ConsoleMessage) -> None:
        page = message.page.url if message.page else ""
        where = message.location["url"] or page
        itself = where == page
        if message.type == "error" and not ("Failed to load resource" in message.text and itself):
            self.heard.append(f"{where}: {message.text}")

    def assert_none(self) -> None:
        assert not self.heard, "\n".join(self.heard)


def begin_application(page: Page, language: str = "en") -> str:
    """Begin in the open call, with an account or none; where the draft is, below the language."""
    page.goto(f"/{language}/calls/brustart-2/")
    page.locator("form[action*='/begin/'] button").first.click()
    page.wait_for_url(re.compile(rf"/{language}/applications/\d+/$"))
    return page.url.partition(f"/{language}/")[2]


def fill_with_example(page: Page, tasks: str) -> None:
    """Fill the draft by the button of the demo; it leads to the answers to check."""
    page.goto(tasks)
    page.locator("form[action*='/demo/example/'] button").click()
    page.wait_for_url("**/check/")


def ready_to_submit(page: Page) -> Locator:
    """Say that one may bind the company; the button that submits."""
    page.check("[name=binds_company]")
    return page.locator("main form .btn-primary")


def send(button: Locator) -> None:
    """Press a button that sends its form, and wait for the answer's page."""
    with button.page.expect_navigation():
        button.click()


def tab_to(target: Locator, *, presses: int) -> None:
    """Press Tab until this has the focus, but not more often than that."""
    for _press in range(presses):
        target.page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            break
    expect(target).to_be_focused()


def open_file(page: Page, startup: str, language: str) -> str:
    """The page of a startup's file, found as the fund finds it; the file's number."""
    page.goto(f"/{language}/files/?q={startup}")
    send(page.locator("main table a").first)
    return re.sub(r"\D", "", page.url.partition("/files/")[2])


@contextmanager
def paused(worker: Child) -> Iterator[None]:
    """The worker stands still, so that a test can see what waits for it."""
    worker.send(signal.SIGSTOP)
    try:
        yield
    finally:
        worker.send(signal.SIGCONT)
