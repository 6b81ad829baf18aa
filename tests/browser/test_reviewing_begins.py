"""Before anything is read: people join a panel, and say what ties them to its files."""

import io
import re
import zipfile

import pytest
from allauth.mfa.totp.internal import auth
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from brustart.cbe.numbers import display_number
from brustart.desk.demo import expanding
from tests.browser.conftest import Visit
from tests.browser.judging import ERROR, FILES, MANAGER, answer, give, invite, name_of
from tests.browser.visiting import NAMES, PHONE, open_file, send, tab_to
from tests.live import Portal

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.xdist_group("browser"),
]
PASSWORD = "een lange zin over zorg 7"


# --- joining ----------------------------------------------------------------------------------
def test_somebody_joins_a_panel_by_mail(visit: Visit, portal: Portal) -> None:
    """Name and password make the account; its second factor comes before anything is shown."""
    address = "noor.hellebaut@jury.example"
    manager, page = visit(MANAGER), visit(language="nl")
    link = invite(manager, portal, address, language="nl")
    page.goto(link)
    expect(page.locator("main")).to_contain_text(address)
    send(page.locator("main form .btn-primary"))
    expect(page.locator("main form .field-error")).to_have_count(2)
    page.fill("[name=name]", "Noor Hellebaut")
    page.fill("[name=password]", PASSWORD)
    send(page.locator("main form .btn-primary"))
    expect(page).to_have_url(re.compile(r"/nl/account/2fa/$"))
    page.goto("/nl/reviewing/seats/")
    expect(page).to_have_url(re.compile(r"/nl/account/2fa/$"))
    set_up_a_second_factor(page)

    page.goto("/nl/reviewing/seats/")
    send(page.locator("main a[href*='/reviewing/seats/']"))
    for language in ("fr", "en"):
        page.uncheck(f"[name=languages][value={language}]")
    page.check("[name=languages][value=nl]")
    page.fill("[name=capacity]", "6")
    page.fill("[name=enterprises]", "1999.873.942")
    send(page.locator("main form .btn-primary"))
    expect(page).to_have_url(re.compile(r"/nl/reviewing/$"))

    manager.reload()
    seated = manager.locator("main table").first.locator("tr", has_text="Noor Hellebaut")
    expect(seated.locator("td").first).to_have_text("NL")
    expect(manager.locator("main")).not_to_contain_text(address)
    other = visit(language="nl")
    other.goto(link)
    expect(other.locator("main [role=alert]")).to_be_visible()
    expect(other.locator("main form")).to_have_count(0)


def set_up_a_second_factor(page: Page) -> None:
    """As an app on a phone would."""
    send(page.locator("main a[href$='/totp/activate/']"))
    if page.locator("[name=password]").count():  # whoever it is says so once more
        page.fill("[name=password]", PASSWORD)
        send(page.locator("main form .btn-primary"))
    for _code in range(3):  # each lasts half a minute, which a busy machine may let pass
        secret = page.input_value("#authenticator_secret")
        counter = next(auth.yield_hotp_counters_from_time())
        page.fill("[name=code]", auth.format_hotp_value(auth.hotp_value(secret, counter)))
        send(page.locator("main form button").first)
        if not page.locator("#authenticator_secret").count():
            return


# --- ties -------------------------------------------------------------------------------------
def test_ties_are_declared_before_files_open(visit: Visit) -> None:
    """A no opens the file, a yes and a doubt hide it; a yes without a word keeps the others."""
    manager, page = visit(MANAGER), visit("reviewer_tavares", language="fr", size=PHONE)
    keys = ("cordesia", "lesvonk", "pediafil")
    opened, tied, doubted = files = [give(manager, key, "reviewer_tavares") for key in keys]
    page.goto(f"/fr/files/{opened}/review/")
    expect(page).to_have_url(re.compile(r"/fr/reviewing/declarations/$"))
    expect(page.locator(".declaration")).to_have_count(3)
    for key, file in zip(keys, files, strict=True):
        assert_shows_who_applies_and_no_more(page, key, file)

    say_no_by_keyboard(page, opened)
    answer(page, tied, "yes").check()
    answer(page, doubted, "unsure").check()
    page.fill(f"[name='{doubted}-word']", "Une amie de mon frère y travaille.")
    send(page.locator("main form .btn-primary"))
    expect(page).to_have_title(re.compile(f"^{ERROR['fr']}"))
    expect(page.locator(".declaration")).to_have_count(1)
    expect(answer(page, tied, "yes")).to_be_checked()
    expect(page.locator(f"#id_{tied}-word_error")).to_be_visible()

    page.fill(f"[name='{tied}-word']", "J’y ai des parts.")
    send(page.locator("main form .btn-primary"))
    expect(page).to_have_url(re.compile(r"/fr/reviewing/$"))
    expect(page.locator(f"main a[href$='/files/{opened}/review/']")).to_have_count(1)
    for key, file in (("lesvonk", tied), ("pediafil", doubted)):
        expect(page.locator("main")).not_to_contain_text(name_of(key))
        assert_is_nowhere(page, key, file)
    send(page.locator(f"main a[href$='/files/{opened}/review/']"))
    expect(page.locator("h1")).to_have_text(FILES["cordesia"]["project"]["title"])


def assert_shows_who_applies_and_no_more(page: Page, key: str, file: str) -> None:
    told = FILES[key]
    project, founder = told["project"], NAMES[told["applicant"]]
    sections = expanding.expand(told, on=timezone.localdate(), founder=founder)
    rows = [*sections["team"]["members"], *sections["ownership"]["owners"]]
    people = dict.fromkeys(row["name"] for row in rows)
    shown = page.locator(".declaration", has=answer(page, file, "no"))
    expect(shown.locator("legend")).to_have_text(f"{project['title']} BRU-{int(file):05}")
    assert shown.locator("p").all_inner_texts() == [f"{name_of(key)}\n{', '.join(people)}"]
    for words in (project["summary"], project["problem"], project["solution"]):
        expect(page.locator("main")).not_to_contain_text(words)
    expect(page.locator("main a[href*='/files/']")).to_have_count(0)


def say_no_by_keyboard(page: Page, file: str) -> None:
    """The group is one stop; arrows go through its answers."""
    page.locator("main h1").click()
    tab_to(answer(page, file, "no"), presses=10)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(answer(page, file, "yes")).to_be_checked()
    page.keyboard.press("ArrowUp")
    expect(answer(page, file, "no")).to_be_checked()
    tab_to(page.locator(f"[name='{file}-word']"), presses=1)


def assert_is_nowhere(page: Page, key: str, file: str) -> None:
    ways = ("review/", "review/documents/1/", "review/documents/1/pages/1/", "abstain/")
    for way in ("", *ways, "conflict/", "discussion/"):
        assert page.request.get(f"/fr/files/{file}/{way}").status == 404, way
    with zipfile.ZipFile(io.BytesIO(page.request.get("/fr/reviewing/files.zip").body())) as found:
        assert found.namelist()
        reference = f"BRU-{int(file):05}"
        held = [one for one in found.namelist() if name_of(key) in one or reference in one]
    assert held == []


def test_a_tie_that_the_portal_found_is_lifted(visit: Visit) -> None:
    """With a reason; then the file can be given, and asks the reader for their word."""
    manager, reader = visit(MANAGER), visit("reviewer_zawadzki")
    file = open_file(manager, name_of("lactabridge"), "en")
    ties = "/en/calls/brustart-2/panel/ties/"
    box = manager.get_by_role("checkbox", name=NAMES["reviewer_zawadzki"], exact=True)
    manager.goto(f"/en/files/{file}/assign/")
    expect(box).to_have_count(0)
    manager.goto(ties)
    number = FILES["lactabridge"]["startup"]["enterprise_number"]
    expect(row_of(manager)).to_contain_text(display_number(number))
    send(row_of(manager).locator("a[href*='/ties/']"))
    send(manager.locator("main form .btn-primary"))
    expect(manager.locator(".field-error")).to_have_count(2)
    manager.check("[name=lifted][value=no]")
    manager.fill("[name=reason]", "He advised them once, four years ago.")
    send(manager.locator("main form .btn-primary"))
    expect(manager).to_have_url(re.compile(rf"{ties}$"))
    decided = row_of(manager, "[aria-labelledby=settled-title]")
    expect(decided).to_contain_text("He advised them once, four years ago.")
    expect(decided).to_contain_text(NAMES[MANAGER])
    expect(row_of(manager).locator("a[href*='/ties/']")).to_have_count(0)

    reader.goto("/en/reviewing/declarations/")
    expect(answer(reader, file, "no")).to_have_count(0)
    assert give(manager, "lactabridge", "reviewer_zawadzki") == file
    reader.goto("/en/reviewing/declarations/")
    expect(answer(reader, file, "no")).to_have_count(1)


def row_of(page: Page, section: str = "main") -> Locator:
    """Zawadzki's tie to Lactabridge."""
    row = page.locator(f"{section} tbody tr", has_text=name_of("lactabridge"))
    return row.filter(has_text=NAMES["reviewer_zawadzki"])
