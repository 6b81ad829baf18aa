"""What people do to a site: two tabs, the back button, a double click, no mouse, no scripts."""

import re

import pytest
from playwright.sync_api import Page, expect

from scoring.screening.eligibility import RULES
from tests.browser.conftest import Visit
from tests.browser.visiting import (
    amounts,
    begin_application,
    fill_with_example,
    left_on_the_front_page,
    paused,
    ready_to_submit,
    send,
    tab_to,
)
from tests.browser.watching import refresh_until_screened
from tests.live import Portal

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.xdist_group("browser"),
]


def test_two_tabs_on_one_section_lose_nothing(visit: Visit) -> None:
    first = visit("applicant_tournebac")
    section = f"/en/{begin_application(first)}project/"
    second = first.context.new_page()
    for tab in (first, second):
        tab.goto(section)
    save(first, "Written in the first tab", "")
    save(second, "Written in the second tab", "And its problem")

    saved, typed = second.locator("main .inset"), second.locator("[name=title]")
    expect(second.locator(".error-summary")).to_be_visible()
    expect(saved).to_contain_text("Written in the first tab")
    expect(typed).to_have_value("Written in the second tab")
    expect(second.locator("[name=problem]")).to_have_value("And its problem")
    first.goto(section)
    expect(first.locator("[name=title]")).to_have_value("Written in the first tab")

    send(second.locator("main form .btn-primary"))
    first.goto(section)
    expect(first.locator("[name=title]")).to_have_value("Written in the second tab")


def save(page: Page, title: str, problem: str) -> None:
    page.fill("[name=title]", title)
    page.fill("[name=problem]", problem)
    send(page.locator("main form .btn-primary"))


def test_back_after_submitting_finds_the_same_receipt(visit: Visit) -> None:
    page = visit("applicant_plaivue")
    fill_with_example(page, f"/en/{begin_application(page)}")
    send(ready_to_submit(page))
    receipt = page.locator(".receipt").inner_text()
    page.go_back()
    if page.locator("[name=binds_company]").count():  # the browser kept the page, form and all
        send(ready_to_submit(page))
    expect(page).to_have_url(re.compile(r"/received/$"))
    expect(page.locator(".receipt")).to_have_text(receipt)


@pytest.mark.parametrize(
    ("person", "scripts"), [("applicant_soufflane", True), ("applicant_toituria", False)]
)
def test_a_double_click_submits_once(visit: Visit, person: str, scripts: bool) -> None:
    page = visit(person, scripts=scripts)
    tasks = begin_application(page)
    fill_with_example(page, f"/en/{tasks}")
    ready_to_submit(page).dblclick()
    expect(page).to_have_url(re.compile(r"/received/$"))
    file = re.sub(r"\D", "", tasks).zfill(5)
    trail = visit("administrator_coomans")
    trail.goto("/en/system/")
    submitted = trail.get_by_role("row").filter(has_text="application.submitted")
    expect(submitted.filter(has_text=re.compile(rf"\b0*{int(file)}\b"))).to_have_count(1)


def test_a_double_click_commits_once(visit: Visit) -> None:
    """And a second tab, left open on the approval, is told that it is decided."""
    page = visit("reviewer_zawadzki")
    left = left_on_the_front_page(page)
    page.goto("/en/reviewing/")
    row = page.get_by_role("row").filter(has_text="€150,000")
    decide = row.locator("a").get_attribute("href") or ""
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(decide)
    page.locator("button[value=approve]").dblclick()
    expect(page).to_have_url(re.compile(r"/reviewing/$"))
    send(other.locator("button[value=approve]"))
    expect(other.locator("#refused")).to_be_visible()
    expect(other.locator("button[value=approve]")).to_have_count(0)
    assert left_on_the_front_page(page) == left - 150_000


def test_the_keyboard_alone_reaches_a_section_and_opens_it(visit: Visit) -> None:
    page = visit("applicant_dernierquai")
    page.goto(f"/en/{begin_application(page)}")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    section = page.locator(".task-list a").first
    tab_to(section, presses=10)
    outline = section.evaluate("link => getComputedStyle(link).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/startup/$"))


def test_without_scripts_one_applies_and_follows_the_file(visit: Visit, portal: Portal) -> None:
    page = visit("applicant_clausier", language="fr", scripts=False)
    tasks = f"/fr/{begin_application(page)}"
    fill_with_example(page, tasks)
    page.goto(f"{tasks}budget/")
    page.fill("[name=personnel]", "120 000,50")
    page.fill("[name=requested]", "90.000")
    send(page.locator("main form [name=return]"))
    expect(page).to_have_url(re.compile(rf"{tasks}$"))
    page.goto(f"{tasks}check/")
    with paused(portal.worker):
        send(ready_to_submit(page))
        page.locator("main a.btn-primary").click()
        refresh = page.locator("#screening [role=status] a")
        expect(refresh).to_be_visible()
        expect(page.locator(".verdict")).to_have_count(0)
        refresh.click()
        expect(page.locator("#answers")).to_contain_text("120")
    assert 90_000 in amounts(page.locator("#answers"))
    refresh_until_screened(page)
    expect(page.locator(".verdict")).to_have_count(len(RULES))
