"""The vectors of domain.md section 2."""

import pytest
from django.core.exceptions import ValidationError

from brustart.cbe.numbers import clean_number, display_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0403.019.261", "0403019261"),
        ("BE 0403 019 261", "0403019261"),
        ("403019261", "0403019261"),
        ("0428759497", "0428759497"),
        ("0697449992", "0697449992"),
        ("0314.595.348", "0314595348"),
        ("1000.123.448", "1000123448"),
        ("0712.345.630", "0712345630"),
    ],
)
def test_valid(text: str, number: str) -> None:
    assert clean_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "0403019262",
        "2403019261",
        "0000000000",
        "BE0431150351",
        "040301926A",
        "",
        "0100007000",  # the library accepts these three: check digits 00, 98 and 99
        "0400008598",
        "0400008499",
        "2.175.653.085",  # an establishment unit
    ],
)
def test_invalid(text: str) -> None:
    with pytest.raises(ValidationError):
        clean_number(text)


def test_display() -> None:
    assert display_number("0403019261") == "0403.019.261"
