"""Looking at pages: axe in light and dark; heading, language and title; the width of a phone."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

from tests.browser.visiting import DESKTOP, PHONE

LANGUAGES = ("fr", "nl", "en")
NARROWEST = 360
_AXE = "options => axe.run(options).then(found => found.violations)"
_ALL: dict[str, Any] = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},  # off unless asked for
}
_CONTRAST: dict[str, Any] = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}
_WIDEST = """[...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
  .slice(-3).map(one => one.tagName + '.' + one.className).join(', ')"""


class Looking:
    """Goes from page to page, in another language and at another size each time, and keeps
    every fault with its rule and its place. axe comes in before the page's own policy does."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self._turns = zip(cycle(LANGUAGES), cycle((PHONE, DESKTOP)), strict=True)
        page.add_init_script(AXE_SCRIPT)

    def go(self, path: str, *links: str, status: int = 200) -> None:
        """Open a page below the language, follow links from there, and look at where they end."""
        self.open(path, *links, status=status)
        self.look()

    def open(self, path: str, *links: str, status: int = 200) -> None:
        self.language, self.size = next(self._turns)
        self.page.set_viewport_size(self.size)
        answer = self.page.goto(f"/{self.language}/{path}")
        for link in links:
            target = self.page.locator(f"main {link}").first.get_attribute("href")
            answer = self.page.goto(target or "")
        assert answer is not None
        assert answer.status == status, f"{self.page.url} answered {answer.status}"

    def look(self) -> None:
        """At the page that is open, with all it folds away."""
        self.page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
        found = [*self._head(), *_axe(self.page, _ALL)]
        if self.size == PHONE:  # the same colours on a desk
            found += self._contrast_in_the_dark()
        found += self._width()
        self.faults += [f"{self.page.url} {fault}" for fault in found]

    def submit(self, button: str) -> None:
        """Press a button of the page, and look at the answer."""
        with self.page.expect_navigation():
            self.page.locator(f"main {button}").first.click()
        self.look()

    def assert_all_good(self) -> None:
        assert not self.faults, "\n" + "\n".join(self.faults)

    def _head(self) -> Iterator[str]:
        if (found := self.page.locator("html").get_attribute("lang")) != self.language:
            yield f"says it is in {found!r}"
        headings = self.page.locator("h1").all_inner_texts()
        if len(headings) != 1 or not headings[0].strip():
            yield f"has the h1 {headings}"
        words, _dash, name = self.page.title().rpartition(" – ")
        if not words.strip() or name != "Brustart":
            yield f"has the title {self.page.title()!r}"

    def _contrast_in_the_dark(self) -> Iterator[str]:
        self.page.emulate_media(color_scheme="dark")
        yield from (f"(dark) {fault}" for fault in _axe(self.page, _CONTRAST))
        self.page.emulate_media(color_scheme="light")

    def _width(self) -> Iterator[str]:
        """Nothing is wider than the narrowest phone, but what scrolls by itself."""
        self.page.set_viewport_size(ViewportSize(width=NARROWEST, height=800))
        wide = self.page.evaluate("document.scrollingElement.scrollWidth - innerWidth")
        if wide > 0:
            widest = self.page.evaluate(_WIDEST)
            yield f"is {wide} px too wide at {NARROWEST} px: {widest}"


def _axe(page: Page, options: dict[str, Any]) -> Iterator[str]:
    for violation in page.evaluate(_AXE, options):
        for node in violation["nodes"]:
            why = " ".join(node["failureSummary"].split())
            yield f"{violation['id']}: {' '.join(map(str, node['target']))}: {why}"
