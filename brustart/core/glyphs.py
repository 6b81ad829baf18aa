"""What the papers' font can draw, and what stands for the rest."""

import unicodedata
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(str(files("fontpkg_source_sans_3") / "files"))
FACE = FONTS / "SourceSans3[wght].ttf"  # one file, from light to black

BREAKS = dict.fromkeys(map(ord, "\v\f\r\x85\u2028\u2029"), "\n")
DROPPED = {"Cc", "Cf"}  # controls; joiners, marks of direction, soft hyphens
PRIVATE = {"Co", "Cs", "Cn"}


def printable(text: str) -> str:
    """The text in characters that the font has; any other becomes visible, as `[U+1F600]`."""
    whole = unicodedata.normalize("NFC", text).replace("\r\n", "\n").translate(BREAKS)
    return "".join(map(_drawn, whole))


@lru_cache(maxsize=4096)
def _drawn(character: str) -> str:
    kind = unicodedata.category(character)
    if character == "\n" or (ord(character) in _coverage() and kind not in DROPPED | PRIVATE):
        return character
    if character == "\t" or kind == "Zs":
        return " "
    if kind in DROPPED or _selects_a_variation(character):
        return ""
    return f"[U+{ord(character):04X}]"


def _selects_a_variation(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


@lru_cache(maxsize=1)
def _coverage() -> frozenset[int]:
    with TTFont(FACE, lazy=True) as font:
        return frozenset(font.getBestCmap())
