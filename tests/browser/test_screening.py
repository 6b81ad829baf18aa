"""Screening as people see it: it arrives by itself, two people overrule it, a click tries again."""

import re

import pytest
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Locator, Page, expect

from applications.states import State
from tests.browser.conftest import Visit
from tests.browser.visiting import (
    NAMES,
    PHONE,
    begin_application,
    fill_with_example,
    open_file,
    paused,
    ready_to_submit,
    send,
    tab_to,
)
from tests.browser.watching import (
    read_verdicts,
    refresh_until_screened,
    see_it_wait,
    watch_it_advance,
)
from tests.live import Portal

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.xdist_group("browser"),
]
ASKER, SECOND = "manager_lorgnier", "manager_vandecapelle"
OVERRIDES = "#piles ~ ul a[href*='/overrides/']"
REASON = "The certificate of 12 October shows that €90,000 of this aid was repaid."


def test_an_applicant_watches_the_verdict_arrive(visit: Visit, portal: Portal) -> None:
    page = visit("applicant_parkiloc", language="fr", size=PHONE)
    fill_with_example(page, f"/fr/{begin_application(page, 'fr')}")
    with paused(portal.worker):
        send(ready_to_submit(page))
        send(page.locator("main a.btn-primary"))
        state = see_it_wait(page)
        expect(page.locator("#screening [role=status]")).to_be_visible()
    watch_it_advance(page, state)
    expect(page.locator("#screening [role=status]")).to_have_count(0)
    expect(page.locator("#file-state")).to_have_text(label(State.ELIGIBLE, "fr"))
    read_verdicts(page, "fr")


def label(state: State, language: str) -> str:
    with translation.override(language):
        return str(state.label)


def test_two_people_give_another_verdict(visit: Visit) -> None:
    """The first with the keyboard alone; the startup reads of it once both have said so."""
    asker, second = visit(ASKER, language="nl"), visit(SECOND, language="nl")
    applicant = visit("applicant_coldthread")
    file = open_file(asker, "Coldthread", "nl")
    ask_by_keyboard(asker)
    applicant.goto(f"/en/files/{file}/")
    expect(applicant.locator("main")).not_to_contain_text(REASON)

    second.goto("/nl/capacity/")
    asked = second.locator(OVERRIDES, has_text="Coldthread")
    assert_cannot_answer(asker, asked.get_attribute("href") or "")
    send(asked)
    expect(second.locator(".summary-list")).to_contain_text(REASON)
    expect(second.locator(".summary-list")).to_contain_text(NAMES[ASKER])
    send(second.locator("main button[value=accept]"))

    expect(second).to_have_url(re.compile(rf"/nl/files/{file}/$"))
    expect(second.locator("#file-state")).to_have_text(label(State.ELIGIBLE, "nl"))
    expect(headroom(second)).to_contain_text(f"{NAMES[ASKER]}, {NAMES[SECOND]}")
    second.goto("/nl/capacity/")
    expect(asked).to_have_count(0)
    read_as_applicant(applicant, file)


def ask_by_keyboard(page: Page) -> None:
    """From the file's page; it stays not met until somebody else confirms."""
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # past the navigation
    tab_to(headroom(page).locator("a"), presses=30)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page.locator("[name=verdict][value=pass]"), presses=15)
    page.keyboard.press("Space")
    expect(page.locator("[name=verdict][value=pass]")).to_be_checked()
    tab_to(page.locator("[name=reason]"), presses=1)
    page.keyboard.type(REASON)
    tab_to(page.locator("main form .btn-primary"), presses=1)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".message-success")).to_be_visible()
    expect(page.locator("#file-state")).to_have_text(label(State.FAILS_RULES, "nl"))
    expect(headroom(page)).to_contain_text(NAMES[ASKER])
    expect(headroom(page).locator("a")).to_have_count(0)


def headroom(page: Page) -> Locator:
    """The finding that this file fails on, in English or Dutch."""
    titles = re.compile(r"^De(-| )minimis ?(ceiling|plafond)$")
    return page.locator(".verdict", has=page.get_by_role("heading", name=titles))


def assert_cannot_answer(page: Page, address: str) -> None:
    """Whoever asked finds it nowhere to confirm, and reads why where the second person would."""
    page.goto("/nl/capacity/")
    expect(page.locator(OVERRIDES, has_text="Coldthread")).to_have_count(0)
    page.goto(address)
    expect(page.locator(".summary-list")).to_contain_text(REASON)
    expect(page.locator("main button")).to_have_count(0)
    with translation.override("nl"):
        why = gettext("You asked for this verdict yourself: another fund manager must answer.")
    expect(page.locator("main .notice")).to_have_text(why)


def read_as_applicant(page: Page, file: str) -> None:
    """The fund's verdict and reason, but not who gave it."""
    page.goto(f"/en/files/{file}/")
    expect(page.locator("#file-state")).to_have_text(label(State.ELIGIBLE, "en"))
    expect(headroom(page).locator(".inset")).to_contain_text(f"The fund says: met. {REASON}")
    expect(headroom(page)).not_to_contain_text(NAMES[ASKER])
    expect(headroom(page).locator("a")).to_have_count(0)


def test_another_verdict_needs_its_reason_and_keeps_what_was_given(visit: Visit) -> None:
    page = visit(ASKER, language="nl")
    open_file(page, "Signapont", "nl")
    send(page.locator(".verdict a[href$='/override/']").first)
    page.fill("[name=reason]", REASON)
    assert_refused(page, "verdict")
    expect(page.locator("[name=reason]")).to_have_value(REASON)
    page.check("[name=verdict][value=fail]")
    page.fill("[name=reason]", "  ")
    assert_refused(page, "reason")
    expect(page.locator("[name=verdict][value=fail]")).to_be_checked()
    page.locator(".error-summary a").click()
    expect(page.locator("[name=reason]")).to_be_focused()


def assert_refused(page: Page, name: str) -> None:
    """At the top and beside this question alone."""
    send(page.locator("main form .btn-primary"))
    expect(page).to_have_title(re.compile("^Fout: "))
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary li")).to_have_count(1)
    expect(page.locator(".field-error")).to_have_count(1)
    expect(page.locator(f"#id_{name}_error")).to_be_visible()


def test_an_override_waits_for_anybody_but_who_asked(visit: Visit) -> None:
    for person, found in ((SECOND, 1), (ASKER, 0)):
        page = visit(person, language="nl")
        page.goto("/nl/capacity/")
        expect(page.locator(OVERRIDES, has_text="Archivaste")).to_have_count(found)
        open_file(page, "Archivaste", "nl")
        expect(page.locator(".verdict a[href*='/overrides/']")).to_have_count(found)


def test_a_stopped_screening_goes_on_after_a_click(visit: Visit, portal: Portal) -> None:
    """The startup sees that it stopped, and follows it without scripts."""
    manager = visit(ASKER)
    applicant = visit("applicant_tramelle", language="fr", size=PHONE, scripts=False)
    manager.goto("/en/capacity/")
    send(manager.locator("#piles ~ ul a[href$='#screening']", has_text="Tramelle"))
    file = re.sub(r"\D", "", manager.url.partition("/files/")[2])
    applicant.goto(f"/fr/files/{file}/")
    for page, told in ((manager, 1), (applicant, 0)):
        expect(page.locator("#screening .notice-bad")).to_be_visible()
        expect(page.locator("#screening form button")).to_have_count(told)
        why = page.locator("#screening li", has_text="the document store did not answer")
        expect(why).to_have_count(told)

    with paused(portal.worker):
        send(manager.locator("#screening form button"))
        expect(manager.locator("#screening .notice-bad")).to_have_count(0)
        state = see_it_wait(manager)
        applicant.reload()
        expect(applicant.locator("#screening [role=status] a")).to_be_visible()
    watch_it_advance(manager, state)
    refresh_until_screened(applicant)
    expect(applicant.locator("#file-state")).to_have_text(label(State.ELIGIBLE, "fr"))
    read_verdicts(applicant, "fr")
    manager.goto("/en/capacity/")
    expect(manager.locator("#piles ~ ul a[href$='#screening']")).to_have_count(0)
