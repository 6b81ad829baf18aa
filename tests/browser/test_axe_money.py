"""The pages of money for everybody's eyes and hands: axe in three languages, light and dark."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.judging import MANAGER
from tests.browser.looking import Looking
from tests.browser.paying import approve, name_of, propose
from tests.browser.test_axe_reviewing import look_at, look_at_errors
from tests.browser.visiting import open_file, send

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.xdist_group("looking"),
]
REASONS = "The panel places it low, and a small amount lets it show what it can."


def test_the_line_and_its_scenarios_can_be_used_by_everybody(visit: Visit) -> None:
    looking = Looking(page := visit("manager_lorgnier"))
    line = "calls/initiatives/line/"
    look_at(looking, line, times=1)
    page.locator("[name=amount]").evaluate("one => { one.value = 'many' }")  # no change is heard
    look_at_errors(looking, "form[action*='/line/draft/'] button")
    scenario = (line, "#scenarios th a:has-text('Le meilleur total')")
    looking.go(*scenario)
    looking.go(*scenario, "a[href$='/propose/']")
    page.locator("[name$=-reasons]").first.fill("")
    page.locator("[name$=-confirmed]").first.check()
    look_at_errors(looking, "form .btn-primary")
    looking.open(line)
    for box in page.locator("#scenarios [name=scenario]").all()[:2]:
        box.check()
    looking.submit("#scenarios form button")
    looking.open("calls/initiatives/reject/")
    looking.submit("form .btn-primary")  # and no file is chosen
    looking.assert_all_good()


def test_meetings_and_caps_can_be_used_by_everybody(visit: Visit) -> None:
    looking = Looking(page := visit(MANAGER))
    look_at(looking, "calls/brustart-1/meetings/", "envelopes/initiatives/cap/", times=1)
    looking.go("calls/brustart-1/meetings/", "table a")
    looking.open("envelopes/initiatives/cap/")
    look_at_errors(looking, "form [value=ask]")
    look_at(looking, "capacity/over-time/", "capacity/breakdown/", "register/", times=1)
    looking.go(f"envelopes/brustart/statement/{page.evaluate('new Date().getFullYear()')}/")
    look_at(looking, "awards/", times=1)
    looking.assert_all_good()


def test_a_proposal_made_anew_can_be_decided_by_everybody(visit: Visit) -> None:
    """With an approval that counts no longer."""
    looking = Looking(visit(MANAGER))
    file = open_file(looking.page, "Ketelwijs", "en")
    for act in ("revise", "unpropose", "opinion"):
        looking.go(f"files/{file}/{act}/")
    look_at_errors(looking, "form .btn-primary")
    looking.assert_all_good()
    looking = Looking(visit("reviewer_nsimba"))
    looking.go(f"files/{file}/decide/")
    looking.assert_all_good()


def test_what_the_fund_does_with_an_award_can_be_done_by_everybody(visit: Visit) -> None:
    looking = Looking(page := visit("manager_lorgnier"))
    file = open_file(page, "Plaivue", "en")
    award = f"files/{file}/award/"
    look_at(looking, award, times=2)
    looking.go(award, ".notice a")
    look_at_errors(looking, "form .btn-primary")
    for act in ("replan", "reduce", "ask-back", "suspend/now", "end/now"):
        looking.go(f"{award}{act}/")
        look_at_errors(looking, "form button")  # without a reason
    looking.go(f"files/{open_file(page, 'Toituria', 'en')}/award/", "a[href*='/recoveries/']")
    looking.go(f"files/{open_file(page, 'Nephrolane', 'en')}/award/")
    looking.assert_all_good()


def test_payments_can_be_made_by_everybody(visit: Visit) -> None:
    looking = Looking(page := visit(MANAGER))
    look_at(looking, "payments/", times=2)
    for startup in ("Prikplan", "Kadewacht"):
        looking.go("payments/", f"a[href*='/claims/']:has-text('{startup}')")
    page.goto(page.url + "?act=return")
    look_at_errors(looking, "form button")
    looking.go("payments/", "a[href*='/payments/']")
    looking.go("envelopes/brustart/waiting/")
    looking.go("envelopes/brustart/waiting/", "a[href$='/pass/']")
    look_at_errors(looking, "form button")
    looking.assert_all_good()


def test_a_startup_s_pages_of_its_award_can_be_used_by_everybody(visit: Visit) -> None:
    manager = visit(MANAGER)
    file = open_file(manager, name_of("apaisoir"), "en")
    propose(manager, file, 5_000, language="en", reasons=REASONS)
    for name in ("nsimba", "zawadzki"):
        approve(visit(f"reviewer_{name}"), file, language="en")
    looking = Looking(page := visit("applicant_apaisoir"))
    award = f"files/{file}/award/"
    look_at(looking, award, f"{award}decline/", times=1)
    looking.go(f"{award}accept/")
    look_at_errors(looking, "form .btn-primary")
    page.check("[name=agrees]")
    send(page.locator("main form .btn-primary"))
    looking.go(award)
    looking.go(f"{award}account/")
    look_at_errors(looking, "form .btn-primary")
    looking.go(award, "a[href*='/tranches/']")
    look_at_errors(looking, "form .btn-primary")
    looking.go(f"{award}report/")
    look_at_errors(looking, "form .btn-primary")
    looking.assert_all_good()
