"""The fund asks for more: exactly the section it names is changed, and it sees what changed."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.answering import save
from tests.browser.conftest import Visit
from tests.browser.visiting import open_file, send

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.xdist_group("browser"),
]
ANSWER = "De proeven bij patiënten beginnen in de derde maand, na het advies."


def test_a_request_is_asked_answered_and_read(visit: Visit) -> None:
    manager, applicant = visit("manager_lorgnier"), visit("applicant_pijnkaart", language="nl")
    file = ask_about_the_plan(manager)
    answer(applicant, file)
    manager.goto(f"/en/files/{file}/")
    changed = manager.locator(".differences tbody tr")
    expect(changed).to_have_count(1)
    expect(changed.locator("td[data-label=After]")).to_contain_text(ANSWER)
    expect(changed.locator("td[data-label=Before]")).not_to_contain_text(ANSWER)


def ask_about_the_plan(page: Page) -> str:
    """As the fund, instead of what the rules would ask; the file's number."""
    file = open_request(page, "Pijnkaart")
    assert chosen(page) == ["startup"]
    page.uncheck("[name=sections][value=startup]")
    page.check("[name=sections][value=work_plan]")
    page.fill("[name=question]", "Wanneer beginnen de proeven bij patiënten?")
    send(page.locator("main form .btn").first)
    expect(page).to_have_url(re.compile(rf"/en/files/{file}/$"))
    expect(page.locator("main a[href$='/ask/']")).to_have_count(0)
    return file


def open_request(page: Page, startup: str) -> str:
    """The page that asks this startup for more; the file's number."""
    file = open_file(page, startup, "en")
    send(page.locator("main a[href$='/ask/']"))
    return file


def chosen(page: Page) -> list[str]:
    """The sections that are chosen on the page."""
    boxes = page.locator("[name=sections]:checked").all()
    return [box.get_attribute("value") or "" for box in boxes]


def answer(page: Page, file: str) -> None:
    """As the startup, for which only the section that was named is open."""
    page.goto(f"/nl/applications/{file}/project/")
    expect(page).to_have_url(re.compile(rf"/nl/files/{file}/$"))
    send(page.locator(f"main a[href$='/applications/{file}/']").first)
    addresses = [link.get_attribute("href") for link in page.locator(".task-list a").all()]
    assert [one.split("/")[-2] for one in addresses if one] == ["work_plan", "check"]
    send(page.locator(".task-list a").first)
    page.fill("[name=plan]", ANSWER)
    save(page)
    page.goto(f"/nl/applications/{file}/check/")
    send(page.locator("main form .btn-primary"))
    expect(page).to_have_url(re.compile(r"/received/$"))


@pytest.mark.parametrize(
    ("startup", "sections", "question"),
    [
        ("Signapont", ["size", "ownership"], r"Micro ou petite entreprise.*effectif"),
        ("Archivaste", [], r"^$"),  # fails a rule, and no evidence is asked for
    ],
)
def test_a_request_begins_with_what_the_rules_need(
    visit: Visit, startup: str, sections: list[str], question: str
) -> None:
    """The sections that those rules read, and a question in the file's language."""
    page = visit("manager_lorgnier")
    open_request(page, startup)
    assert chosen(page) == sections
    expect(page.locator("[name=question]")).to_have_value(re.compile(question))
