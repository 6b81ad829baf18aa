"""Names and texts in the letters that every bank takes.

Source: European Payments Council, SEPA Credit Transfer guidelines: unless banks agreed on more,
only the Latin characters below are sure to arrive. Its best practices (EPC217-08) write “+” for
“&”, which needs no language, as “et”, “en” or “and” would, and a full stop where nothing is close.
"""

import re

from text_unidecode import unidecode

_OTHER = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_INSTEAD = str.maketrans('&;_~\\|[{]}`"«»“”„', "+,--//(())'''''''")


def plain(text: str, *, most: int | None = None) -> str:
    """The text in the characters that banks take, at most so many of them."""
    latin = unidecode(" ".join(text.split()).translate(_INSTEAD)).translate(_INSTEAD)
    return " ".join(_OTHER.sub(".", latin).split())[:most].rstrip()


def says_something(plain_text: str) -> bool:
    """Whether a letter or a figure is left."""
    return any(one.isalnum() for one in plain_text)
