"""Who owns whom: whose size counts with the startup's, and who shares its ceiling."""

from decimal import Decimal
from typing import Any

import pytest

from applications.ownership import group

OWN = {"staff": "10", "turnover": "1000.00", "balance_sheet": "500.00"}
FIGURES = {"staff": "40", "turnover": "8000.00", "balance_sheet": "4000.00"}
NUMBER = "0403019261"


def owner(kind: str = "enterprise", share: str = "30", control: str = "no", **more: Any) -> Any:
    return {"name": "Parent", "kind": kind, "share": share, "control": control} | FIGURES | more


def holding(share: str = "30", control: str = "no", **more: Any) -> Any:
    return {"name": "Daughter", "share": share, "control": control} | FIGURES | more


def staff(*owners: Any, holdings: Any = ()) -> Decimal | None:
    return group(OWN, {"owners": list(owners), "holdings": list(holdings)}).staff


def test_a_startup_of_persons_counts_alone() -> None:
    found = group(OWN, {"owners": [owner("person", "60", "yes"), owner("person", "40")]})
    assert (found.staff, found.turnover, found.balance_sheet) == (10, 1000, 500)
    assert (found.related, found.undertaking, found.owned) == ((), frozenset(), 100)


@pytest.mark.parametrize(
    ("share", "control", "counted"),
    [
        ("24.99", "no", "0"),
        ("25", "no", "0.25"),
        ("33.33", "no", "0.3333"),
        ("50", "no", "0.5"),
        ("50.01", "no", "1"),
        ("100", "yes", "1"),
        ("10", "yes", "1"),  # it decides, however little it holds
        ("0", "yes", "1"),
    ],
)
def test_a_partner_counts_by_its_share_and_who_decides_in_full(
    share: str, control: str, counted: str
) -> None:
    expected = 10 + 40 * Decimal(counted)
    assert staff(owner(share=share, control=control)) == expected
    assert staff(holdings=[holding(share, control)]) == expected
    found = group(OWN, {"owners": [owner(share=share, control=control)]})
    assert found.turnover == 1000 + 8000 * Decimal(counted)
    assert found.balance_sheet == 500 + 4000 * Decimal(counted)
    assert bool(found.linked) == (counted == "1")
    assert bool(found.partners) == (Decimal(0) < Decimal(counted) < 1)


@pytest.mark.parametrize(
    ("share", "control", "counted"),
    [("30", "no", 0), ("50", "no", 0), ("51", "no", 1), ("5", "yes", 1)],
)  # fmt: skip
def test_an_investor_is_of_the_group_only_when_it_decides(
    share: str, control: str, counted: int
) -> None:
    assert staff(owner("investor", share, control)) == 10 + 40 * counted


def test_all_of_them_are_added_up() -> None:
    assert staff(
        owner(share="30"), owner("investor", "20"), owner("person", "50", "yes"),
        holdings=[holding("60"), holding("25", staff="4")],
    ) == 10 + 12 + 40 + 1  # fmt: skip


def test_a_figure_that_counts_and_is_not_known_leaves_the_group_unknown() -> None:
    unknown = owner(share="30")
    del unknown["staff"]
    found = group(OWN, {"owners": [unknown]})
    assert (found.staff, found.turnover) == (None, 1000 + 2400)
    own_unknown = group({"turnover": "1000.00"}, {"owners": [owner(share="30")]})
    assert (own_unknown.staff, own_unknown.turnover) == (None, 3400)
    small = unknown | {"share": "10"}
    assert group(OWN, {"owners": [small]}).staff == 10  # it does not count


def test_nothing_said_is_nothing_known() -> None:
    found = group({}, {})
    assert (found.staff, found.related, found.owned) == (None, (), 0)
    half_typed = group(OWN, {"owners": [{}, {"kind": "enterprise"}], "holdings": [{"name": "X"}]})
    assert (half_typed.staff, half_typed.related) == (10, ())


def test_one_undertaking_is_of_who_decides_and_has_a_number() -> None:
    others = [f"10000000{ending}" for ending in ("10", "11", "12")]
    found = group(
        OWN,
        {
            "owners": [
                owner(share="60", enterprise_number=NUMBER),
                owner(share="40", enterprise_number=others[0]),  # a partner: not of it
                owner(share="5", control="yes"),  # without a number, from abroad
                owner("investor", "70", enterprise_number=others[1]),
            ],
            "holdings": [holding("51", enterprise_number=others[2])],
        },
    )
    assert found.undertaking == {NUMBER, others[1], others[2]}
    assert len(found.linked) == 4
