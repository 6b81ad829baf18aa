"""Amounts of euros: Decimal with two places from the form to the ledger, never a float."""

from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.db import models
from django.utils.translation import get_language

ZERO = Decimal("0.00")
LOCALES = {"fr": "fr_BE", "nl": "nl_BE", "en": "en_IE"}
_NO_BREAK = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"  # screen readers speak it, and it is not taken for a hyphen
_TIED = MINUS + "\N{WORD JOINER}"  # a line would break between it and the sign of the euro


class MoneyField(models.DecimalField):
    """An amount in EUR: up to 999 billion, two places."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "max_digits": 14, "decimal_places": 2})


def number(value: Decimal | float, language: str | None = None, *, places: str = "##") -> str:
    """The figure as the language writes it: at most two decimals, or as `places` says. For people,
    never for machines."""
    locale = LOCALES[(language or get_language() or "en")[:2]]
    figure = format_decimal(value, format=f"#,##0.{places}", locale=locale)
    return figure.replace("-", MINUS)


def euros(value: Decimal | int, language: str | None = None) -> str:
    """25 000 € in French, € 25.000 in Dutch, €25,000 in English; it stays on one line."""
    language = (language or get_language() or "en")[:2]
    sign = _TIED if value < 0 else ""
    places = "##" if value == int(value) else "00"
    figure = number(-value if value < 0 else value, language, places=places)
    if language == "fr":
        return f"{sign}{figure}{_NO_BREAK}€"
    return f"{sign}€{_NO_BREAK}{figure}" if language == "nl" else f"{sign}€{figure}"
