"""How long a startup waits for its verdict: on an idle system, and in a burst of files.

The clock runs from just before the commit that hands the file in to just before the commit of
the last step: the database knows both, so nobody who asks again and again disturbs the workers.
Nothing sweeps meanwhile: what the workers do not ring for by themselves would be found missing.
"""

import random
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

from applications.models import Application
from scoring.screening.models import Step
from tests import factories
from tests.bench import drafts, noops, processes
from tests.bench.measuring import Delays, wait_until
from tests.bench.noops import Noops
from tests.bench.screenings import check, hand_in, is_quiet
from tests.databases import Urls, clone, pointed_at

PEOPLE = 8
WARM = 3  # files that do not count: each child connects with its first tasks
PAUSES = (0.05, 0.25)  # seconds between two files
BURST_SECONDS = 1800  # by then a burst must have drained


@dataclass(frozen=True)
class Burst:
    """So many files: seconds until all were handed in, until the last verdict, until nothing was
    left to write or send."""

    files: int
    handed_in: float
    screened: float
    quiet: float


def measure(template: Urls, *, files: int, burst: int) -> tuple[list[Delays], Burst]:
    """A no-op's round trip, then `files` one after another, then a burst.

    Raises Broken when a file was lost or doubled, or a step needed a second attempt.
    """
    with ExitStack() as stack:
        urls = stack.enter_context(clone(template))
        stack.enter_context(pointed_at(urls))
        people = [factories.make_user() for _person in range(PEOPLE)]
        pattern = factories.make_draft()
        stack.enter_context(processes.portal_workers(urls))
        with noops.worker() as control:
            told = _one_by_one(control, drafts.like(pattern, people, WARM + files))
        waited, drained = _burst(drafts.like(pattern, people, burst))
        return [*told, waited], drained


def _one_by_one(control: Noops, files: Sequence[Application]) -> list[Delays]:
    """A no-op, a file, a no-op, a file ...; each alone."""
    trips: list[float] = []
    handed_in: dict[int, datetime] = {}
    for file in files:
        time.sleep(random.uniform(*PAUSES))
        trips.append(control.round_trip())
        handed_in |= hand_in([file])
        wait_until(is_quiet, every=0.02, what="a verdict")
    check(files)
    waits = [*_waits(handed_in).values()]
    return [
        Delays("a no-op task's round trip", tuple(trips[WARM:])),
        Delays("submit to verdict, one file alone", tuple(waits[WARM:])),
    ]


def _burst(files: Sequence[Application]) -> tuple[Delays, Burst]:
    begun = time.monotonic()
    handed_in = hand_in(files)
    sent = time.monotonic() - begun
    wait_until(is_quiet, every=0.1, what="the burst has drained", within=BURST_SECONDS)
    quiet = time.monotonic() - begun
    check(files)
    waits = _waits(handed_in)
    first = min(handed_in.values())
    last = max((at - first).total_seconds() + waits[file] for file, at in handed_in.items())
    told = Burst(len(files), *(round(one, 1) for one in (sent, last, quiet)))
    return Delays(f"submit to verdict, {len(files):,} at once", tuple(waits.values())), told


def _waits(handed_in: Mapping[int, datetime]) -> dict[int, float]:
    """Seconds to each file's verdict."""
    last = Step.objects.filter(run__submission__application__in=handed_in, name=Step.Name.SCORE)
    ends = last.values_list("run__submission__application", "finished_at")
    return {file: (at - handed_in[file]) / timedelta(seconds=1) for file, at in ends if at}
