"""The inputs of the rules as people read them: their names, their values."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.forms import EhealthForm
from applications.models import Document, Track
from brustart.core.money import euros, number

Writer = Callable[[Any], str]
INPUTS: dict[str, Promise] = {
    "founded_on": _("Start date"),
    "day": _("Day that counts"),
    "years": _("Age limit in years"),
    "register_on": _("Situation of the register"),
    "seat": _("Postal code of the seat"),
    "establishments": _("Postal codes of establishments"),
    "seat_only": _("The seat alone counts"),
    "inside": _("In the Region"),
    "declared": _("Postal code that the startup gives"),
    "staff": _("Staff"),
    "turnover": _("Turnover"),
    "balance_sheet": _("Balance sheet"),
    "staff_limit": _("Limit on staff"),
    "finance_limit": _("Limit on turnover or balance sheet"),
    "capital": _("Capital"),
    "equity": pgettext_lazy("balance sheet", "Equity"),
    "insolvency": _("Insolvency"),
    "rescue_aid": _("Rescue aid or restructuring"),
    "situation": _("Situation in the register"),
    "young_years": _("Years in which lost capital does not count"),
    "activities": _("Activities in the register"),
    "listed": _("Activities on a list"),
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
    "granted": _("Aid of this fund"),
    "since": _("Aid counts since"),
    "headroom": _("Headroom"),
    "ceiling": _("Ceiling"),
    "other_files": _("Other files"),
    "documents": _("Documents"),
    "missing": _("Missing"),
    "unread": _("Not readable"),
    "track": _("Track"),
    "ethics": _("Opinion of an ethics committee"),
    "ethics_committee": _("Committee"),
    "ethics_on": _("Date of the opinion"),
    "ethics_reference": _("Reference of the opinion"),
    "legal_basis": _("Ground of article 9(2) of the GDPR"),
    "medical_device": _("Medical device"),
    "users": _("Users"),
}
MAY_BE_EMPTY = {
    "register_on", "seat", "establishments", "activities", "listed", "other_files", "documents",
    "missing", "unread", "ethics_committee", "ethics_reference",
}  # fmt: skip


def shown(name: str, value: Any) -> str:
    """One stored input as a person reads it."""
    if value in (None, "", []):
        return "" if name in MAY_BE_EMPTY else str(_("not known"))
    if isinstance(value, list):
        return ", ".join(_single(name, one) for one in value)
    return _single(name, value)


def _single(name: str, value: Any) -> str:
    if name in WRITTEN:
        return WRITTEN[name](value)
    if value is True or value == "yes":
        return str(_("yes"))
    return str(_("no")) if value is False or value == "no" else str(value)


def _day(value: str) -> str:
    return date_format(date.fromisoformat(value), "DATE_FORMAT")


def _euros(value: str) -> str:
    return euros(Decimal(value))


def _share(value: str) -> str:
    return f"{number(Decimal(value) * 100)}\N{NO-BREAK SPACE}%"


def _paper(value: str) -> str:
    """A kind of document, or the call's question that one answers."""
    if value in Document.Kind.values:
        return str(Document.Kind(value).label)
    return str(_("answer to question %(question)s of the call") % {"question": value})


def _activity(value: str) -> str:
    """2025:62100 as 62.100 (NACE-BEL 2025)."""
    version, _colon, code = value.partition(":")
    return f"{code[:2]}.{code[2:]} (NACE-BEL {version})"


def _answer(name: str) -> Writer:
    """In the words of the form's choices."""
    field: Any = EhealthForm.base_fields[name]
    return lambda value: str(dict(field.choices).get(value, value))


WRITTEN: dict[str, Writer] = {
    **dict.fromkeys(("founded_on", "day", "register_on", "since", "ethics_on"), _day),
    **dict.fromkeys(
        (
            "turnover", "balance_sheet", "finance_limit", "asked", "minimum", "maximum", "budget",
            "received", "granted", "headroom", "ceiling", "capital", "equity",
        ),
        _euros,
    ),
    **dict.fromkeys(("documents", "missing", "unread"), _paper),
    **dict.fromkeys(("activities", "listed"), _activity),
    **{name: _answer(name) for name in ("ethics", "legal_basis", "medical_device", "users")},
    "share": _share,
    "staff": lambda value: number(Decimal(value)),
    "track": lambda value: str(Track(value).label),
}  # fmt: skip
