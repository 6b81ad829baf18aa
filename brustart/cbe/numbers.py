"""Enterprise numbers of the Crossroads Bank for Enterprises (domain.md section 2)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.be import vat
from stdnum.exceptions import ValidationError as StdnumError


def clean_number(text: str) -> str:
    """The ten digits of a valid enterprise number, however it was written.

    Raises ValidationError. python-stdnum tests the sum of number and check digits alone, so it
    accepts the impossible check digits 00, 98 and 99: they are 97 - (first eight mod 97).
    """
    try:
        digits = str(vat.validate(text))
    except StdnumError:
        digits = ""
    if not digits or not 1 <= int(digits[-2:]) <= 97:
        raise ValidationError(
            _(
                "This is not an enterprise number. It has ten digits and begins with 0 or 1, "
                "for example 0403.019.261; you find it on your invoices."
            ),
            code="enterprise_number",
        )
    return digits


def display_number(digits: str) -> str:
    """0403.019.261 for 0403019261; anything else as it is."""
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}" if len(digits) == 10 else digits


def with_check(first: int) -> str:
    """Eight digits with their two check digits: 97 - (number modulo 97)."""
    return f"{first:08d}{97 - first % 97:02d}"
