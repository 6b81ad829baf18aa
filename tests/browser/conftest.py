"""One Chromium and one portal with the demo, in real processes, for all tests of this folder."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from playwright.sync_api import Browser, Page, StorageState, ViewportSize, expect, sync_playwright

from tests.browser.visiting import DESKTOP, LOCALES, Troubles, become
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
PATIENCE = 45_000  # ms; the machine may be busy with other tests
Visit = Callable[..., Page]


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Ends with this folder: Django's connections refuse the thread that Playwright works in."""
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")  # the lighter one
    if path is None:  # make test needs nothing installed; CI installs it
        pytest.skip("no chromium here: apt-get install chromium-headless-shell")
    expect.set_options(timeout=PATIENCE)
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


@pytest.fixture(scope="package")
def logins() -> dict[str, StorageState]:
    """Who has logged in already, with the cookies."""
    return {}


@pytest.fixture
def visit(chromium: Browser, portal: Portal, logins: dict[str, StorageState]) -> Iterator[Visit]:
    """A page in a browser of its own: `visit("manager_lorgnier", language="nl", size=PHONE)`.

    The test fails at its end if a page wrote an error to the console, as one does that breaks
    the content security policy.
    """
    troubles = Troubles()
    with ExitStack() as stack:

        def open_page(
            person: str = "",
            *,
            language: str = "en",
            size: ViewportSize = DESKTOP,
            scripts: bool = True,
        ) -> Page:
            context = chromium.new_context(
                base_url=portal.base_url,
                viewport=size,
                locale=LOCALES[language],
                java_script_enabled=scripts,
                storage_state=logins.get(person),
            )
            stack.enter_context(closing(context))
            context.set_default_timeout(PATIENCE)
            troubles.listen(context)
            page = context.new_page()
            if person and person not in logins:
                become(page, person)
                logins[person] = context.storage_state()
            return page

        yield open_page
    troubles.assert_none()
