"""Money in a browser: from the funding line to awards, the cap and the waiting list; and from an
agreement to a payment."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from brustart.core.money import euros
from brustart.desk.demo.spending import made_up_iban
from tests.applications.bad_files import pdf
from tests.browser.conftest import Visit
from tests.browser.judging import ERROR, MANAGER
from tests.browser.paying import (
    approve,
    asked,
    fill_proposal,
    left,
    left_figure,
    name_of,
    open_until,
    press_approve,
    propose,
    propose_anew,
    put_before_the_panel,
)
from tests.browser.visiting import NAMES, PHONE, amounts, open_file, send, tab_to

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.xdist_group("browser"),
]
LEFT_OUT = ("deglutine", "balisette", "tolkstoel")
FUNDED = ("trenchlight", "orageval", "ambervane", "ligwijzer", "koppelkade", "chimiveille")
BY_HAND = 225_000  # for Ambervane, which asks for 230,000
ANEW = 220_000
REASONS = "Le jury place ce dossier haut ; le montant suit le budget revu avec la start-up."


# --- from the line to the waiting list -----------------------------------------------------------
def test_a_scenario_reaches_the_cap_and_what_is_declined_goes_to_who_waits(visit: Visit) -> None:
    """Each member of the panel has read the files they decide upon."""
    manager = visit(MANAGER, language="fr")
    panel = {
        name: visit(f"reviewer_{name}", language="nl")
        for name in ("demuynck", "zawadzki", "elhaddaoui", "nsimba")
    }
    watching = visit("auditor_rousserez", language="nl")
    watching.goto("/nl/capacity/")
    watching.evaluate("window.stillTheSamePage = true")
    there = left(watching)

    files = try_out(manager)
    save_scenario(manager, "Dans les deux volets", files["ambervane"])
    turn_into_proposals(manager, files)
    there -= void_an_approval(manager, panel, watching, files["ambervane"])
    for key, second in (
        ("trenchlight", "zawadzki"), ("ligwijzer", "zawadzki"), ("koppelkade", "zawadzki"),
        ("orageval", "elhaddaoui"),
    ):  # fmt: skip
        approve(panel["demuynck"], files[key], language="nl")
        approve(panel[second], files[key], language="nl")
        there -= asked(key)
    see_left(watching, there)

    waits = files["chimiveille"]
    approve(panel["nsimba"], waits, language="nl")
    assert refused_at_the_cap(panel["zawadzki"], waits) == {asked("chimiveille"), there}
    see_left(watching, there)
    put_on_the_waiting_list(manager, waits)
    decline(visit("applicant_koppelkade", language="nl", size=PHONE))
    propose_who_is_next(manager, waits)
    for name in ("nsimba", "zawadzki"):
        approve(panel[name], waits, language="nl")
    see_left(watching, there + asked("koppelkade") - asked("chimiveille"))
    assert watching.evaluate("window.stillTheSamePage")


def try_out(page: Page) -> dict[str, str]:
    """The sum to divide, who is left out, and an amount by hand: each change shows at once, however
    quickly one follows the other. The numbers of the files that get money."""
    page.goto("/fr/calls/initiatives/line/")
    numbers = {key: number_of(page, key) for key in (*FUNDED, *LEFT_OUT)}
    expect(page.locator("[name=method][value=rank]")).to_be_checked()
    page.fill("[name=amount]", str(sum(map(asked, FUNDED))))
    for key in LEFT_OUT:
        page.check(f"[name=file{numbers[key]}-excluded]")
    for key in LEFT_OUT:
        expect(page.locator(f"#line-amount-{numbers[key]} strong")).to_have_count(0)
    total = page.locator("#line-figures .big-value").first
    expect(total).to_have_text(in_french(sum(map(asked, FUNDED))))
    by_hand = page.locator(f"#line-amount-{numbers['ambervane']} strong")
    expect(by_hand).to_have_text(in_french(asked("ambervane")))
    page.fill(f"[name=file{numbers['ambervane']}-forced]", "200000")
    page.keyboard.press("Tab")
    expect(by_hand).to_have_text(in_french(200_000))
    return {key: numbers[key] for key in FUNDED}


def number_of(page: Page, key: str) -> str:
    """The file's, from its row on the line."""
    link = page.get_by_role("link", name=name_of(key), exact=True).first.get_attribute("href")
    return re.sub(r"\D", "", str(link))


def scenario_total() -> int:
    return sum(map(asked, FUNDED)) - asked("ambervane") + BY_HAND


def in_french(amount: int) -> str:
    return euros(Decimal(amount), "fr")


def save_scenario(page: Page, name: str, by_hand: str) -> None:
    """With the amount of a file that is changed in the very moment."""
    save = page.locator("form[action$='/line/save/']")
    save.locator("[name=name]").fill(name)
    page.fill(f"[name=file{by_hand}-forced]", str(BY_HAND))
    send(save.locator("button"))
    expect(page.locator("h1")).to_have_text(name)
    assert amounts(page.locator(".figures .big-value").first) == [scenario_total()]


def turn_into_proposals(page: Page, files: dict[str, str]) -> None:
    """Reasons are drafted; one that somebody empties is asked for, and then all are proposed."""
    send(page.locator("main a[href$='/propose/']"))
    for number in files.values():
        expect(page.locator(f"[name=file{number}-reasons]")).not_to_be_empty()
        page.check(f"[name=file{number}-confirmed]")
    reasons = page.locator(f"[name=file{files['orageval']}-reasons]")
    reasons.fill("")
    send(page.locator("main form .btn-primary"))
    expect(page.locator("main .field-wrong .field-error")).to_be_visible()
    reasons.fill(REASONS)
    send(page.locator("main form .btn-primary"))
    expect(page).to_have_url(re.compile(r"/fr/scenarios/\d+/$"))
    assert amounts(page.locator(".message-success")) == [len(files)]


def void_an_approval(manager: Page, panel: dict[str, Page], watching: Page, file: str) -> int:
    """Approved, then proposed anew: that approval counts no longer, and what somebody else has
    open cannot be approved. Both approve what it says now; EUR committed with it."""
    first, second = panel["demuynck"], panel["zawadzki"]
    there, place = left(watching), f"/nl/files/{file}/decide/"
    second.goto(place)
    approve(first, file, language="nl")
    propose_anew(manager, file, ANEW, language="fr", reasons=REASONS)
    press_approve(second)
    expect(second.locator("#refused")).to_be_visible()
    first.goto(place)
    expect(first.locator("#decide s")).to_contain_text(NAMES["reviewer_demuynck"])
    assert amounts(first.locator("#decide > p").first) == [0, 2]
    approve(first, file, language="nl")
    see_left(watching, there)
    approve(second, file, language="nl")
    see_left(watching, there - ANEW)
    return ANEW


def see_left(page: Page, amount: int) -> None:
    """On the page that stands open, which asks for itself anew."""
    expect(left_figure(page)).to_have_text(euros(Decimal(amount), "nl"))


def refused_at_the_cap(page: Page, file: str) -> set[int]:
    """The last approval is more than is left: the amounts that the refusal names."""
    page.goto(f"/nl/files/{file}/decide/")
    expect(page.locator("#decide .notice-warn")).to_be_visible()
    press_approve(page)
    expect(page.locator("button[value=approve]")).to_be_visible()  # it stays open
    return set(amounts(page.locator("#refused strong")))


def put_on_the_waiting_list(page: Page, file: str) -> None:
    page.goto(f"/fr/files/{file}/")
    send(page.locator("main a[href$='/unpropose/']").first)
    page.fill("[name=reason]", "L’enveloppe est épuisée ; le dossier attend son tour.")
    send(page.locator("main form .btn-danger"))
    send(page.locator("main a[href$='/wait/']").first)
    send(page.locator("main form button"))
    page.goto("/fr/envelopes/initiatives/waiting/")
    expect(page.locator("main table tbody tr")).to_contain_text(name_of("chimiveille"))
    expect(page.locator(f"main .task-list a[href$='/files/{file}/']")).to_have_count(0)


def decline(page: Page) -> None:
    """As the startup, from its own list, on a phone."""
    open_award(page, "nl")
    send(page.locator("main a[href$='/award/decline/']"))
    page.fill("[name=reason]", "Een andere investeerder neemt het hele project over.")
    send(page.locator("main form .btn-danger"))
    expect(page.locator(".message-success")).to_be_visible()
    expect(page.locator("main a[href$='/award/accept/']")).to_have_count(0)


def open_award(page: Page, language: str) -> str:
    """The file's page, then its award's; the award's address."""
    page.goto(f"/{language}/applications/")
    send(page.locator("main table a").first)
    send(page.locator("main a[href$='/award/']").first)
    return page.url


def propose_who_is_next(page: Page, file: str) -> None:
    """The worker put the file forward; the manager proposes what it asks."""
    next_one = page.locator(f"main .task-list a[href$='/files/{file}/propose/']")
    open_until(page, "/fr/envelopes/initiatives/waiting/", next_one)
    send(next_one)
    page.check("[name=instrument][value=grant]")
    fill_proposal(page, asked("chimiveille"), REASONS)
    put_before_the_panel(page, file)


# --- from the agreement to the payment -----------------------------------------------------------
def test_a_startup_on_a_phone_accepts_claims_and_sees_it_paid(visit: Visit, tmp_path: Path) -> None:
    """Three people of two sides; no step of the fund is done by who did the one before."""
    manager, colleague = visit(MANAGER, language="fr"), visit("manager_vandecapelle", language="nl")
    file = open_file(manager, name_of("sortival"), "fr")
    propose(manager, file, asked("sortival"), language="fr", reasons=REASONS)
    for name in ("nsimba", "zawadzki"):
        approve(visit(f"reviewer_{name}"), file, language="fr")
    startup = visit("applicant_sortival", language="fr", size=PHONE)
    award = open_award(startup, "fr")
    iban = made_up_iban(9_000_000 + int(file))

    accept(startup)
    give_account(startup, iban)
    amount = claim(startup)
    confirm_account(manager, award)
    verify(manager)
    order(colleague)
    batch, xml = make_payment_file(colleague, tmp_path)
    assert f"<IBAN>{iban}</IBAN>" in xml
    assert f'<InstdAmt Ccy="EUR">{amount}.00</InstdAmt>' in xml
    expect(colleague.locator("button[value=confirm]")).to_have_count(0)
    manager.goto(batch.replace("/nl/", "/fr/"))
    send(manager.locator("button[value=confirm]"))
    expect(manager.locator(".message-success")).to_be_visible()

    startup.goto(award)
    assert amounts(startup.locator("aside .big-value").first) == [amount]
    expect(startup.locator("main .task-list li").first.locator(".tag-good")).to_be_visible()


def accept(page: Page) -> None:
    """Not without the box; nothing can be claimed before."""
    expect(page.locator("main a[href*='/tranches/']")).to_have_count(0)
    send(page.locator("main a[href$='/award/accept/']"))
    send(page.locator("main form .btn-primary"))
    expect(page).to_have_title(re.compile(f"^{ERROR['fr']}"))
    page.check("[name=agrees]")
    send(page.locator("main form .btn-primary"))
    expect(page.locator(".message-success")).to_be_visible()


def give_account(page: Page, iban: str) -> None:
    """A number with a slip is sent back with what was typed."""
    send(page.locator("main a[href$='/award/account/']"))
    page.fill("[name=iban]", iban[:-1] + str((int(iban[-1]) + 1) % 10))
    page.fill("[name=holder]", name_of("sortival"))
    send(page.locator("main form .btn-primary"))
    expect(page.locator("main .error-summary")).to_be_visible()
    expect(page.locator("[name=holder]")).to_have_value(name_of("sortival"))
    page.fill("[name=iban]", iban)
    send(page.locator("main form .btn-primary"))
    expect(page.locator("main .notice-warn")).to_contain_text(iban[-4:])


def claim(page: Page) -> int:
    """The first tranche with a document; EUR."""
    send(page.locator("main a[href*='/tranches/']").first)
    amount = amounts(page.locator("main form .btn-primary"))[0]
    page.fill("[name=words]", "La convention est signée et l’équipe travaille depuis lundi.")
    document: Any = {"name": "rapport.pdf", "mimeType": "application/pdf", "buffer": pdf("Work")}
    page.set_input_files("[name=uploads]", document)
    send(page.locator("main form .btn-primary"))
    expect(page.locator(".message-success")).to_be_visible()
    expect(page.locator("main a[href*='/tranches/']")).to_have_count(2)
    return amount


def confirm_account(page: Page, award: str) -> None:
    page.goto(award)
    send(page.locator("main .notice a[href*='/accounts/']").first)
    page.fill("[name=words]", "Appelé la gérante au numéro du dossier.")
    send(page.locator("main form .btn-primary"))
    expect(page.locator(".message-success")).to_be_visible()


def verify(page: Page) -> None:
    """From the desk of payments; whoever verified does not order."""
    open_claim(page, "/fr/payments/")
    expect(page.locator("main a[href*='/attachments/']")).to_have_text("rapport.pdf")
    for box in page.locator("[name=conditions_met]").all():
        box.check()
    send(page.locator("main form .btn-primary"))
    open_claim(page, "/fr/payments/")
    send(page.locator("main form .btn-primary"))
    expect(page.locator("main .error-summary")).to_be_visible()


def order(page: Page) -> None:
    open_claim(page, "/nl/payments/")
    send(page.locator("main form .btn-primary"))
    expect(page).to_have_url(re.compile(r"/nl/payments/$"))


def open_claim(page: Page, desk: str) -> None:
    page.goto(desk)
    send(page.locator("main .task-list a[href*='/claims/']", has_text=name_of("sortival")))


def make_payment_file(page: Page, folder: Path) -> tuple[str, str]:
    """With this startup's payment alone; the address of its page, and the file."""
    for row in page.locator("main table tbody tr:has([name=claims])").all():
        row.locator("[name=claims]").set_checked(name_of("sortival") in row.inner_text())
    send(page.locator("main form .btn-primary"))
    with page.expect_download() as download:
        page.locator("main a[href$='/file.xml']").click()
    download.value.save_as(folder / "payments.xml")
    return page.url, (folder / "payments.xml").read_text()


# --- without a mouse -----------------------------------------------------------------------------
def test_payments_are_suspended_and_resumed_by_the_keyboard_alone(visit: Visit) -> None:
    """Past the navigation, to the act; what is missing leads to its field."""
    page = visit(MANAGER, language="nl")
    file = open_file(page, "Glucivia", "nl")
    page.goto(f"/nl/files/{file}/award/")
    for kind, other in (("suspend", "resume"), ("resume", "suspend")):
        skip_to_the_content(page)
        press(page, f"main a[href$='/{kind}/now/']", presses=40)
        skip_to_the_content(page)
        press(page, "main form .btn", presses=4)
        expect(page).to_have_title(re.compile(f"^{ERROR['nl']}"))
        expect(page.locator(".error-summary")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("[name=reason]")).to_be_focused()
        page.keyboard.type("De start-up verhuist haar rekeningen.")
        press(page, "main form .btn", presses=2)
        expect(page.locator(f"main a[href$='/{other}/now/']")).to_be_visible()


def skip_to_the_content(page: Page) -> None:
    """The first thing that Tab reaches."""
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def press(page: Page, what: str, *, presses: int) -> None:
    target = page.locator(what).first
    tab_to(target, presses=presses)
    with page.expect_navigation():
        page.keyboard.press("Enter")
