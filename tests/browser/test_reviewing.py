"""Reviewing as people do it: alone, then together, and the ranking kept."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, Response, ViewportSize, expect

from scoring.grid import Criterion
from tests.browser.conftest import Visit
from tests.browser.judging import ERROR, FILES, MANAGER, name_of
from tests.browser.looking import Looking
from tests.browser.visiting import NAMES, open_file, paused, send
from tests.live import Portal

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.xdist_group("browser"),
]
TABLET = ViewportSize(width=820, height=1180)
CRITERIA = [one.value for one in Criterion]


# --- marking alone ----------------------------------------------------------------------------
def test_a_review_on_a_tablet(visit: Visit) -> None:
    page = visit("reviewer_yildirim", language="nl", size=TABLET)
    page.goto("/nl/reviewing/")
    send(page.get_by_role("link", name=FILES["straatnorm"]["project"]["title"], exact=True))
    assert_side_by_side(page)
    look_at_a_page(page)
    expect(page.locator("#prescore")).to_have_count(0)
    first, second, *others = CRITERIA
    page.select_option(f"[name={first}]", "4.5")
    page.fill(f"[name={first}_reason]", "Meet wat anderen schatten.")
    page.select_option(f"[name={second}]", "3")
    with page.expect_response(saving("Haalbaar")):
        page.fill(f"[name={second}_reason]", "Haalbaar")
    expect(status(page)).to_have_text(re.compile(r"\d\d:\d\d$"))
    page.reload()
    expect(page.locator("[data-unsaved]")).to_be_hidden()
    assert_holds(page, {first: ("4.5", "Meet wat anderen schatten."), second: ("3", "Haalbaar")})

    send(page.locator("#judgement button[value=hand_in]"))  # too early
    expect(page).to_have_title(re.compile(f"^{ERROR['nl']}"))
    expect(page.locator("#judgement .field-error")).to_have_count(2 * len(others))
    expect(page.locator("#prescore")).to_have_count(0)
    for criterion in others:
        page.select_option(f"[name={criterion}]", "3.5")
        page.fill(f"[name={criterion}_reason]", f"Waarom: {criterion}.")
    send(page.locator("#judgement button[value=hand_in]"))
    expect(page.locator("#judgement form")).to_have_count(0)
    expect(page.locator("#judgement")).to_contain_text(f"Waarom: {others[-1]}.")
    expect(page.locator("#prescore")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0  # nothing confidential stays on the device


def assert_side_by_side(page: Page) -> None:
    """Neither is over the other or over the edge."""
    file, marks = (page.locator(one).bounding_box() for one in (".page-main", "#judgement"))
    assert file is not None
    assert marks is not None
    assert 0 <= file["x"] < file["x"] + file["width"] <= marks["x"]
    assert marks["x"] + marks["width"] <= TABLET["width"]
    assert file["y"] == marks["y"]


def look_at_a_page(page: Page) -> None:
    """Of a document, while the form stays in sight."""
    paper = page.locator("details.paper").last
    paper.locator("summary").click()
    picture = paper.locator("img.sheet").last
    picture.scroll_into_view_if_needed()
    page.wait_for_function("one => one.complete", arg=picture.element_handle())
    assert picture.evaluate("one => one.naturalWidth") > 0
    expect(picture).to_be_in_viewport()
    expect(page.locator("#judgement h2")).to_be_in_viewport()


def saving(words: str) -> Any:
    """Whether an answer is to a form that held these words."""

    def answers(answer: Response) -> bool:
        return answer.request.method == "POST" and words in (answer.request.post_data or "")

    return answers


def status(page: Page) -> Locator:
    return page.locator("[data-save-status]")


def assert_holds(page: Page, marks: dict[str, tuple[str, str]]) -> None:
    for criterion, (mark, reason) in marks.items():
        expect(page.locator(f"[name={criterion}]")).to_have_value(mark)
        expect(page.locator(f"[name={criterion}_reason]")).to_have_value(reason)


def test_a_second_tab_on_a_review_overwrites_nothing(visit: Visit) -> None:
    first = visit("reviewer_tavares", language="nl", size=TABLET)
    first.goto("/nl/reviewing/")
    send(first.get_by_role("link", name=FILES["stolwacht"]["project"]["title"], exact=True))
    second = first.context.new_page()
    second.goto(first.url)
    reason = "[name=team_reason]"
    with first.expect_response(saving("Kwikstaart")):
        first.fill(reason, "Kwikstaart")
    first.select_option("[name=team]", "2")
    expect(status(first)).to_have_text(re.compile(r"\d\d:\d\d$"))
    with second.expect_response(saving("Roodborst")) as refused:
        second.fill(reason, "Roodborst")
    assert refused.value.status == 409
    expect(status(second)).to_have_class(re.compile("save-failed"))
    first.reload()
    expect(first.locator(reason)).to_have_value("Kwikstaart")

    save = second.locator("#judgement button[value=save]")
    send(save)
    expect(second).to_have_title(re.compile(f"^{ERROR['nl']}"))
    expect(second.locator("#judgement [role=alert]")).to_be_visible()
    expect(second.locator(reason)).to_have_value("Roodborst")
    expect(second.locator("#judgement .inset")).to_contain_text("Kwikstaart")
    first.reload()
    expect(first.locator(reason)).to_have_value("Kwikstaart")
    send(save)
    first.reload()
    expect(first.locator(reason)).to_have_value("Roodborst")


def test_the_keyboard_turns_to_the_next_file_and_back(visit: Visit) -> None:
    page = visit("reviewer_nsimba", language="nl")  # with two files in hand
    page.goto("/nl/reviewing/")
    send(page.locator("main a[href$='/review/']").first)
    rooms = [page.url]
    for key, way in (("Alt+PageDown", "next"), ("Alt+PageUp", "prev")):
        if page.locator(f"a[rel={way}]").count():
            there = page.locator(f"a[rel={way}]").get_attribute("href")
            with page.expect_navigation():
                page.keyboard.press(key)
            assert page.url.endswith(str(there))
            rooms.append(page.url)
    assert len(rooms) > 1


# --- speaking of files ------------------------------------------------------------------------
def test_a_panel_speaks_of_a_file_until_that_is_closed(visit: Visit) -> None:
    manager, reader = visit(MANAGER, language="fr"), visit("reviewer_elhaddaoui", language="fr")
    file = open_file(manager, name_of("echoplan"), "fr")
    panel, place = "/fr/calls/brustart-2/panel/", f"/fr/files/{file}/discussion/"
    assert reader.request.get(place).status == 404
    manager.goto(f"{panel}round/")
    manager.check("[name=discusses]")
    manager.fill("[name=pitch_on]", f"{timezone.localdate() + timedelta(days=7):%Y-%m-%d}")
    send(manager.locator("main form .btn-primary"))
    expect(manager).to_have_url(re.compile(rf"{panel}$"))

    reader.goto(f"/fr/files/{file}/review/")
    send(reader.locator("#judgement a[href$='/discussion/']"))
    marks = {one["reviewer"]: one["marks"] for one in FILES["echoplan"]["review"]}
    assert table_of(reader) == in_words(marks)
    assert visit("reviewer_nsimba").request.get(place).status == 404  # marked other files
    reader.fill("[name=comment-text]", "Je ne vois pas qui paierait.")
    send(reader.locator("button[value=comment]"))
    expect(reader.locator(".comment")).to_contain_text(NAMES["reviewer_elhaddaoui"])
    before = marks["reviewer_elhaddaoui"]["impact"]
    change_mark(reader, "impact", "1.5", "")
    expect(reader.locator("#id_change-reason_error")).to_be_visible()
    change_mark(reader, "impact", "1.5", "La Région n’y gagne que deux emplois.")
    marks["reviewer_elhaddaoui"]["impact"] = Decimal("1.5")
    assert table_of(reader) == in_words(marks)

    manager.goto(place)
    expect(manager.locator(".comment")).to_contain_text("Je ne vois pas qui paierait.")
    expect(manager.locator(".changes .num")).to_have_text(f"{written(before)} → 1,5")
    expect(manager.locator(".changes")).to_contain_text("La Région n’y gagne que deux emplois.")
    manager.locator("details:has([name=pitch-questions]) > summary").click()
    manager.fill("[name=pitch-held_on]", f"{timezone.localdate():%Y-%m-%d}")
    manager.fill("[name=pitch-questions]", "Qui paie ? Deux mutualités, dit la fondatrice.")
    send(manager.locator("button[value=pitch]"))
    reader.reload()
    expect(reader.locator("main")).to_contain_text("Deux mutualités, dit la fondatrice.")
    expect(reader.locator("button[value=pitch]")).to_have_count(0)

    late = reader.context.new_page()
    late.goto(place)
    late.fill("[name=comment-text]", "Les mutualités ont dit non.")
    manager.goto(f"{panel}progress/")
    send(manager.locator("form[action$='/panel/close/'] button"))
    expect(manager.locator("form[action$='/panel/close/']")).to_have_count(0)
    for page in (manager, reader):
        page.goto(place)
        expect(page.locator("main form")).to_have_count(0)
        expect(page.locator(".comment")).to_contain_text("Je ne vois pas qui paierait.")
        assert table_of(page) == in_words(marks)
    send(late.locator("button[value=comment]"))
    expect(late.locator("main")).to_contain_text("Les mutualités ont dit non.")  # not lost


def table_of(page: Page) -> dict[str, list[str]]:
    """Each reader's marks as they are shown, in the order of the criteria."""
    table = page.locator("[aria-labelledby=marks-title] table").first
    _criterion, *readers = table.locator("thead th").all_inner_texts()
    rows = [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]
    columns = zip(*rows, strict=True)
    return {
        reader.strip(): [mark.strip() for mark in marks]
        for reader, marks in zip(readers, columns, strict=True)
    }


def in_words(marks: dict[str, dict[str, Decimal]]) -> dict[str, list[str]]:
    """The same as the demo has them, as French writes numbers."""
    return {
        NAMES[person]: [written(by[criterion]) for criterion in CRITERIA]
        for person, by in marks.items()
    }


def written(mark: Decimal) -> str:
    return f"{float(mark):g}".replace(".", ",")


def change_mark(page: Page, criterion: str, value: str, reason: str) -> None:
    page.select_option("[name=change-criterion]", criterion)
    page.select_option("[name=change-value]", value)
    page.fill("[name=change-reason]", reason)
    send(page.locator("button[value=change]"))


# --- the ranking ------------------------------------------------------------------------------
def test_a_ranking_is_frozen_and_computed_again(visit: Visit) -> None:
    page = visit(MANAGER, language="nl")
    page.goto("/nl/calls/initiatives/ranking/")
    expect(page.locator("#ranking-work")).to_have_count(0)
    send(page.locator("main a[href$='/ranking/freeze/']"))
    send(page.locator("main form .btn-primary"))
    expect(page).to_have_url(re.compile(r"/nl/rankings/\d+/$"))
    expect(page.locator("tbody tr")).to_have_count(24)
    expect(page.locator(".summary-list code").first).to_have_text(re.compile(r"^[0-9a-f]{64}$"))
    send(page.locator("main form button"))
    expect(page.locator("main .notice[role=status]")).to_have_class(re.compile("notice-good"))

    page.goto("/nl/calls/initiatives/ranking/")
    expect(page.locator("main a[href*='/rankings/']")).to_have_count(1)
    send(page.locator("main a[href$='/ranking/freeze/']"))
    send(page.locator("main form .btn-primary"))  # the very same
    expect(page.locator("main [role=alert]")).to_be_visible()


def test_a_ranking_at_work_says_so_and_loads_itself_anew(visit: Visit, portal: Portal) -> None:
    """A changed mark asks for it; the page can be read by everybody meanwhile."""
    looking, reader = Looking(visit(MANAGER)), visit("reviewer_elhaddaoui")
    file = open_file(looking.page, "Tinnaway", "en")
    reader.goto(f"/en/files/{file}/discussion/")
    with paused(portal.worker):
        change_mark(reader, "team", "1", "Both founders have other work.")
        for _language in range(3):
            looking.go("calls/initiatives/ranking/")
            expect(looking.page.locator("#ranking-work[hx-get]")).to_be_visible()
    expect(looking.page.locator("#ranking-work")).to_have_count(0)
    expect(looking.page.locator("tbody tr")).to_have_count(24)
    looking.assert_all_good()
