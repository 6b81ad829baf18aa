"""Titles and reasons of the rules, and the names of the pre-score's parts, for people."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from brustart.core.money import euros, number

TITLES: dict[str, Promise] = {
    "age": _("Age of the enterprise"),
    "seat": _("Seat or establishment in the Brussels Region"),
    "size": _("Micro or small enterprise"),
    "difficulty": _("Not in difficulty"),
    "exclusions": _("Nothing excluded"),
    "amount": _("Amount asked"),
    "cofinancing": _("Co-financing"),
    "headroom": _("De minimis ceiling"),
}
SOURCES: dict[str, Promise] = {
    "age": _(
        "Rule of the call (the fund's proposal), after article 22 of Regulation (EU) 651/2014 and "
        "the Bruseed fund"
    ),
    "seat": _("Rule of the call (the fund's proposal), after Innoviris; postal codes of bpost"),
    "size": _("Recommendation 2003/361/EC, annex, article 2"),
    "difficulty": _(
        "Regulation (EU) 651/2014, article 2(18), as the ordinance of 27 July 2017 asks"
    ),
    "exclusions": _("Regulation (EU) 2023/2831, articles 1 and 5, and rule of the call"),
    "amount": _("Rule of the call (the fund's proposal)"),
    "cofinancing": _("Rule of the call (the fund's proposal)"),
    "headroom": _("Regulation (EU) 2023/2831, article 3(2)"),
}
REASONS: dict[str, Promise] = {
    "age_unknown": _("The start date is not known."),
    "age_young": _(
        "Founded on %(founded_on)s: less than %(years)s years old on %(submitted_on)s, the day of "
        "submission."
    ),
    "age_old": _(
        "Founded on %(founded_on)s: %(years)s years or older on %(submitted_on)s, the day of "
        "submission."
    ),
    "age_unborn": _("Not registered yet: younger than %(years)s years."),
    "seat_inside": _("Postal code %(codes)s: in the Brussels-Capital Region."),
    "seat_special": _(
        "Postal code %(codes)s belongs to one large recipient: a person looks at the address."
    ),
    "seat_unknown": _("No postal code is known."),
    "seat_outside": _(
        "Postal code %(codes)s: not one of the 19 municipalities of the Brussels-Capital Region."
    ),
    "size_staff": _("%(staff)s full-time equivalents: not under %(staff_limit)s."),
    "size_finance": _(
        "Turnover %(turnover)s and balance sheet %(balance_sheet)s: both over %(finance_limit)s."
    ),
    "size_unknown": _("Staff, turnover or balance sheet are not known: figures are needed."),
    "size_small": _(
        "%(staff)s full-time equivalents, and turnover or balance sheet within %(finance_limit)s: "
        "a micro or small enterprise."
    ),
    "difficulty_acute": _(
        "An insolvency procedure, rescue aid that is not paid back, or a restructuring is running."
    ),
    "difficulty_unknown": _("The answers on financial health are not complete."),
    "difficulty_figures": _(
        "No insolvency and no rescue aid; from %(young_years)s years of age capital and equity "
        "count too, and they are not known."
    ),
    "difficulty_young": _(
        "No insolvency and no rescue aid; under %(young_years)s years old, so lost capital does "
        "not count."
    ),
    "difficulty_lost": _(
        "Equity %(equity)s is less than half of the capital of %(capital)s: more than half is lost."
    ),
    "difficulty_sound": _(
        "No insolvency and no rescue aid; equity %(equity)s is at least half of the capital of "
        "%(capital)s."
    ),
    "exclusions_none": _("Declared: no excluded activity, no export aid, no aid twice."),
    "exclusions_some": _(
        "The project has an excluded activity, export aid, or costs that are paid twice."
    ),
    "exclusions_unknown": _("A declaration on excluded activities or aid is missing."),
    "amount_unknown": _("The amount asked is not known."),
    "amount_low": _("%(asked)s asked: under the minimum of %(minimum)s."),
    "amount_high": _("%(asked)s asked: over the maximum of %(maximum)s."),
    "amount_within": _("%(asked)s asked: between %(minimum)s and %(maximum)s."),
    "cofinancing_unknown": _("The budget or the amount asked is not known."),
    "cofinancing_enough": _(
        "%(asked)s asked of a budget of %(budget)s: at least %(share)s comes from elsewhere."
    ),
    "cofinancing_short": _(
        "%(asked)s asked of a budget of %(budget)s: less than %(share)s comes from elsewhere."
    ),
    "headroom_unknown": _(
        "The de minimis aid received in the last three years, or the amount asked, is not known."
    ),
    "headroom_enough": _("%(asked)s asked, %(headroom)s left under the ceiling of %(ceiling)s."),
    "headroom_short": _(
        "%(asked)s asked, but only %(headroom)s left under the ceiling of %(ceiling)s: the whole "
        "award would fall outside the de minimis rule."
    ),
}
INPUTS: dict[str, Promise] = {
    "founded_on": _("Start date"),
    "submitted_on": _("Day of submission"),
    "years": _("Age limit in years"),
    "seat": _("Postal code of the seat"),
    "establishment": _("Postal code of the establishment"),
    "staff": _("Staff"),
    "turnover": _("Turnover"),
    "balance_sheet": _("Balance sheet"),
    "staff_limit": _("Limit on staff"),
    "finance_limit": _("Limit on turnover or balance sheet"),
    "capital": _("Capital"),
    "equity": pgettext_lazy("balance sheet", "Equity"),
    "insolvency": _("Insolvency"),
    "rescue_aid": _("Rescue aid or restructuring"),
    "young_years": _("Years in which lost capital does not count"),
    "no_excluded_activity": _("No excluded activity"),
    "no_export_aid": _("No export aid"),
    "no_double_aid": _("No aid twice"),
    "excluded": _("Something excluded"),
    "asked": _("Amount asked"),
    "minimum": _("Minimum"),
    "maximum": _("Maximum"),
    "budget": _("Budget"),
    "share": _("Share from elsewhere"),
    "received": _("Aid declared"),
    "headroom": _("Headroom"),
    "ceiling": _("Ceiling"),
}
_EUROS = {
    "turnover", "balance_sheet", "finance_limit", "asked", "minimum", "maximum", "budget",
    "received", "headroom", "ceiling", "capital", "equity",
}  # fmt: skip
_DATES = {"founded_on", "submitted_on"}


def shown(name: str, value: Any) -> str:
    """One stored input as a person reads it."""
    if value in (None, ""):
        return "" if name in {"seat", "establishment"} else str(_("not known"))
    if value is True or value == "yes":
        return str(_("yes"))
    if value is False or value == "no":
        return str(_("no"))
    if name in _DATES:
        return date_format(date.fromisoformat(value), "DATE_FORMAT")
    if name in _EUROS:
        return euros(Decimal(value))
    if name == "share":
        return f"{number(Decimal(value) * 100)}\N{NO-BREAK SPACE}%"
    return number(Decimal(value)) if name == "staff" else str(value)


def sentence(reason: str, inputs: dict[str, Any]) -> str:
    """The reason in the reader's language, filled with its inputs."""
    words = {name: shown(name, value) for name, value in inputs.items()}
    words["codes"] = ", ".join(filter(None, (words.get("seat"), words.get("establishment"))))
    return str(REASONS[reason]) % words
