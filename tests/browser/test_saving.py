"""What is typed is kept: by itself, in two tabs, when one leaves, logs out, or the portal dies."""

import re

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from brustart.children import stop
from tests.browser.answering import example, fill
from tests.browser.conftest import Visit
from tests.browser.visiting import become, begin_application, send
from tests.live import Portal

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.xdist_group("browser"),
]
SAVED, FAILED = re.compile(r"^Saved \d\d:\d\d$"), re.compile(r"^Not saved: .* on this device")


def test_what_is_typed_saves_itself_and_nothing_moves(visit: Visit) -> None:
    page = open_section(visit(), "budget")
    fill(page, example("en")["budget"])
    expect(status(page)).to_have_text(SAVED)
    field = page.locator("[name=requested]")
    field.fill("100000")
    field.click()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    before = page.evaluate(WHERE)
    with page.expect_response(saving):
        page.keyboard.type("9")
    expect(page.locator("[data-totals]")).to_contain_text("1,000,090")
    assert page.evaluate(WHERE) == [before[0], before[1] + 1, before[2]]
    page.reload()
    expect(field).to_have_value("1,000,090")
    expect(page.locator("[data-unsaved]")).to_be_hidden()


WHERE = """() => [document.activeElement.name, document.activeElement.selectionStart, scrollY]"""


def open_section(page: Page, key: str) -> Page:
    """A section of a draft just begun."""
    page.goto(f"/en/{begin_application(page)}{key}/")
    return page


def status(page: Page) -> Locator:
    return page.locator("[data-save-status]")


def saving(answer: Response) -> bool:
    """Whether this answers what a page sent by itself."""
    return answer.request.method == "POST"


def test_whoever_types_without_a_pause_is_saved_meanwhile(visit: Visit, portal: Portal) -> None:
    """Within five seconds: the portal is killed under the typing hand."""
    page = open_section(visit(), "project")
    saved: list[str] = []
    page.on("response", lambda answer: saved.append(str(answer.request.post_data)))
    page.locator("[name=problem]").press_sequentially("word " * 14, delay=100)
    assert any("problem=word" in body for body in saved)
    stop([portal.web], grace=0)
    page.locator("[name=problem]").press_sequentially("and more")
    expect(status(page)).to_have_text(FAILED)
    page.locator("[name=title]").fill("Typed while nobody answers")
    portal.web.start()
    portal.wait_until_up(worker=False)
    expect(status(page)).to_have_text(SAVED)
    page.reload()
    expect(page.locator("[name=problem]")).to_have_value("word " * 14 + "and more")
    expect(page.locator("[name=title]")).to_have_value("Typed while nobody answers")


def test_whoever_leaves_at_once_loses_nothing(visit: Visit) -> None:
    page = open_section(visit(), "project")
    section = page.url
    page.locator("[name=title]").press_sequentially("Typed and left at once")
    send(page.locator("main a").first)
    page.goto(section)
    expect(page.locator("[name=title]")).to_have_value("Typed and left at once")
    expect(page.locator("[data-unsaved]")).to_be_hidden()


def test_without_a_session_the_text_waits_on_the_device(visit: Visit) -> None:
    page = open_section(visit("applicant_medibundel"), "project")
    section = page.url
    page.fill("[name=title]", "Kept by the portal")
    expect(status(page)).to_have_text(SAVED)
    page.context.clear_cookies()
    page.fill("[name=title]", "Kept on the device")
    page.fill("[name=problem]", "Nobody was logged in")
    expect(status(page)).to_have_text(FAILED)

    become(page, "applicant_medibundel")
    page.goto(section)
    expect(page.locator("[name=title]")).to_have_value("Kept by the portal")
    send(page.locator("[data-put-back]"))
    page.goto(section)
    expect(page.locator("[name=title]")).to_have_value("Kept on the device")
    expect(page.locator("[name=problem]")).to_have_value("Nobody was logged in")
    expect(page.locator("[data-unsaved]")).to_be_hidden()


def test_logged_out_in_another_tab_one_may_throw_the_text_away(visit: Visit) -> None:
    page = open_section(visit("applicant_kadewacht"), "project")
    other = page.context.new_page()
    other.goto("/en/account/logout/")
    send(other.locator("main form button"))
    page.fill("[name=title]", "Not wanted any more")
    expect(status(page)).to_have_text(FAILED)
    become(other, "applicant_kadewacht")
    other.goto(page.url)
    other.locator("[data-throw-away]").click()
    expect(other.locator("[data-unsaved]")).to_be_hidden()
    other.reload()
    expect(other.locator("[data-unsaved]")).to_be_hidden()
    expect(other.locator("[name=title]")).to_have_value("")


def test_a_tab_that_saves_itself_overwrites_nothing_either(visit: Visit) -> None:
    first = open_section(visit(), "project")
    second = first.context.new_page()
    second.goto(first.url)
    first.fill("[name=title]", "Written in the first tab")
    expect(status(first)).to_have_text(SAVED)
    second.fill("[name=title]", "Written in the second tab")
    expect(status(second)).to_contain_text("nothing was overwritten")
    first.reload()
    expect(first.locator("[name=title]")).to_have_value("Written in the first tab")

    send(second.locator("main form .btn-primary"))
    expect(second.locator("main .inset")).to_contain_text("Written in the first tab")
    expect(second.locator("[name=title]")).to_have_value("Written in the second tab")
    send(second.locator("main form[data-autosave] .btn-primary"))
    first.reload()
    expect(first.locator("[name=title]")).to_have_value("Written in the second tab")
