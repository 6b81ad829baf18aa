"""The calibration: it recovers what was planted, agrees with a closed form, and repeats itself."""

from functools import cache

import numpy as np
import pytest
from numpy.random import RandomState

from scoring.review import calibrating
from scoring.review.calibrating import Calibration, Fixed, Marked, calibrate, is_connected

FILES, REVIEWERS, EACH = 200, 15, 3


@cache
def simulated(seed: int) -> tuple[list[float], list[float], list[Marked], Calibration]:
    """True means, true severities, marks of a panel, and what is made of them."""
    random = RandomState(seed)
    means = random.normal(3.0, 0.8, FILES)
    severities = random.normal(0.0, 0.5, REVIEWERS)
    marks = [
        Marked(file, int(who), float(means[file] + severities[who] + random.normal(0.0, 0.5)))
        for file in range(FILES)
        for who in random.choice(REVIEWERS, EACH, replace=False)
    ]
    return list(means), list(severities), marks, calibrate(marks, seed=seed)


def ranks(values: list[float]) -> np.ndarray:
    order = np.argsort(-np.array(values))
    places = np.empty(len(values))
    places[order] = np.arange(1, len(values) + 1)
    return places


def plain_means(marks: list[Marked]) -> list[float]:
    return [
        float(np.mean([one.value for one in marks if one.file == file])) for file in range(FILES)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_it_recovers_planted_severities(seed: int) -> None:
    _means, severities, _marks, found = simulated(seed)
    drawn = [found.severities[key] for key in range(REVIEWERS)]
    assert np.corrcoef(drawn, severities)[0, 1] > 0.95
    assert np.abs(np.array(drawn) - severities - np.mean(drawn) + np.mean(severities)).max() < 0.3


@pytest.mark.parametrize("seed", range(4))
def test_it_ranks_better_than_the_plain_mean(seed: int) -> None:
    means, _severities, marks, found = simulated(seed)
    true = ranks(means)
    calibrated = np.array([found.estimates[file].rank for file in range(FILES)])
    assert np.abs(calibrated - true).mean() < 0.95 * np.abs(ranks(plain_means(marks)) - true).mean()
    means_found = np.array([found.estimates[file].mean for file in range(FILES)])
    off = ((means_found - means) ** 2).mean()
    assert off < 0.9 * ((np.array(plain_means(marks)) - means) ** 2).mean()


def test_half_of_the_truths_lie_in_their_50_percent_intervals() -> None:
    inside = total = 0
    for seed in range(4):
        means, _severities, _marks, found = simulated(seed)
        for file, place in enumerate(ranks(means)):
            inside += found.estimates[file].low <= place <= found.estimates[file].high
            total += 1
    assert 0.42 < inside / total < 0.58


@pytest.mark.parametrize("seed", range(4))
def test_the_chains_agree(seed: int) -> None:
    found = simulated(seed)[3]
    assert found.r_hat < 1.05
    assert found.draws == calibrating.CHAINS * calibrating.KEPT


def test_it_agrees_with_the_closed_form_where_the_variances_are_known() -> None:
    """Then all is one Gaussian: its mean solves the normal equations, with mu left flat."""
    random, fixed = RandomState(7), Fixed(files=0.6, marks=0.3)
    marks = [
        Marked(file, int(who), float(random.normal(3.0, 1.0)))
        for file in range(12)
        for who in random.choice(5, 3, replace=False)
    ]
    design = np.zeros((len(marks), 1 + 12 + 5))
    for row, one in enumerate(marks):
        design[row, [0, 1 + one.file, 13 + one.reviewer]] = 1
    prior = np.diag([0.0] + [1 / fixed.files] * 12 + [1 / calibrating.SEVERITY_VARIANCE] * 5)
    precision = design.T @ design / fixed.marks + prior
    values = np.array([one.value for one in marks])
    exact = np.linalg.solve(precision, design.T @ values / fixed.marks)
    covariance = np.linalg.inv(precision)
    found = calibrate(marks, seed=1, fixed=fixed)
    for file in range(12):
        variance = covariance[0, 0] + covariance[1 + file, 1 + file] + 2 * covariance[0, 1 + file]
        estimate = found.estimates[file]
        assert estimate.mean == pytest.approx(exact[0] + exact[1 + file], abs=0.05)
        assert estimate.deviation == pytest.approx(float(np.sqrt(variance)), rel=0.1)
    for who in range(5):
        assert found.severities[who] == pytest.approx(exact[13 + who], abs=0.05)


def test_the_same_seed_gives_the_same_numbers_in_any_order_of_rows() -> None:
    _means, _severities, marks, found = simulated(1)
    assert calibrate(marks[::-1], seed=1) == found
    assert calibrate(marks, seed=2) != found


def test_where_everybody_marks_everything_the_order_is_that_of_the_means() -> None:
    """Severity cancels (domain.md, section 11)."""
    marks = [Marked(file, who, 1.0 + file / 2 + who / 4) for file in range(6) for who in range(3)]
    found = calibrate(marks, seed=1)
    order = sorted(found.estimates, key=lambda file: found.estimates[file].rank)
    assert order == [5, 4, 3, 2, 1, 0]


def test_two_files_have_their_plain_means() -> None:
    found = calibrate([Marked(1, 1, 2.0), Marked(1, 2, 4.0), Marked(2, 1, 4.0)], seed=1)
    assert (found.estimates[1].mean, found.estimates[2].rank, found.draws) == (3.0, 1.0, 0)


def test_parts_that_share_no_reviewer_do_not_hang_together() -> None:
    apart = [Marked(1, 1, 3.0), Marked(2, 1, 4.0), Marked(3, 2, 4.0)]
    assert not is_connected(apart)
    assert is_connected([*apart, Marked(2, 2, 1.0)])
    assert is_connected([])


def test_marks_all_alike_leave_all_files_in_one_place() -> None:
    found = calibrate([Marked(file, who, 3.0) for file in range(5) for who in range(3)], seed=1)
    assert all(abs(one.rank - 3) < 0.5 for one in found.estimates.values())
