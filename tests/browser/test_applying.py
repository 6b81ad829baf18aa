"""From the call to the receipt: e-health in Dutch with scripts, digital in French without."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from scoring.screening.eligibility import RULES
from tests.browser import answering
from tests.browser.answering import Answers, example, fill, save
from tests.browser.conftest import Visit
from tests.browser.visiting import PHONE, become, begin_application, ready_to_submit, send

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.xdist_group("browser"),
]
DEVICE: Answers = {
    "medical_device": "yes",
    "device_class": "IIa",
    "class_assessed_by": "Een erkend adviesbureau",
    "ce_status": "running",
    "ethics": "obtained",
    "ethics_committee": "Ethisch comité van het ziekenhuis",
    "ethics_on": "2026-03-02",
    "ethics_reference": "2026/041",
    "ai": "yes",
    "ai_data": "Duizend rondes van vijf teams, zonder namen.",
    "ai_oversight": "De verpleegkundige beslist, en ziet waarom.",
}
ASKED_OF_DEVICES = ("device_class", "ethics_committee", "ai_data")


def test_ehealth_in_dutch_on_a_phone(visit: Visit) -> None:
    page = visit(language="nl", size=PHONE)
    answers = example("nl", ehealth=DEVICE)
    tasks = f"/nl/{begin_application(page, 'nl')}"
    answer(page, tasks, "startup", answers)
    answer(page, tasks, "project", answers)
    page.goto(f"{tasks}ehealth/")
    for name in ASKED_OF_DEVICES:
        expect(page.locator(f"[name={name}]").first).to_be_hidden()
    answer(page, tasks, "ehealth", answers)

    page.goto(tasks)
    sign_up(page, tasks)
    for section in ("team", "work_plan", "budget", "size", "ownership", "aid", "declarations"):
        answer(page, tasks, section, answers)
    page.goto(f"{tasks}documents/")
    answering.upload_needed(page)

    page.goto(f"{tasks}check/")
    expect(page.locator("main")).to_contain_text(DEVICE["ai_oversight"])
    hand_in(page)
    send(page.locator("main a.btn-primary"))
    expect(page.locator("#screening:not([hx-get])")).to_be_visible()
    expect(page.locator(".verdict")).to_have_count(len(RULES))


def answer(page: Page, tasks: str, key: str, answers: dict[str, Answers]) -> None:
    """Fill a section and save it; the startup's asks for the number first."""
    page.goto(f"{tasks}{key}/")
    if key == "startup":
        fill(page, {"enterprise_number": answers[key]["enterprise_number"]})
        save(page)
    fill(page, answers[key])
    save(page)
    expect(page.locator(".error-summary")).to_have_count(0)
    expect(page).not_to_have_url(re.compile(f"/{key}/$"))


def sign_up(page: Page, back_to: str) -> None:
    """By the draft's own link, which leads back to it."""
    send(page.locator("main a[href*='/signup/']").first)
    page.fill("[name=name]", "Ada Lemmens")
    page.fill("[name=email]", "ada.lemmens@example.org")
    page.fill("[name=password1]", "een lange zin over zorg 7")
    send(page.locator("main form .btn-primary"))
    expect(page).to_have_url(re.compile(rf"{back_to}$"))


def hand_in(page: Page) -> Locator:
    """Say that one may, and submit; the receipt's number."""
    send(ready_to_submit(page))
    expect(page).to_have_url(re.compile(r"/received/$"))
    receipt = page.locator(".receipt")
    expect(receipt).to_have_text(re.compile(r"^BRU-\d+-[0-9A-F]{6}$"))
    return receipt


def test_digital_in_french_on_a_phone_without_scripts(visit: Visit) -> None:
    page = visit("applicant_musetape", language="fr", size=PHONE, scripts=False)
    answers = example("fr", project={"track": "digital"})
    tasks = f"/fr/{begin_application(page, 'fr')}"
    for section in ("startup", "project"):
        answer(page, tasks, section, answers)
    page.goto(tasks)
    expect(page.locator("a[href$='/ehealth/']")).to_have_count(0)
    add_and_remove_people(page, tasks, answers["team"])
    for section in ("work_plan", "budget", "size", "ownership", "aid", "declarations"):
        answer(page, tasks, section, answers)
    page.goto(f"{tasks}documents/")
    answering.upload_needed(page)
    page.goto(f"{tasks}check/")
    hand_in(page)


def add_and_remove_people(page: Page, tasks: str, answers: Answers) -> None:
    """What stands in the other rows stays, and what was typed before the button was pressed."""
    page.goto(f"{tasks}team/")
    fill(page, answers)
    first, gone, *others = [row["name"] for row in answers["members"]]
    answering.remove_row(page, "members", 1)
    names = page.locator("[name^='members-'][name$='-name']")
    expect(names).to_have_count(1 + len(others))
    kept = [names.nth(number).input_value() for number in range(names.count())]
    assert kept == [first, *others]
    assert gone not in page.locator("main form").inner_text()
    save(page)
    expect(page.locator(".error-summary")).to_have_count(0)


def test_a_guest_logs_in_and_finds_the_draft_there(visit: Visit) -> None:
    page = visit()
    tasks = begin_application(page)
    page.goto(f"/en/{tasks}project/")
    page.fill("[name=title]", "Begun before there was an account")
    save(page)
    other = visit()
    other.goto(f"/en/{tasks}")
    expect(other).to_have_url(re.compile("/account/login/"))
    become(page, "applicant_glucivia")
    page.goto("/en/applications/")
    send(page.locator("main a", has_text="Begun before there was an account"))
    expect(page).to_have_url(re.compile(rf"/en/{tasks}$"))
    other.goto(f"/en/{tasks}")
    expect(other).to_have_url(re.compile("/account/login/"))
