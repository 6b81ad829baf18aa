"""Agreement between reviewers: the published example, and where it is not defined."""

import krippendorff
import numpy as np
import pytest

from scoring.review.agreement import agreement

NONE = np.nan
# Krippendorff's example, four raters and twelve units (domain.md, section 11, S79).
UNITS = [
    [1, 1, NONE, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
    [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [NONE, 5, 5, 5], [NONE, NONE, 1, 1],
    [NONE, NONE, 3, NONE],
]  # fmt: skip


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_the_package_gives_the_published_values(level: str, alpha: float) -> None:
    table = np.array(UNITS).T
    found = krippendorff.alpha(reliability_data=table, level_of_measurement=level)
    assert round(found, 3) == alpha


def test_ours_is_the_ordinal_one_with_an_interval_around_it() -> None:
    files = [[[mark for mark in unit if not np.isnan(mark)]] for unit in UNITS]
    found = agreement(files, seed=1)
    assert found is not None
    assert found.alpha == 0.815
    assert found.low < 0.815 < found.high
    assert agreement(files, seed=1) == found


@pytest.mark.parametrize("files", [[], [[[3.0]]], [[[3.0, 3.0]], [[3.0, 3.0]]]])
def test_it_is_not_defined_without_a_difference(files: list[list[list[float]]]) -> None:
    assert agreement(files, seed=1) is None


def test_halves_count_as_marks_of_their_own() -> None:
    assert agreement([[[2.5, 3.0]], [[4.5, 4.5]]], seed=1) is not None
