"""Figures of law and policy, by the day they are asked for (figures.toml)."""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    id: str
    value: Decimal
    unit: str
    basis: str
    source: str
    valid_from: date
    valid_to: date | None
    verified: bool


@cache
def _figures() -> tuple[Figure, ...]:
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["figure"]
    return tuple(
        Figure(**{**row, "value": Decimal(row["value"]), "valid_to": row.get("valid_to")})
        for row in rows
    )


def figure(id: str, on: date) -> Figure:
    """The figure valid on that day. Raises LookupError when none is."""
    for row in _figures():
        if row.id == id and row.valid_from <= on and (row.valid_to is None or on <= row.valid_to):
            return row
    raise LookupError(f"no figure {id} is valid on {on}")
