"""Nobody is kept out: every kind of page, in three languages, on a phone and on a desk."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Visit
from tests.browser.looking import Looking
from tests.browser.visiting import begin_application, fill_with_example

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.xdist_group("browser"),
]
ERROR = {"fr": "Erreur", "nl": "Fout", "en": "Error"}
# Whose pages; then an address below the language, and the links to follow from there.
PLACES: dict[str, list[tuple[str, ...]]] = {
    "": [
        ("",),
        ("programmes/",),
        ("calls/brustart-1/",),
        ("calls/brustart-2/",),
        ("demo/",),
        ("account/login/",),
        ("account/signup/",),
        ("account/password/reset/",),
    ],
    "reviewer_nsimba": [
        ("reviewing/",),
        ("reviewing/", "a[href$='/review/']"),
        ("reviewing/", "a[href$='/review/']", "a[href$='/conflict/']"),
        ("reviewing/", "a[href$='/decide/']"),
        ("reviewing/", "a[href$='/decide/']", "a[href*='/files/']"),
    ],
    "manager_lorgnier": [
        ("capacity/",),
        ("files/",),
        ("files/?q=nothing+is+called+so",),
        ("calls/brustart-1/ranking/",),
        ("files/?state=ineligible", "table a"),
        ("files/?state=awarded", "table a"),
        ("files/?state=rejected", "table a"),
        ("files/?state=needs_evidence", "table a"),
        ("files/?state=needs_evidence", "table a", "a[href$='/admit/']"),
        ("files/?state=fails_rules", "table a", "a[href$='/ineligible/']"),
        ("files/?state=eligible", "table a", "a[href$='/assign/']"),
        ("files/?state=reviewed", "table a", "a[href$='/propose/']"),
        ("files/?state=reviewed", "table a", "a[href$='/reject/']"),
        ("files/?state=reviewed", "table a", "a[href$='/wait/']"),
    ],
    "administrator_coomans": [
        ("system/",),
        ("system/mail/",),
        ("system/mail/", "table a"),
    ],
    "applicant_staprust": [
        ("applications/",),
        ("applications/", "table a"),
        ("account/email/",),
        ("account/2fa/",),
    ],
}


@pytest.mark.parametrize("person", PLACES, ids=lambda person: person or "anybody")
def test_pages_as_they_stand(visit: Visit, person: str) -> None:
    looking = Looking(visit(person))
    for place in PLACES[person]:
        looking.go(*place)
    looking.assert_all_good()


def test_pages_that_say_no(visit: Visit) -> None:
    looking = Looking(visit("applicant_staprust"))
    looking.go("nowhere/", status=404)
    looking.go("capacity/", status=403)
    looking.assert_all_good()


def test_an_application_from_nothing_to_the_receipt(visit: Visit) -> None:
    page = visit("applicant_paroliane")
    tasks = begin_application(page)
    looking = Looking(page)
    for section in ("", "startup/", "project/", "budget/", "check/", "withdraw/"):
        looking.go(f"{tasks}{section}")
    looking.open(f"{tasks}startup/")
    page.fill("[name=enterprise_number]", "0123456789")
    page.fill("[name=postal_code]", "1")
    submit(looking, ".form-actions .btn-primary")
    assert page.title().startswith(ERROR[looking.language])
    fill_with_example(page, f"/fr/{tasks}")
    looking.go(f"{tasks}check/")
    submit(looking, "form button")
    looking.go("applications/", "table a")
    looking.assert_all_good()


FORMS = [
    ("manager_lorgnier", ("files/?state=reviewed", "table a", "a[href$='/propose/']"), "form"),
    ("manager_lorgnier", ("files/?state=eligible", "table a", "a[href$='/assign/']"), "form"),
    ("reviewer_nsimba", ("reviewing/", "a[href$='/decide/']"), "form:has([value=refuse])"),
    ("reviewer_nsimba", ("reviewing/", "a[href$='/review/']"), "form:has([value=hand_in])"),
]


@pytest.mark.parametrize(("person", "way", "form"), FORMS)
def test_a_form_with_errors(visit: Visit, person: str, way: tuple[str, ...], form: str) -> None:
    """Each says at the top what is missing."""
    looking = Looking(visit(person))
    looking.open(*way)
    for field in looking.page.locator(f"main {form} textarea").all():
        field.fill("")
    submit(looking, f"{form} button")
    assert looking.page.locator("main .field-wrong, main .field-error").count()
    looking.assert_all_good()


def test_menus_that_open_over_the_page(visit: Visit) -> None:
    looking = Looking(visit("manager_lorgnier"))
    for number in range(2):
        looking.open("calls/brustart-2/")
        looking.page.locator("details.menu > summary").nth(number).click()
        looking.look()
    looking.assert_all_good()


def submit(looking: Looking, button: str) -> None:
    """Press the button of the page and look at the answer."""
    page: Page = looking.page
    with page.expect_navigation():
        page.locator(f"main {button}").first.click()
    looking.look()
