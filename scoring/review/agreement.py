"""How far reviewers agree: Krippendorff's alpha for ordered marks, with a bootstrap interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import krippendorff
import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from ..grid import TOP_MARK

DRAWS = 500
DOMAIN = [half / 2 for half in range(2 * TOP_MARK + 1)]  # marks are given in halves
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Agreement:
    """`alpha`: 1 is full agreement, 0 what chance gives; `low` to `high`: its 95 % interval."""

    alpha: float
    low: float
    high: float


def agreement(files: Sequence[Sequence[Sequence[float]]], *, seed: int) -> Agreement | None:
    """Of the marks of each criterion of each file (`files[i][criterion]`: its marks, 0 to 5).

    None where alpha is not defined: no two marks of one thing, or all marks alike. The bootstrap
    draws whole files, whose criteria hang together.
    """
    counted = [np.array([_counts(marks) for marks in file]) for file in files if file]
    kept = [rows for rows in counted if (rows.sum(axis=1) > 1).any()]
    value = _alpha(kept)
    if value is None:
        return None
    random = RandomState(seed)
    drawn = []
    for _draw in range(DRAWS):
        chosen = random.randint(0, len(kept), len(kept))
        again = _alpha([kept[place] for place in chosen])
        drawn += [again] if again is not None else []
    low, high = np.percentile(drawn, (2.5, 97.5)) if drawn else (value, value)
    return Agreement(round(value, 3), round(float(low), 3), round(float(high), 3))


def _counts(marks: Sequence[float]) -> list[int]:
    """How often each mark of the scale was given."""
    given = [round(mark * 2) for mark in marks]
    return [given.count(half) for half in range(len(DOMAIN))]


def _alpha(files: Sequence[Counts]) -> float | None:
    if not files:
        return None
    counts = np.concatenate(files)
    counts = counts[counts.sum(axis=1) > 1]
    if (counts.sum(axis=0) > 0).sum() < 2:
        return None
    return float(
        krippendorff.alpha(value_counts=counts, value_domain=DOMAIN, level_of_measurement="ordinal")
    )
