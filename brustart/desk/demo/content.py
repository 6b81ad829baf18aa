"""The demo's texts: people, files, comments (TOML beside this room; all fictional)."""

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any


@cache
def read(name: str) -> dict[str, Any]:
    """`people`, `files`, `panel`, `pools`, `comments`, `spending` or `example`."""
    text = Path(__file__).with_name(f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text, parse_float=Decimal)


def band(mark: Decimal) -> str:
    """Which comments fit a mark."""
    return "low" if mark <= 2 else "mid" if mark < 4 else "high"


@cache
def _comments(criterion: str, of_band: str, language: str) -> Iterator[str]:
    return cycle(
        [
            row["text"]
            for row in read("comments")["comment"]
            if (row["criterion"], row["band"], row["language"]) == (criterion, of_band, language)
        ]
    )


def reason(review: dict[str, Any], criterion: str, mark: Decimal, language: str) -> str:
    """Why this mark: the reviewer's own sentence, else the next one that fits."""
    own: str | None = review.get("reasons", {}).get(criterion)
    return own or next(_comments(criterion, band(mark), language))
