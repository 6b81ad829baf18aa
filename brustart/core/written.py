"""Numbers as people in Belgium write them, whatever the language of the page.

A founder types 25.000 on a French page and 25000,50 on an English one. Django would read the
first as 25 and the second as 2500050; here a sign that is not the language's own decimal sign
groups thousands when three digits follow, and is a decimal sign when one or two do.
"""

import re
from decimal import Decimal

from django.utils.formats import get_format


def number(text: str) -> Decimal:
    """The figure, with spaces, a euro sign and grouping taken out. Raises ValueError."""
    own = get_format("DECIMAL_SEPARATOR")
    other = "." if own == "," else ","
    whole, point, decimals = re.sub(r"[\s€]", "", text).partition(own)
    if re.fullmatch(rf"-?\d{{1,3}}(?:\{other}\d{{3}})+", whole):
        whole = whole.replace(other, "")
    elif not point and re.fullmatch(rf"-?\d+\{other}\d\d?", whole):
        whole, point, decimals = whole.partition(other)
    figure = f"{whole}.{decimals}" if point else whole
    if not re.fullmatch(r"-?\d+(?:\.\d+)?", figure):
        raise ValueError(text)
    return Decimal(figure)
