"""Startups apply through forms, Celery workers run eligibility and scoring steps, reviewers
approve awards against the 4,000,000 EUR cap, fund managers see what is left."""

import re

import pytest

from brustart.desk.demo.smoke import Smoke
from brustart.desk.demo.visitor import Visitor
from tests.live import Starter

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]


def test_the_main_job(live_portal: Starter) -> None:
    portal = live_portal(beat=True)
    portal.manage("demo")
    job = Smoke(portal.base_url)

    # Startups apply through forms,
    job.look_at_what_is_left()
    job.register()
    job.fill_in()
    assert "receipt BRU-" in job.submit()

    # Celery workers run eligibility and scoring steps,
    job.wait_for_screening()
    job.assign()
    job.review()

    # reviewers approve awards
    job.propose()
    job.approve()
    assert "exactly 25,000 less" in job.compare()

    # against the 4,000,000 EUR cap,
    panel = Visitor(portal.base_url)
    proposals = waiting_for_approval(panel, job.reviewers)
    assert [approve(panel, *proposals[amount]) for amount in ("120,000", "150,000")] == ["", ""]
    refusal = approve(panel, *proposals["200,000"])
    assert "€45,000 left, €200,000 asked" in refusal

    # fund managers see what is left.
    job.become(job.manager)
    assert "€45,000" in job.staff.get("/en/capacity/")
    assert "whole" in portal.manage("verify_ledger").stdout
    portal.stop()


def waiting_for_approval(panel: Visitor, reviewers: list[str]) -> dict[str, tuple[str, str]]:
    """Amount -> (reviewer, file) of the proposals that wait, with somebody who may decide."""
    found = {}
    for person in reviewers:
        become(panel, person)
        page = panel.get("/en/reviewing/")
        for file in re.findall(r"/en/files/(\d+)/decide/", page):
            amount = re.search(r"€([\d,]+) will be", panel.get(f"/en/files/{file}/decide/"))
            if amount:
                found[amount.group(1)] = (person, file)
    return found


def approve(panel: Visitor, person: str, file: str) -> str:
    """Approve the proposal; the refusal shown, or nothing."""
    become(panel, person)
    panel.get(f"/en/files/{file}/decide/")
    read = panel.find(r'name="read_hash" value="([0-9a-f]{64})"')
    page = panel.post(f"/en/files/{file}/decide/", read_hash=read, act="approve")
    refusal = re.search(r'id="refused">(.*?)</div>', page, re.DOTALL)
    return refusal.group(1) if refusal else ""


def become(visitor: Visitor, person: str) -> None:
    visitor.get("/en/demo/")
    visitor.post("/en/demo/become/", person=person)
