"""The handed-in reviews of a call as the statistics take them, and their results as rows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from applications.states import JUDGED
from brustart.core.hashing import sha256
from brustart.fund.models import Call

from .agreement import agreement
from .calibrating import METHOD, Calibration, Estimate, Marked
from .models import Mark, Review


@dataclass(frozen=True)
class Reading:
    """One handed-in review: its marks by criterion, of those that were given."""

    file: int
    reviewer: int
    marks: Mapping[str, Decimal]


def readings(call: Call) -> list[Reading]:
    """Every review that counts for the ranking, in the order of files and reviewers."""
    rows = Mark.objects.filter(
        review__state=Review.State.DONE,
        review__application__call=call,
        review__application__state__in=JUDGED,
        value__isnull=False,
    ).values_list("review__application", "review__reviewer", "criterion", "value")
    found: dict[tuple[int, int], dict[str, Decimal]] = defaultdict(dict)
    for file, reviewer, criterion, value in rows.order_by():
        assert value is not None
        found[file, reviewer][criterion] = value
    return [Reading(file, reviewer, marks) for (file, reviewer), marks in sorted(found.items())]


def marked(given: Iterable[Reading], weights: Mapping[str, int]) -> list[Marked]:
    """Each review as one mark of 5: the weighted mean of what was given."""
    return [
        Marked(
            one.file,
            one.reviewer,
            float(
                sum(value * weights[name] for name, value in one.marks.items())
                / sum(weights[name] for name in one.marks)
            ),
        )
        for one in given
    ]


def seed_of(given: Sequence[Reading]) -> int:
    """The same for the same marks, so that looking again changes no place."""
    rows = [[one.file, one.reviewer, dict(one.marks)] for one in given]
    return int(sha256({"schema": 1, "marks": rows})[:8], 16)


def placed(found: Calibration) -> Iterator[tuple[int, int, Estimate]]:
    """Files with their places, the best first; equal means share one."""
    ordered = sorted(found.estimates.items(), key=lambda one: (-one[1].mean, one[0]))
    places: dict[float, int] = {}
    for number, (file, estimate) in enumerate(ordered, start=1):
        yield file, places.setdefault(estimate.mean, number), estimate


def numbers(estimate: Estimate) -> dict[str, Decimal]:
    """An estimate as the columns of a Rank."""
    return {
        "calibrated": Decimal(str(estimate.mean)),
        "deviation": Decimal(str(estimate.deviation)),
        "expected": Decimal(str(estimate.rank)),
        "low": Decimal(str(estimate.low)),
        "high": Decimal(str(estimate.high)),
    }


def statistics(given: Sequence[Reading], found: Calibration, *, seed: int) -> dict[str, Any]:
    """The columns of PanelStatistics, but for when."""
    agreed = agreement(_by_criterion(given), seed=seed)
    return {
        "method": METHOD,
        "seed": seed,
        "draws": found.draws,
        "r_hat": Decimal(str(found.r_hat)),
        "connected": found.connected,
        "severities": [str(one) for one in sorted(found.severities.values())],
        "files": len(found.estimates),
        "fewest": min((one.n for one in found.estimates.values()), default=0),
        "alpha": Decimal(str(agreed.alpha)) if agreed else None,
        "alpha_low": Decimal(str(agreed.low)) if agreed else None,
        "alpha_high": Decimal(str(agreed.high)) if agreed else None,
    }


def _by_criterion(given: Iterable[Reading]) -> list[list[list[float]]]:
    """The marks of each criterion of each file."""
    files: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for one in given:
        for name, value in one.marks.items():
            files[one.file][name].append(float(value))
    return [list(criteria.values()) for criteria in files.values()]
