"""Watching a screening: on the page that is open, or by its link where no script runs."""

import re

from django.utils import translation
from playwright.sync_api import Page, expect

from scoring.screening import reasons
from scoring.screening.eligibility import RULES

_GAP = re.compile(r"%\\\(\w+\\\)s")  # as re.escape leaves a place for an input


def see_it_wait(page: Page) -> str:
    """The state that the file's page shows while no worker takes the screening up."""
    expect(page.locator("#screening[hx-get]")).to_be_visible()
    expect(page.locator(".verdict")).to_have_count(0)
    page.evaluate("window.stillTheSamePage = true")
    with page.expect_response(re.compile(r"/steps/$")):  # asks by itself, again and again
        pass
    return page.locator("#file-state").inner_text()


def watch_it_advance(page: Page, state: str) -> None:
    """Every rule with reason and source, and another state, appear on the page that is open."""
    expect(page.locator("#screening:not([hx-get])")).to_be_visible()
    expect(page.locator(".verdict")).to_have_count(len(RULES))
    expect(page.locator(".verdict .source")).to_have_count(len(RULES))
    expect(page.locator("#file-state")).not_to_have_text(state)
    assert page.evaluate("window.stillTheSamePage")


def refresh_until_screened(page: Page) -> None:
    refresh = page.locator("#screening [role=status] a")
    for _time in range(60):
        if not refresh.count():
            return
        refresh.click()
        page.wait_for_timeout(250)


def read_verdicts(page: Page, language: str) -> None:
    """Of a file that meets every rule: unfold them; each has its title, a reason and its source
    in that language."""
    page.locator("#screening details:has(.verdict) > summary").click()
    with translation.override(language):
        titles = [str(reasons.TITLES[rule.name]) for rule in RULES]
        sources = [str(reasons.SOURCES[rule.name]) for rule in RULES]
        sentences = re.compile("|".join(_sentence(str(one)) for one in reasons.REASONS.values()))
    expect(page.locator(".verdict h3")).to_have_text(titles)
    expect(page.locator(".verdict .source cite")).to_have_text(sources)
    said = page.locator(".verdict > p:not(.source)").all_inner_texts()
    assert len(said) == len(RULES)
    assert [one for one in said if not sentences.fullmatch(one)] == []


def _sentence(message: str) -> str:
    """The reason's pattern, whatever its inputs are."""
    return _GAP.sub(".+", re.escape(message))
