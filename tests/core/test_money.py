from decimal import Decimal

import pytest

from brustart.core.money import euros


@pytest.mark.parametrize(
    ("amount", "language", "shown"),
    [
        ("25000", "fr", "25\u202f000\xa0€"),
        ("25000.50", "fr", "25\u202f000,50\xa0€"),
        ("25000", "nl", "€\xa025.000"),
        ("25000.50", "nl", "€\xa025.000,50"),
        ("25000", "en", "€25,000"),
        ("-50000", "en", "-€50,000"),
    ],
)
def test_euros_as_each_language_writes_them(amount: str, language: str, shown: str) -> None:
    assert euros(Decimal(amount), language) == shown
