"""Lists of activities by NACE-BEL code and day (sectors.toml)."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class List:
    """Codes of one version of the nomenclature; each stands for everything below it."""

    id: str
    version: str
    codes: tuple[str, ...]
    basis: str
    source: str
    valid_from: date
    valid_to: date | None
    verified: bool

    @property
    def citation(self) -> str:
        return f"{self.basis} ({self.source})"

    def counts_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def holds(self, activity: str) -> bool:
        """`activity`: version:code."""
        version, _colon, code = activity.partition(":")
        return version == self.version and code.startswith(self.codes)


@cache
def lists() -> tuple[List, ...]:
    """Every list there is, whenever it counts."""
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["list"]
    return tuple(
        List(**{**row, "codes": tuple(row["codes"]), "valid_to": row.get("valid_to")})
        for row in rows
    )


def newest(activities: Sequence[str]) -> list[str]:
    """The activities in the newest version that has any: older codes repeat the same work."""
    version = max((one.partition(":")[0] for one in activities), default="")
    return sorted({one for one in activities if one.startswith(f"{version}:")})


def on_list(name: str, activities: Sequence[str], day: date) -> tuple[list[str], str]:
    """Which of these activities the list has on that day, and its source.

    Raises LookupError when no such list counts on that day.
    """
    current = [one for one in lists() if one.id == name and one.counts_on(day)]
    if not current:
        raise LookupError(f"no list {name} is valid on {day}")
    matched = [each for each in current if any(map(each.holds, activities))]
    listed = [one for one in activities if any(each.holds(one) for each in matched)]
    return listed, (matched or current)[0].citation
