"""One entry of files.toml, as expanding.py reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from dateutil.relativedelta import relativedelta

from . import content

Answers = dict[str, Any]
COSTS = ("personnel", "subcontracting", "equipment", "other")


@dataclass(frozen=True)
class Entry:
    """What was told of a file, the day it is handed in, and who leads the startup."""

    told: Mapping[str, Any]
    on: date
    founder: str

    def of(self, section: str) -> Mapping[str, Any]:
        said: Mapping[str, Any] = self.told.get(section, {})
        return said

    @property
    def pool(self) -> Mapping[str, Any]:
        """What to draw from, in the file's language."""
        pool: Mapping[str, Any] = content.read("pools")[self.told["language"]]
        return pool

    @property
    def name(self) -> str:
        return str(self.of("startup")["startup_name"])

    @property
    def is_ehealth(self) -> bool:
        return bool(self.of("project").get("track") == "ehealth")

    @property
    def is_whole(self) -> bool:
        """Whether every section is filled in: a draft without a budget is not that far."""
        return "budget" in self.told

    @property
    def founded_on(self) -> date:
        return self.on - relativedelta(months=self.of("startup")["age_months"])

    @property
    def begins_on(self) -> date:
        """The first day of the project: a quarter's, three to six months after submission."""
        later = self.on + relativedelta(months=6)
        return later.replace(month=(later.month - 1) // 3 * 3 + 1, day=1)

    @property
    def costs(self) -> Decimal:
        return sum((Decimal(self.of("budget")[name]) for name in COSTS), Decimal(0))

    def dice(self, about: str) -> Random:
        """The same choices for the same file, whatever else is chosen."""
        return Random(f"{self.told['key']}:{about}")


def parts(total: Decimal | int, count: int, step: int) -> Sequence[Decimal]:
    """A total in equal parts, in whole steps; the first takes what is over."""
    part = Decimal(total) / count // step * step
    return [Decimal(total) - part * (count - 1), *[part] * (count - 1)]
