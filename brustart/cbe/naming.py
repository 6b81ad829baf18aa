"""How names are compared: the same on the way in and in a search."""

import re
import unicodedata

ACCENTS = re.compile("[\u0300-\u036f]+")


def searchable(name: str) -> str:
    """In capitals, without accents, one space between words: `Crèche  d'Été` -> `CRECHE D'ETE`."""
    if not name.isascii():
        name = ACCENTS.sub("", unicodedata.normalize("NFKD", name))
    return " ".join(name.upper().split())
