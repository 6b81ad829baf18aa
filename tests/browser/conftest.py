"""One Chromium and one portal with the demo, in real processes, for all tests of this folder."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.people import LOCALES, Phone, become
from tests.browser.troubles import Troubles
from tests.live import Portal, Starter

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Visit = Callable[..., Page]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Ends with the folder: Django's own connections refuse a thread where Playwright lives."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        with closing(browser):
            yield browser


@pytest.fixture(scope="package")
def portal(chromium: Browser, live_portal: Starter) -> Iterator[Portal]:
    """gunicorn and a worker, with the demo loaded."""
    portal = live_portal()
    portal.manage("demo")
    yield portal
    portal.stop()


@pytest.fixture
def visit(chromium: Browser, portal: Portal) -> Iterator[Visit]:
    """Open a page as somebody of the demo: `visit("manager_lorgnier", language="nl", size=...)`.

    Each call is a browser of its own, with nothing kept from another. At the end the test fails
    if any of its pages wrote an error to the console or broke the content security policy.
    """
    troubles = Troubles()
    with ExitStack() as stack:

        def open_page(
            person: str = "", *, language: str = "en", size: Phone = DESKTOP, scripts: bool = True
        ) -> Page:
            context = chromium.new_context(
                base_url=portal.base_url,
                viewport=size,
                locale=LOCALES[language],
                java_script_enabled=scripts,
            )
            stack.enter_context(closing(context))
            return begin(context, person, language)

        def begin(context: BrowserContext, person: str, language: str) -> Page:
            context.set_default_timeout(15_000)
            troubles.listen(context)
            page = context.new_page()
            if person:
                become(page, person, language)
            return page

        yield open_page
    troubles.assert_none()
