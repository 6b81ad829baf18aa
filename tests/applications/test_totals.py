"""What stands beside a section while it is filled in: budget, cash, headroom, milestones."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from applications import completeness, totals
from applications.models import Application
from brustart.fund import deminimis
from tests.factories import make_draft, make_empty_draft, make_submitted
from tests.mirabelle import BUDGET

ON = date(2026, 11, 22)
NUMBER = "1999000064"


# --- budget and cash --------------------------------------------------------------------------


def test_a_budget_adds_up() -> None:
    found = totals.budget(BUDGET, ON)
    assert (found.costs, found.requested, found.elsewhere) == (176_000, 120_000, 56_000)
    assert found.share == Decimal(120_000) / 176_000
    assert (found.too_much, found.width) == (False, "68.182%")


@pytest.mark.parametrize(("requested", "too_much"), [("123200.00", False), ("123200.01", True)])
def test_a_budget_says_when_more_is_asked_than_the_fund_may_pay(
    requested: str, too_much: bool
) -> None:
    assert totals.budget({**BUDGET, "requested": requested}, ON).too_much == too_much


def test_a_budget_that_is_begun_has_no_share_yet() -> None:
    found = totals.budget({"requested": "5.00"}, ON)
    assert (found.share, found.too_much, found.width) == (None, False, "0.000%")
    assert totals.budget({"other": "1.00", "requested": "5.00"}, ON).width == "100.000%"


def test_cash_is_counted_in_the_order_of_time() -> None:
    rows = [
        {"quarter": "2027-Q2", "money_in": "10.00", "money_out": "70.50"},
        {"quarter": "2026-Q4", "money_in": "100.00"},
        {"quarter": "2027-Q1", "money_out": "20.00"},
    ]
    with translation.override("nl"):
        plan = totals.cash({"cash": rows})
    assert [one.name for one in plan] == ["K4 2026", "K1 2027", "K2 2027"]
    assert [one.left for one in plan] == [100, 80, Decimal("19.50")]
    assert totals.cash({}) == []
    assert totals.cash({"cash": [{}]})[0].left == 0


def test_milestones_add_up() -> None:
    assert totals.milestones({"milestones": [{"amount": "1.50"}, {}, {"amount": "2.00"}]}) == 3.5


# --- the headroom under the de minimis ceiling ------------------------------------------------


def aid(*rows: tuple[int, date | None], requested: int = 0) -> totals.Aid:
    said: list[dict[str, Any]] = [
        {"amount": f"{amount}.00"} | ({"granted_on": day.isoformat()} if day else {})
        for amount, day in rows
    ]
    return totals.aid(
        {"aid": said}, numbers=frozenset({NUMBER}), requested=Decimal(requested), on=ON
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("granted_on", "counts"),
    [(date(2023, 11, 21), False), (date(2023, 11, 22), True), (ON, True), (None, True)],
)
def test_aid_counts_for_three_years_to_the_day(granted_on: date | None, counts: bool) -> None:
    found = aid((7_000, granted_on), (50_000, date(2025, 5, 1)))
    assert found.declared == 50_000 + 7_000 * counts
    assert found.headroom == 300_000 - found.declared == found.ceiling - found.used


@pytest.mark.django_db
def test_what_is_asked_fits_to_the_cent_or_not_at_all() -> None:
    assert aid((200_000, ON), requested=100_000).fits
    assert not aid((200_001, ON), requested=100_000).fits
    assert aid((400_000, ON)).width == "100.000%"
    assert (aid().used, aid().width) == (0, "0.000%")


@pytest.mark.django_db
def test_the_headroom_counts_what_the_fund_knows_and_the_highest_word() -> None:
    now = timezone.now()
    deminimis.grant([NUMBER], Decimal(40_000), on=ON, now=now, reference="award")
    deminimis.reserve([NUMBER], Decimal(10_000), on=ON, reference="proposal")
    deminimis.declare(NUMBER, [(Decimal(30_000), ON)], on=ON, declaration="other file")
    assert aid((20_000, ON)).headroom == 300_000 - 50_000 - 30_000
    assert aid((35_000, ON)).headroom == 300_000 - 50_000 - 35_000


@pytest.mark.django_db
def test_who_decides_over_the_startup_shares_its_ceiling() -> None:
    parent = make_submitted(de_minimis_received=60_000)
    owner = {"name": "Parent", "kind": "enterprise", "share": 60, "control": "yes",
             "enterprise_number": parent.enterprise_number}  # fmt: skip
    application = make_draft(owners=[owner])
    assert shown(application, "aid")["aid"].headroom == 240_000
    partner = make_draft(owners=[owner | {"share": 40, "control": "no"}])
    assert shown(partner, "aid")["aid"].headroom == 300_000


def shown(application: Application, key: str) -> dict[str, Any]:
    found = totals.of(key, application, completeness.stored(application), timezone.localdate())
    assert found is not None
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("key", totals.OF)
def test_each_total_can_be_shown_of_a_full_and_of_an_empty_draft(key: str) -> None:
    for application in (make_draft(de_minimis_received=1_000), make_empty_draft()):
        html = render_to_string(f"applications/totals/{key}.html", shown(application, key))
        assert html.strip().startswith("<section")


@pytest.mark.django_db
def test_a_section_without_totals_has_none() -> None:
    application = make_empty_draft()
    assert totals.of("team", application, {}, ON) is None
