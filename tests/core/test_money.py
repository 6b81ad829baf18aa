from decimal import Decimal

import pytest

from brustart.core.money import euros, number


@pytest.mark.parametrize(
    ("amount", "language", "shown"),
    [
        ("25000", "fr", "25\u202f000\xa0€"),
        ("25000.50", "fr", "25\u202f000,50\xa0€"),
        ("25000", "nl", "€\xa025.000"),
        ("25000.50", "nl", "€\xa025.000,50"),
        ("25000", "en", "€25,000"),
        ("-50000", "fr", "\u2212\u206050\u202f000\xa0€"),
        ("-50000", "nl", "\u2212\u2060€\xa050.000"),
        ("-50000", "en", "\u2212\u2060€50,000"),
    ],
)
def test_euros_as_each_language_writes_them(amount: str, language: str, shown: str) -> None:
    assert euros(Decimal(amount), language) == shown


@pytest.mark.parametrize(
    ("language", "shown"), [("fr", "\u22121\u202f234,5"), ("nl", "\u22121.234,5")]
)
def test_a_figure_below_zero_has_a_real_minus(language: str, shown: str) -> None:
    assert number(Decimal("-1234.50"), language) == shown


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
@pytest.mark.parametrize("amount", ["-1234567.89", "-5", "0", "25000", "145000.50"])
def test_an_amount_holds_no_place_where_a_line_may_break(amount: str, language: str) -> None:
    """By the line breaking algorithm of Unicode (UAX 14): no space, no hyphen, and between the
    minus and the sign of the euro a word joiner."""
    shown = euros(Decimal(amount), language)
    assert not {" ", "-"} & set(shown)
    assert "\N{MINUS SIGN}€" not in shown
