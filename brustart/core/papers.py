"""Papers: receipts, letters and print-outs as accessible PDF (PDF/UA-1), set by typst.

What a paper says reaches the template as data, never as markup.
"""

import io
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.template import Engine
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from .glyphs import FONTS, printable
from .storing import store

NAME = "Brustart"  # also the title of a paper whose own title cannot be printed


class PaperFailed(Exception):
    """A paper could not be set; the text says why, for whoever runs the portal."""


@dataclass(frozen=True)
class Heading:
    """Level 2 or 3, below the paper's title; a skipped level is closed. `on_top`: of a new page."""

    text: str
    level: int = 2
    on_top: bool = False


@dataclass(frozen=True)
class Paragraph:
    """Its line breaks are kept; an empty line begins a new paragraph."""

    text: str


@dataclass(frozen=True)
class Bullets:
    items: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """Terms on the left, their values on the right."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grid:
    """A table of up to eight columns; `numeric` are the columns of figures, counted from 0."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.head) for row in self.rows):
            raise ValueError("Each row of a grid has as many cells as its head.")


Block = Heading | Paragraph | Bullets | Rows | Grid


@dataclass(frozen=True)
class Paper:
    """`kicker` stands above the title, `date` below it; `at` is the PDF's own time of making.

    `address`: the lines for the window of an envelope, for a letter.
    """

    language: str
    title: str
    at: datetime
    blocks: tuple[Block, ...]
    kicker: str = ""
    date: str = ""
    address: tuple[str, ...] = ()
    footer: str = ""

    def __post_init__(self) -> None:
        if timezone.is_naive(self.at):
            raise ValueError("A paper's time needs a time zone.")


def sender() -> str:
    """The fund's own line at the foot of what it sends."""
    contact = settings.FUND_CONTACT
    return " · ".join((NAME, contact["phone"], contact["email"], contact["address"]))


def pdf(paper: Paper) -> bytes:
    """The paper as a tagged PDF; an equal paper gives equal bytes. Raises PaperFailed."""
    with translation.override(paper.language):
        words = json.dumps(_data(paper), ensure_ascii=False)
    return _compiled(words, int(paper.at.timestamp()))


def keep(name: str, pdf: bytes) -> None:
    """Store what was set, whole or not at all; what is there already stays."""
    store(io.BytesIO(pdf), name)


def _data(paper: Paper) -> dict[str, Any]:
    return {
        "language": paper.language,
        "title": " ".join(_clean(paper.title).split()) or NAME,
        "kicker": _clean(paper.kicker),
        "date": _clean(paper.date),
        "address": [line for line in _clean(paper.address) if line],
        "blocks": list(_in_order(_filled(paper.blocks))),
        "footer": _clean(paper.footer),
        "tagline": _("a programme of Digital.Brussels"),
        "page": _("Page {number} of {total}"),
    }


def _filled(blocks: Iterable[Block]) -> Iterator[dict[str, Any]]:
    """The blocks that say something: an empty heading or list would mislead a screen reader."""
    for block in blocks:
        data = _clean(asdict(block))
        if any(data.get(field) for field in ("text", "items", "pairs", "head")):
            yield {"kind": type(block).__name__.lower(), **data}


def _in_order(blocks: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """No heading more than one level below the heading before it, or above the sections'."""
    above = 1
    for block in blocks:
        if block["kind"] == "heading":
            above = min(max(block["level"], 2), above + 1, 3)
            block = {**block, "level": above}
        yield block


def _clean(value: Any) -> Any:
    """Every text in it made printable; translations take the language that is active."""
    if isinstance(value, str | Promise):
        return printable(str(value)).strip()
    if isinstance(value, tuple):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {name: _clean(item) for name, item in value.items()}
    return value


def _compiled(words: str, seconds: int) -> bytes:
    if _first_process() != os.getpid():
        raise PaperFailed("This process was forked from one that had set papers; start it anew.")
    template = _template()
    try:
        return typst.compile(
            template,
            root=template.parent,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"paper": words},
            pdf_standards=["ua-1"],
            format="pdf",
            timestamp=seconds,
        )
    except typst.TypstError as error:
        raise PaperFailed(f"{error.message} {' '.join(error.hints)}".strip()) from error


@lru_cache(maxsize=1)
def _first_process() -> int:
    """The compiler's threads do not survive a fork: a child would wait for them for ever."""
    return os.getpid()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


@lru_cache(maxsize=1)
def _template() -> Path:
    return Path(Engine.get_default().dirs[0], "papers", "paper.typ")
