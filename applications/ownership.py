"""What follows from who owns whom: the group whose size counts, and the single undertaking.

Size: Recommendation 2003/361/EC, annex, articles 3 and 6: a partner (25 to 50 %) counts by its
share, a linked enterprise (more than half, or control) in full; universities, public funds,
venture capital and business angels up to half do not make one a partner. Single undertaking:
Regulation (EU) 2023/2831, article 2(2): only who decides, or is decided over, belongs to it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

PARTNER, HALF = Decimal(25), Decimal(50)
FIGURES = ("staff", "turnover", "balance_sheet")


@dataclass(frozen=True)
class Related:
    """An enterprise of the group: the part of it that counts, of one."""

    name: str
    number: str
    weight: Decimal
    decides: bool  # it belongs to the same single undertaking


@dataclass(frozen=True)
class Group:
    """The group's figures (full-time equivalents, EUR); None where one that counts is unknown."""

    staff: Decimal | None
    turnover: Decimal | None
    balance_sheet: Decimal | None
    related: tuple[Related, ...]
    owned: Decimal  # percent of the startup whose owner is named

    @property
    def linked(self) -> list[Related]:
        return [one for one in self.related if one.weight == 1]

    @property
    def partners(self) -> list[Related]:
        return [one for one in self.related if one.weight < 1]

    @property
    def undertaking(self) -> frozenset[str]:
        """The enterprise numbers that share its de minimis ceiling, its own apart."""
        return frozenset(one.number for one in self.related if one.decides and one.number)


def group(size: Mapping[str, Any], ownership: Mapping[str, Any]) -> Group:
    """Work it out from the stored answers of the two sections."""
    owners = ownership.get("owners", [])
    counted = [
        (row, found)
        for row in [*_enterprises(owners), *ownership.get("holdings", [])]
        if (found := _related(row))
    ]
    totals = {name: _total(size, counted, name) for name in FIGURES}
    return Group(
        **totals,
        related=tuple(found for _row, found in counted),
        owned=sum((_decimal(row.get("share")) or Decimal(0) for row in owners), Decimal(0)),
    )


def _enterprises(owners: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """Owners that may be of the group: enterprises, and investors only above half."""
    for row in owners:
        investor_above_half = row.get("kind") == "investor" and _decides(row)
        if row.get("kind") == "enterprise" or investor_above_half:
            yield row


def _decides(row: Mapping[str, Any]) -> bool:
    return row.get("control") == "yes" or (_decimal(row.get("share")) or 0) > HALF


def _related(row: Mapping[str, Any]) -> Related | None:
    share = _decimal(row.get("share")) or Decimal(0)
    decides = _decides(row)
    if not decides and share < PARTNER:
        return None
    weight = Decimal(1) if decides else share / 100
    return Related(row.get("name", ""), row.get("enterprise_number", ""), weight, decides)


def _total(
    size: Mapping[str, Any], counted: list[tuple[Mapping[str, Any], Related]], name: str
) -> Decimal | None:
    total = _decimal(size.get(name))
    for row, found in counted:
        figure = _decimal(row.get(name))
        if total is None or figure is None:
            return None
        total += figure * found.weight
    return total


def _decimal(value: Any) -> Decimal | None:
    return None if value in (None, "") else Decimal(value)
