"""A figure is a rate of ours beside a control's: interleaved runs, compared pair by pair.

The machine's speed drifts during a run; the two halves of a pair meet the same machine, so the
ratio is the result, and the rates are only for orientation.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median, quantiles

WAIT_SECONDS = 60

Run = Callable[[], float]  # returns things a second
Job = Callable[[Callable[[], object]], int]  # calls `ready` once prepared, returns things done


class Broken(Exception):
    """What was measured did not do its work, so there is no figure."""


@dataclass(frozen=True)
class Side:
    """What was run, and its rate (1/s) in each round."""

    what: str
    rates: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.rates)


@dataclass(frozen=True)
class Figure:
    name: str
    control: Side
    ours: Side

    @property
    def ratios(self) -> tuple[float, ...]:
        pairs = zip(self.ours.rates, self.control.rates, strict=True)
        return tuple(ours / control for ours, control in pairs)

    @property
    def ratio(self) -> float:
        return median(self.ratios)


@dataclass(frozen=True)
class Delays:
    """How long each of so many things took, in seconds."""

    what: str
    each: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.each)

    @property
    def late(self) -> float:
        """The 95th percentile: one in twenty took longer."""
        return quantiles(self.each, n=20, method="inclusive")[-1]


def beside(name: str, *, control: tuple[str, Run], ours: tuple[str, Run], rounds: int) -> Figure:
    """Run control, ours, control, ours ...; the first pair warms up and does not count."""
    rates = [(control[1](), ours[1]()) for _round in range(rounds + 1)][1:]
    controls, own = zip(*rates, strict=True)
    return Figure(name, Side(control[0], controls), Side(ours[0], own))


def together(jobs: Sequence[Job]) -> float:
    """Do the jobs at once, a thread each; things a second from when all are ready."""
    start = threading.Barrier(len(jobs) + 1, timeout=WAIT_SECONDS)

    def run(job: Job) -> int:
        try:
            return job(start.wait)
        except BaseException:
            start.abort()  # nobody waits for one who does not come
            raise

    with ThreadPoolExecutor(len(jobs)) as threads:
        results = [threads.submit(run, job) for job in jobs]
        try:
            start.wait()
        except threading.BrokenBarrierError:
            raise Broken(_reason([one.exception() for one in results])) from None
        begun = time.perf_counter()
        done = sum(one.result() for one in results)
    return done / (time.perf_counter() - begun)


def _reason(errors: Sequence[BaseException | None]) -> str:
    told = [one for one in errors if one and not isinstance(one, threading.BrokenBarrierError)]
    return f"{type(told[0]).__name__}: {told[0]}" if told else "a job was never ready"


def wait_until(
    true: Callable[[], bool], *, every: float, what: str, within: float = WAIT_SECONDS
) -> None:
    """Ask every so many seconds. Raises Broken when it is not true within so many."""
    until = time.monotonic() + within
    while not true():
        if time.monotonic() > until:
            raise Broken(f"not within {within:g} s: {what}")
        time.sleep(every)


def same(what: str, found: Iterable[object], wanted: Iterable[object]) -> None:
    """Raise Broken unless both hold the same things, each as often."""
    there, due = Counter(found), Counter(wanted)
    if there != due:
        lost, more = (due - there).total(), (there - due).total()
        raise Broken(f"{what}: {lost} lost, {more} too many")
