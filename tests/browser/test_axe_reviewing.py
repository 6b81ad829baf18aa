"""The pages of reviewing for everybody's eyes and hands: axe in three languages, light and dark."""

import pytest

from tests.browser.conftest import Visit
from tests.browser.judging import ERROR, MANAGER, answer, give, invite, name_of
from tests.browser.looking import Looking
from tests.browser.visiting import open_file, send
from tests.live import Portal

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.xdist_group("looking"),
]


def look_at(looking: Looking, *places: str, times: int = 3) -> None:
    """Each in as many languages, on the phone and on the desk."""
    for place in places:
        for _language in range(times):
            looking.go(place)


def look_at_errors(looking: Looking, button: str) -> None:
    """Press it: what is wrong is said once in the title, at the top, and beside the question."""
    looking.submit(button)
    page = looking.page
    said = page.title().count(ERROR[looking.language])
    summaries = page.locator("main .error-summary").count()
    fields = page.locator("main .field-error").count()
    if (said, summaries, fields > 0) != (1, 1, True):
        looking.faults.append(
            f"{page.url} has the title {page.title()!r}, {summaries} summaries of errors and "
            f"{fields} beside questions"
        )


def test_a_readers_pages_can_be_read_by_everybody(visit: Visit) -> None:
    manager, looking = visit(MANAGER), Looking(visit("reviewer_tavares"))
    file = open_file(manager, name_of("stolwacht"), "en")
    look_at(looking, f"files/{file}/review/", f"files/{file}/abstain/")
    look_at_errors(looking, "form button")
    looking.open(f"files/{file}/review/")
    looking.page.fill("[name=innovation_reason]", "")
    look_at_errors(looking, "button[value=hand_in]")
    look_at(looking, "reviewing/seats/", times=2)
    seat = "reviewing/seats/", "a[href*='/reviewing/seats/']"
    for _language in range(3):
        looking.go(*seat)
    looking.page.fill("[name=capacity]", "")
    look_at_errors(looking, "form button")
    looking.assert_all_good()


def test_declarations_can_be_made_by_everybody(visit: Visit) -> None:
    looking = Looking(visit("reviewer_demuynck"))
    look_at(looking, "reviewing/declarations/")
    looking.page.locator("main [value=yes]").first.check()
    look_at_errors(looking, "form button")
    looking.assert_all_good()


def test_a_discussion_can_be_read_by_everybody(visit: Visit) -> None:
    """With comments, a pitch and a changed mark; for a reader and for a fund manager."""
    manager = visit(MANAGER)
    file = open_file(manager, "Chantivolt", "en")
    looking = Looking(visit("reviewer_elhaddaoui"))
    look_at(looking, f"files/{file}/review/", f"files/{file}/discussion/")
    look_at_errors(looking, "button[value=change]")
    look_at_errors(looking, "button[value=comment]")
    looking.assert_all_good()
    looking = Looking(manager)
    look_at(looking, f"files/{file}/discussion/", times=2)
    looking.page.fill("[name=pitch-questions]", "")
    look_at_errors(looking, "button[value=pitch]")
    looking.assert_all_good()


def test_the_fund_s_pages_of_a_panel_can_be_used_by_everybody(visit: Visit) -> None:
    looking = Looking(page := visit(MANAGER))
    look_at(looking, "calls/brustart-2/panel/")
    look_at_errors(looking, "button[value=invite]")
    look_at(looking, "calls/brustart-2/panel/round/")
    page.check("[name=is_blind]")
    look_at_errors(looking, "form button")
    look_at(looking, "calls/brustart-2/panel/progress/")
    page.fill("[name=text]", "")
    look_at_errors(looking, "#write button")
    look_at(looking, "calls/initiatives/panel/progress/", "calls/initiatives/rubric/", times=2)
    look_at(looking, "calls/smoke/rubric/", times=2)  # nobody has begun to mark
    page.locator("[name$='-weight']").first.fill("")
    look_at_errors(looking, "form button[type=submit]")
    for _language in range(2):
        looking.go("calls/brustart-2/panel/progress/", "a[href$='/take-back/']")
    look_at_errors(looking, "form button")
    looking.assert_all_good()


def test_ties_can_be_decided_by_everybody(visit: Visit) -> None:
    looking, reader = Looking(visit(MANAGER)), visit("reviewer_yildirim")
    file = give(looking.page, "cordesia", "reviewer_yildirim")
    reader.goto("/en/reviewing/declarations/")
    answer(reader, file, "unsure").check()
    reader.fill(f"[name='{file}-word']", "I taught one of the founders.")
    send(reader.locator("main form .btn-primary"))
    look_at(looking, "calls/brustart-2/panel/ties/")
    for _language in range(3):
        looking.go("calls/brustart-2/panel/ties/", "a[href*='/ties/']")
    look_at_errors(looking, "form button")
    looking.assert_all_good()


def test_an_invitation_can_be_answered_by_everybody(visit: Visit, portal: Portal) -> None:
    looking = Looking(visit())
    link = invite(visit(MANAGER), portal, "a.reader@jury.example", language="en")
    place = link.removeprefix("/en/")
    look_at(looking, place)
    look_at_errors(looking, "form button")
    looking.go("panel/join/no-such-link/", status=410)
    looking.assert_all_good()
