"""Nobody is kept out of applying: each page of a file, empty, filled and with its errors."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from applications.forms import SECTIONS
from tests.browser.answering import add_row, upload
from tests.browser.conftest import Visit
from tests.browser.looking import Looking
from tests.browser.visiting import begin_application, fill_with_example, mailed, ready_to_submit
from tests.live import Portal, Starter

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.xdist_group("looking"),
]
ERROR = {"fr": "Erreur", "nl": "Fout", "en": "Error"}


def test_an_empty_draft_without_an_account(visit: Visit) -> None:
    looking = Looking(visit())
    tasks = begin_application(looking.page)
    for page in ("", *SECTIONS, "check", "messages", "withdraw"):
        if page != "ehealth":  # asked once the track is chosen
            looking.go(f"{tasks}{page}/".replace("//", "/"))
    looking.assert_all_good()


def test_a_filled_file_until_its_receipt(visit: Visit) -> None:
    looking = Looking(page := visit("applicant_paroliane"))
    tasks = begin_application(page)
    fill_with_example(page, f"/fr/{tasks}")
    for key in ("", *SECTIONS, "messages"):
        looking.go(f"{tasks}{key}/".replace("//", "/"))
    looking.go(f"{tasks}check/")
    looking.submit("form .btn-primary")  # without the box
    assert page.title().startswith(ERROR[looking.language])
    ready_to_submit(page).click()
    expect(page).to_have_url(re.compile("/received/$"))
    looking.look()
    looking.go("applications/", "table a")
    looking.assert_all_good()


def test_sections_with_errors(visit: Visit) -> None:
    looking = Looking(page := visit())
    tasks = begin_application(page)
    looking.open(f"{tasks}startup/")
    page.fill("[name=enterprise_number]", "0123456789")
    assert_says_what_is_wrong(looking)
    looking.open(f"{tasks}budget/")
    page.fill("[name=personnel]", "a lot")
    add_row(page, "cash")
    page.fill("[name=cash-1-quarter]", "spring")
    assert_says_what_is_wrong(looking)
    looking.open(f"{tasks}documents/")
    upload(page, "deck", "setup.pdf", b"MZ\x90\x00\x03")
    expect(page.locator(".upload-wrong")).to_be_visible()
    looking.look()
    looking.assert_all_good()


def assert_says_what_is_wrong(looking: Looking) -> None:
    looking.submit("form[data-autosave] .btn-primary")
    assert looking.page.title().startswith(ERROR[looking.language])
    assert looking.page.locator("main .field-error").count()


def test_a_section_that_somebody_else_saved(visit: Visit) -> None:
    looking = Looking(page := visit())
    tasks = begin_application(page)
    looking.open(f"{tasks}project/")
    other = page.context.new_page()
    other.goto(page.url)
    other.fill("[name=title]", "Written in the other tab")
    with other.expect_navigation():
        other.locator("main form[data-autosave] .btn-primary").click()
    page.fill("[name=title]", "Written here")
    assert_is_refused(looking)
    looking.assert_all_good()


def assert_is_refused(looking: Looking) -> None:
    looking.submit("form[data-autosave] .btn-primary")
    expect(looking.page.locator("main .inset")).to_contain_text("Written in the other tab")


@pytest.mark.parametrize("code", ["1060", "4000"])
def test_could_we_apply_with_an_answer(visit: Visit, code: str) -> None:
    looking = Looking(page := visit())
    for _language in range(2):
        looking.open("calls/brustart-2/could-we/")
        page.fill("[name=postal_code]", code)
        page.fill("[name=requested]", "120 000")
        looking.submit("form .btn-primary")
        expect(page.locator("#outcome")).to_be_visible()
    looking.assert_all_good()


def test_an_invitation(visit: Visit, portal: Portal) -> None:
    owner, looking = visit("applicant_lesvonk"), Looking(visit())
    owner.goto("/en/startups/")
    owner.locator("main a[href*='/startups/']").first.click()
    owner.fill("[name=email]", "colleague@example.org")
    owner.locator("main form:has([name=email]) .btn-primary").click()
    mail = mailed(portal.mail_folder, "colleague@example.org", "/invitation/")
    token = re.findall(r"/invitation/([\w-]+)/", mail)[0]
    for _language in range(3):
        looking.go(f"invitation/{token}/")
    looking.go("invitation/no-such-link/", status=409)
    looking.assert_all_good()


def test_a_file_that_came_on_paper(visit: Visit) -> None:
    looking = Looking(page := visit("manager_lorgnier"))
    looking.open("calls/brustart-2/paper/")
    page.fill("[name=startup_name]", "Papierwerk")
    page.fill("[name=received_on]", f"{timezone.localdate():%Y-%m-%d}")
    page.check("main [name=language][value=nl]")
    looking.submit("form .btn-primary")
    tasks = page.url.partition(f"/{looking.language}/")[2]
    for section in ("startup", "documents", "check"):
        looking.go(f"{tasks}{section}/")
    looking.go("calls/brustart-2/paper/")
    looking.assert_all_good()


def test_questions_of_a_call_before_they_are_published(visit: Visit) -> None:
    looking = Looking(page := visit("manager_lorgnier"))
    looking.open("calls/brustart-2/questions/")
    looking.submit("button[name=add]")
    page.locator("[name$='-label_fr']").last.fill("Où travaillez-vous ?")
    looking.submit("button[name=preview]")
    looking.assert_all_good()


def test_letting_a_draft_in_late(visit: Visit) -> None:
    draft = re.sub(r"\D", "", begin_application(visit("applicant_lintelwork")))
    looking = Looking(page := visit("manager_lorgnier"))
    looking.open("calls/brustart-2/extensions/")
    page.fill("[name=reference]", f"BRU-{int(draft):05}")
    page.fill("[name=reason]", "The founder was in hospital.")
    page.fill("[name=until]", "2035-01-05")
    looking.submit("form .btn-primary")
    expect(page.locator("button[name=granted]")).to_be_visible()
    looking.assert_all_good()


@pytest.fixture
def strict_page(chromium: Browser, live_portal: Starter) -> Iterator[tuple[Page, Path]]:
    """A page of a portal where addresses must be confirmed, and the folder of its mails."""
    portal = live_portal(worker=False, env={"DEMO_MFA": "1"})
    with closing(chromium.new_context(base_url=portal.base_url)) as context:
        yield context.new_page(), portal.mail_folder
    portal.stop()


def test_codes_by_mail(strict_page: tuple[Page, Path]) -> None:
    page, mails = strict_page
    looking, address = Looking(page), "nele@example.org"
    looking.open("account/signup/")
    looking.submit("form .btn-primary")  # with nothing in it
    page.fill("[name=name]", "Nele Nieuw")
    page.fill("[name=email]", address)
    page.fill("[name=password1]", "a long sentence about care 7")
    looking.submit("form .btn-primary")
    looking.go("account/confirm/")
    page.fill("[name=code]", "WRONG1")
    looking.submit("form .btn-primary")
    page.fill("[name=code]", code_in(mails, address))
    looking.submit("form .btn-primary")
    page.context.clear_cookies()
    looking.open("account/login/code/")
    page.fill("[name=email]", address)
    looking.submit("form .btn-primary")
    page.fill("[name=code]", code_in(mails, address))
    looking.submit("form .btn-primary")
    looking.assert_all_good()


def code_in(mails: Path, address: str) -> str:
    code = re.compile(r"^[A-Z0-9]+(?:-[A-Z0-9]+)*$", re.MULTILINE)
    return code.findall(mailed(mails, address, "15"))[0]
