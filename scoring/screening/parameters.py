"""The figures that rules look up: their names for people, and which ones a call may set."""

from decimal import Decimal
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from brustart.core.money import euros, number

AGE, SEAT_ONLY = "eligibility.age_years", "eligibility.seat_only"
SHARE = "eligibility.cofinancing_share"
FIGURES: dict[str, Promise] = {
    AGE: _("Age limit in years"),
    SEAT_ONLY: _("The seat alone counts"),
    "size.small_staff": _("Limit on staff"),
    "size.small_finance": _("Limit on turnover or balance sheet"),
    "difficulty.young_years": _("Years in which lost capital does not count"),
    SHARE: _("Share from elsewhere"),
    "deminimis.ceiling": _("Ceiling"),
    "deminimis.years": _("Years looked back"),
}
EUROS = frozenset({"size.small_finance", "deminimis.ceiling"})


class Bounds(NamedTuple):
    lowest: Decimal
    highest: Decimal


OWN: dict[str, Bounds] = {  # figures that a call may set for itself; none of law
    AGE: Bounds(Decimal(1), Decimal(10)),
    SEAT_ONLY: Bounds(Decimal(0), Decimal(1)),
    SHARE: Bounds(Decimal(0), Decimal("0.9")),
}


def figure_text(name: str, value: Decimal) -> str:
    """A figure's value as people write it."""
    if name == SEAT_ONLY:
        return str(_("yes") if value else _("no"))
    if name == SHARE:
        return f"{number(value * 100)}\N{NO-BREAK SPACE}%"
    return euros(value) if name in EUROS else number(value)
