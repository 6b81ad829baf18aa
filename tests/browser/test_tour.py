"""The tour through the main job, in French on a phone: seven steps, and the figures at the end."""

import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import Visit
from tests.browser.visiting import (
    DESKTOP,
    PHONE,
    amounts,
    left_on_the_front_page,
    paused,
    ready_to_submit,
)
from tests.browser.watching import see_it_wait, watch_it_advance
from tests.live import Portal

pytestmark = [
    pytest.mark.browser,
    pytest.mark.processes,
    pytest.mark.xdist_group("browser"),
]
CAP = 4_000_000


def test_the_tour(visit: Visit, portal: Portal, tmp_path: Path) -> None:
    page = visit(language="fr", size=PHONE)
    left = left_on_the_front_page(page)
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/fr/$"))
    page.goto("/fr/demo/")
    page.locator("main button[name=step]").click()

    with paused(portal.worker):
        apply(page)
        next_step(page, 2, r"/fr/files/\d+/$")
        state = see_it_wait(page)
    watch_it_advance(page, state)
    next_step(page, 3, r"/review/$")
    score(page)
    next_step(page, 4, r"/propose/$")
    propose(page)
    next_step(page, 5, r"/decide/$")
    approved = approve(page)
    next_step(page, 6, r"/decide/$")
    assert be_refused_at_the_cap(page) == (200_000, left - approved)
    next_step(page, 7, r"/capacity/$")
    assert approved == 120_000
    assert_capacity(page, left=left - approved)
    page.screenshot(path=tmp_path / "tour.png", full_page=True)
    keep_picture_of_capacity(visit, tmp_path)


def next_step(page: Page, number: int, leads_to: str) -> None:
    """By the tour's own button, on any page."""
    page.locator(f".tour button[name=step][value='{number}'].btn-primary").click()
    expect(page).to_have_url(re.compile(leads_to))
    expect(page.locator(".tour-count")).to_contain_text(re.compile(rf"\b{number}\D+7\b"))


def apply(page: Page) -> None:
    """Fill with an example and submit."""
    expect(page).to_have_url(re.compile(r"/fr/applications/\d+/$"))
    page.locator("form[action*='/demo/example/'] button").click()
    expect(page).to_have_url(re.compile(r"/check/$"))
    ready_to_submit(page).click()
    expect(page).to_have_url(re.compile(r"/received/$"))
    expect(page.locator(".receipt")).to_have_text(re.compile(r"^BRU-"))


def score(page: Page) -> None:
    form = page.locator("#judgement form")
    for mark in form.locator("fieldset select").all():
        mark.select_option("4")
    for reason in form.locator("textarea").all():
        reason.fill("Clair, étayé, et à la portée de cette équipe.")
    form.locator("button[value=hand_in]").click()
    expect(page.locator(".message-success")).to_be_visible()
    expect(form).to_have_count(0)


def propose(page: Page) -> None:
    page.locator("[name=amount]").fill("60 000")
    page.locator("[name=instrument][value=grant]").check()
    page.locator("[name=reasons]").fill("Tous les critères dépassent leur seuil.")
    page.locator("main form .btn-primary").click()
    expect(page).to_have_url(re.compile(r"/fr/files/\d+/$"))
    expect(page.locator("#proposals-title")).to_be_visible()


def approve(page: Page) -> int:
    """Give the approval that was missing; the amount that is committed now."""
    amount = amounts(page.locator("h1"))[0]
    page.locator("button[value=approve]").click()
    expect(page).to_have_url(re.compile(r"/fr/reviewing/$"))
    assert amounts(page.locator(".message-success")) == [amount]
    return amount


def be_refused_at_the_cap(page: Page) -> tuple[int, int]:
    """Approve what is too much; the amount asked, and what is left by the refusal's words."""
    asked = amounts(page.locator("h1"))[0]
    page.locator("button[value=approve]").click()
    refusal = amounts(page.locator("#refused strong"))
    assert asked in refusal
    return asked, next(amount for amount in refusal if amount != asked)


def assert_capacity(page: Page, *, left: int) -> None:
    figures = page.locator(".big-value").all()
    shown, if_all_pass, committed, paid = (amounts(figure)[0] for figure in figures[:4])
    assert shown == left
    assert committed == CAP - left
    assert 0 < paid < committed
    waiting = page.locator("[aria-labelledby^=proposals] tbody tr")
    proposed = [amounts(row.locator("td.num").first)[0] for row in waiting.all()]
    assert {60_000, 200_000} <= set(proposed)
    assert figures[1].inner_text().strip().startswith("\N{MINUS SIGN}")
    assert if_all_pass == sum(proposed) - left


def keep_picture_of_capacity(visit: Visit, tmp_path: Path) -> None:
    """The README's picture, made anew by `UPDATE_SCREENSHOTS=1`; else only that it can be."""
    updating = os.environ.get("UPDATE_SCREENSHOTS") == "1"
    page = visit("manager_lorgnier", size=DESKTOP)
    page.goto("/en/capacity/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Capacity")
    folder = settings.ROOT / "docs" if updating else tmp_path
    picture = page.locator(".money-bar").first.bounding_box()
    assert picture is not None
    height = picture["y"] + picture["height"] + 32
    page.set_viewport_size(ViewportSize(width=DESKTOP["width"], height=round(height)))
    page.screenshot(path=folder / "capacity.png")
