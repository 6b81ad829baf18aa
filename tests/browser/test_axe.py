"""Nobody is kept out: every kind of page, in three languages, on a phone and on a desk."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.looking import Looking

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.xdist_group("looking"),
]
# Whose pages; then an address below the language, and the links to follow from there.
PLACES: dict[str, list[tuple[str, ...]]] = {
    "": [
        ("",),
        ("programmes/",),
        ("calls/brustart-1/",),
        ("calls/brustart-2/",),
        ("demo/",),
        ("calls/brustart-2/could-we/",),
        ("account/login/",),
        ("account/login/code/",),
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
        ("files/?state=needs_evidence", "table a", "a[href$='/ask/']"),
        ("files/?state=fails_rules", "table a", "a[href$='/override/']"),
        ("files/?q=Tramelle", "table a"),
        ("files/?q=Archivaste", "table a", "a[href*='/screenings/']"),
        ("calls/brustart-2/rules/",),
        ("files/?state=fails_rules", "table a", "a[href$='/ineligible/']"),
        ("files/?state=eligible", "table a", "a[href$='/assign/']"),
        ("files/?state=reviewed", "table a", "a[href$='/propose/']"),
        ("files/?state=reviewed", "table a", "a[href$='/reject/']"),
        ("files/?state=reviewed", "table a", "a[href$='/wait/']"),
        ("files/?state=eligible", "table a", "a[href$='/ask/']"),
        ("files/?q=Pipewhisper", "table a"),
        ("files/?q=Pipewhisper", "table a", "a[href$='/back/']"),
        ("files/?q=Zolderlucht", "table a"),
        ("calls/brustart-1/extensions/",),
        ("calls/brustart-2/extensions/",),
        ("calls/brustart-2/paper/",),
        ("calls/brustart-2/questions/",),
        ("letters/",),
        ("letters/", "table a"),
    ],
    "manager_vandecapelle": [
        ("capacity/",),
        ("capacity/", "a[href*='/overrides/']"),
    ],
    "administrator_coomans": [
        ("system/",),
        ("system/mail/",),
        ("system/mail/", "table a"),
    ],
    "applicant_staprust": [
        ("applications/",),
        ("applications/", "table a"),
        ("startups/",),
        ("startups/", "a[href*='/startups/']"),
        ("account/email/",),
        ("account/2fa/",),
    ],
    "applicant_repitel": [
        ("applications/",),
        ("startups/", "a[href*='/startups/']"),
    ],
    "applicant_pipewhisper": [
        ("applications/", "table a"),
        ("applications/", "table a", "#file-acts .btn-primary"),
        ("applications/", "table a", "#file-acts .btn-primary", "a[href$='/size/']"),
        ("applications/", "table a", "#file-acts .btn-primary", "a[href$='/check/']"),
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


FORMS = [
    ("manager_lorgnier", ("files/?state=reviewed", "table a", "a[href$='/propose/']"), "form"),
    ("manager_lorgnier", ("files/?state=eligible", "table a", "a[href$='/assign/']"), "form"),
    ("reviewer_nsimba", ("reviewing/", "a[href$='/decide/']"), "form:has([value=refuse])"),
    ("reviewer_nsimba", ("reviewing/", "a[href$='/review/']"), "form:has([value=hand_in])"),
    ("manager_lorgnier", ("files/?state=eligible", "table a", "a[href$='/ask/']"), "form"),
    ("manager_lorgnier", ("files/?state=fails_rules", "table a", "a[href$='/override/']"), "form"),
    ("manager_lorgnier", ("calls/brustart-1/extensions/",), "form"),
    ("manager_lorgnier", ("calls/brustart-2/paper/",), "form"),
    ("applicant_repitel", ("startups/", "a[href*='/startups/']"), "form:has([name=email])"),
]


@pytest.mark.parametrize(("person", "way", "form"), FORMS)
def test_a_form_with_errors(visit: Visit, person: str, way: tuple[str, ...], form: str) -> None:
    """Each says at the top what is missing."""
    looking = Looking(visit(person))
    looking.open(*way)
    for field in looking.page.locator(f"main {form} textarea").all():
        field.fill("")
    for box in looking.page.locator(f"main {form} [type=checkbox]").all():
        box.uncheck()
    looking.submit(f"{form} button")
    assert looking.page.locator("main .field-wrong, main .field-error").count()
    looking.assert_all_good()


def test_menus_that_open_over_the_page(visit: Visit) -> None:
    looking = Looking(visit("manager_lorgnier"))
    for number in range(2):
        looking.open("calls/brustart-2/")
        looking.page.locator("details.menu > summary").nth(number).click()
        looking.look()
    looking.assert_all_good()
