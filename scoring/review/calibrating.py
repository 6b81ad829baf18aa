"""Marks with the severity of reviewers taken out, and how sure the order is.

The model is that of the Swiss National Science Foundation (Heyard et al. 2022,
doi:10.1080/2330443X.2022.2086190; domain.md, section 11): y = mu + theta_i + lambda_ij + e, where
lambda_ij ~ N(nu_j, tau_lambda^2), e ~ N(0, sigma^2), theta_i ~ N(0, tau^2), nu_j ~ N(0, 0.5^2), and
sigma, tau, tau_lambda ~ U(0, 2). Each reviewer marks a file once, so that lambda and e are seen
only as their sum; its variance s^2 is drawn instead, uniform on (0, 4), which is what two uniform
deviations give there. Plain numpy: pure functions of their arguments and the seed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

METHOD = "snsf-gibbs-1"
CHAINS, BURN_IN, KEPT = 4, 300, 700  # draws of each chain
SEVERITY_VARIANCE = 0.5**2
LARGEST_VARIANCE, SMALLEST_VARIANCE = 2.0**2, 1e-6
FEWEST_FILES = 3  # with fewer there is no spread to learn from
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Marked:
    """One reviewer's mark of one file: the weighted mean over the criteria, 0 to 5."""

    file: int
    reviewer: int
    value: float


@dataclass(frozen=True)
class Estimate:
    """What a file's marks say: `mean` on the scale of the marks, its deviation, the expected rank
    (1 is best) and the 50 % interval of the rank."""

    n: int
    mean: float
    deviation: float
    rank: float
    low: float
    high: float


@dataclass(frozen=True)
class Calibration:
    """Estimates by file and severities by reviewer (never published by name); `r_hat`: the worst
    over all that was drawn, near 1 when the chains agree; `draws`: on which all of it rests."""

    estimates: Mapping[int, Estimate]
    severities: Mapping[int, float]
    r_hat: float
    draws: int
    connected: bool


@dataclass(frozen=True)
class _Panel:
    """Marks as arrays: `file` and `reviewer` are places in `files` and `reviewers`."""

    files: list[int]
    reviewers: list[int]
    file: NDArray[np.intp]
    reviewer: NDArray[np.intp]
    value: Floats

    @classmethod
    def of(cls, marks: Iterable[Marked]) -> "_Panel":
        """In an order of its own, so that the order of rows changes nothing."""
        rows = sorted(marks, key=lambda one: (one.file, one.reviewer))
        files = sorted({one.file for one in rows})
        reviewers = sorted({one.reviewer for one in rows})
        of_file = {key: place for place, key in enumerate(files)}
        of_reviewer = {key: place for place, key in enumerate(reviewers)}
        return cls(
            files,
            reviewers,
            np.array([of_file[one.file] for one in rows], dtype=np.intp),
            np.array([of_reviewer[one.reviewer] for one in rows], dtype=np.intp),
            np.array([one.value for one in rows], dtype=np.float64),
        )

    def sums(self, values: Floats, by: NDArray[np.intp], groups: int) -> Floats:
        """`values` (chains x marks) added up within each group: chains x groups."""
        return np.stack([np.bincount(by, row, minlength=groups) for row in values])


@dataclass(frozen=True)
class Fixed:
    """Variances that are known, for comparing with a closed form: of files, and of marks."""

    files: float
    marks: float


def calibrate(marks: Sequence[Marked], *, seed: int, fixed: Fixed | None = None) -> Calibration:
    """Draw from the model's posterior. Fewer than three files give their plain means."""
    panel = _Panel.of(marks)
    connected = is_connected(marks)
    if len(panel.files) < FEWEST_FILES:
        return Calibration(_plain(panel), {}, r_hat=1.0, draws=0, connected=connected)
    drawn = _draw(panel, RandomState(seed), fixed)
    scales = 1.0 if fixed else _r_hat(drawn.scales)
    severities = drawn.severities.mean(axis=(0, 1))
    return Calibration(
        _estimates(panel, drawn),
        dict(zip(panel.reviewers, _rounded(severities), strict=True)),
        r_hat=round(max(_r_hat(drawn.means), _r_hat(drawn.severities), scales), 3),
        draws=KEPT * CHAINS,
        connected=connected,
    )


@dataclass(frozen=True)
class _Drawn:
    """Kept draws of files' means, severities, and the two variances: draws x chains x each; and
    around what each mean was drawn, added up over the draws: chains x files."""

    means: Floats
    severities: Floats
    scales: Floats
    centres: Floats


def _draw(panel: _Panel, random: RandomState, fixed: Fixed | None) -> _Drawn:
    files, reviewers = len(panel.files), len(panel.reviewers)
    per_file = np.bincount(panel.file, minlength=files)
    per_reviewer = np.bincount(panel.reviewer, minlength=reviewers)
    shape = (CHAINS, 1)
    severity = random.normal(0.0, 0.5, (CHAINS, reviewers))
    mu = panel.value.mean() + random.normal(0.0, 0.5, shape)
    spread = np.full(shape, fixed.files) if fixed else random.uniform(0.05, 1.0, shape)
    noise = np.full(shape, fixed.marks) if fixed else random.uniform(0.05, 1.0, shape)
    kept = _Drawn(
        means=np.empty((KEPT, CHAINS, files)),
        severities=np.empty((KEPT, CHAINS, reviewers)),
        scales=np.empty((KEPT, CHAINS, 2)),
        centres=np.zeros((CHAINS, files)),
    )
    for turn in range(-BURN_IN, KEPT):
        # files, around mu
        precision = per_file / noise + 1.0 / spread
        rest = panel.value - severity[:, panel.reviewer]
        around = (panel.sums(rest, panel.file, files) / noise + mu / spread) / precision
        mean = around + random.standard_normal(around.shape) / np.sqrt(precision)
        # reviewers, around nought
        precision = per_reviewer / noise + 1.0 / SEVERITY_VARIANCE
        rest = panel.value - mean[:, panel.file]
        centre = panel.sums(rest, panel.reviewer, reviewers) / noise / precision
        severity = centre + random.standard_normal(centre.shape) / np.sqrt(precision)
        # all severities and all files against each other, which the marks cannot tell apart
        shift = random.normal(0.0, np.sqrt(SEVERITY_VARIANCE / reviewers), shape)
        shift -= severity.mean(axis=1, keepdims=True)
        severity, mean, around = severity + shift, mean - shift, around - shift
        mu = mean.mean(axis=1, keepdims=True)
        mu = mu + random.standard_normal(shape) * np.sqrt(spread / files)
        if fixed is None:
            left = panel.value - mean[:, panel.file] - severity[:, panel.reviewer]
            noise = _variance(random, len(panel.value) / 2 - 1, (left**2).sum(1, keepdims=True))
            apart = ((mean - mu) ** 2).sum(1, keepdims=True)
            spread = _variance(random, (files - 1) / 2, apart)
        if turn >= 0:
            kept.means[turn], kept.severities[turn] = mean, severity
            kept.centres[:] += around
            kept.scales[turn] = np.concatenate([spread, noise], axis=1)
    return kept


def _variance(random: RandomState, shape: float, squares: Floats) -> Floats:
    """Of an inverse gamma cut off where the prior ends. The cut is nearly never reached, so a draw
    beyond it is made again a few times and then taken as the end."""
    drawn = np.full(squares.shape, np.inf)
    for _again in range(20):
        beyond = drawn > LARGEST_VARIANCE
        if not beyond.any():
            break
        fresh = squares / 2 / np.maximum(random.gamma(max(shape, 0.5), 1.0, squares.shape), 1e-12)
        drawn = np.where(beyond, fresh, drawn)
    return np.clip(drawn, SMALLEST_VARIANCE, LARGEST_VARIANCE)


def _estimates(panel: _Panel, drawn: _Drawn) -> dict[int, Estimate]:
    """The mean is that of the centres (Rao-Blackwell): files that the same reviewers marked alike
    have the very same one."""
    means = drawn.means.reshape(-1, len(panel.files))
    centres = drawn.centres.sum(0) / len(means)
    order = np.argsort(-means, axis=1, kind="stable")
    ranks = np.empty(means.shape, dtype=np.int32)
    places = np.arange(1, means.shape[1] + 1, dtype=np.int32)
    np.put_along_axis(ranks, order, np.broadcast_to(places, means.shape), axis=1)
    low, high = np.percentile(ranks, (25, 75), axis=0)
    columns = (centres, means.std(0), ranks.mean(0), low, high)
    rows = zip(*map(_rounded, columns), strict=True)
    counts = np.bincount(panel.file)
    return {
        file: Estimate(int(n), *row) for file, n, row in zip(panel.files, counts, rows, strict=True)
    }


def _plain(panel: _Panel) -> dict[int, Estimate]:
    counts = np.bincount(panel.file)
    means = np.bincount(panel.file, panel.value) / counts
    order = sorted(range(len(means)), key=lambda place: -means[place])
    ranks = {place: float(rank) for rank, place in enumerate(order, start=1)}
    return {
        file: Estimate(
            int(counts[at]), round(float(means[at]), 4), 0.0, ranks[at], ranks[at], ranks[at]
        )
        for at, file in enumerate(panel.files)
    }


def _r_hat(draws: Floats) -> float:
    """The worst split R-hat over the last axis; draws x chains x each."""
    half = len(draws) // 2
    split = np.concatenate([draws[:half], draws[half : 2 * half]], axis=1)
    within = split.var(axis=0, ddof=1).mean(axis=0)
    between = split.mean(axis=0).var(axis=0, ddof=1)
    ratio = (within * (half - 1) / half + between) / np.maximum(within, 1e-12)
    return float(np.sqrt(ratio).max())


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), 4) for value in values]


def is_connected(marks: Iterable[Marked]) -> bool:
    """Whether reviewers and files hang together through shared readings: without that, the
    severity of one part cannot be compared with the other's."""
    root: dict[tuple[str, int], tuple[str, int]] = {}

    def find(node: tuple[str, int]) -> tuple[str, int]:
        root.setdefault(node, node)
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    for one in marks:
        root[find(("file", one.file))] = find(("reviewer", one.reviewer))
    return len({find(node) for node in list(root)}) <= 1
