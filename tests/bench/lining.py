"""The exact funding line of many files beside that of a few, so that the ratio is the growth."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from random import Random
from time import perf_counter

from brustart.awards.lining import Candidate, Method, Money, divide
from tests.bench.measuring import Broken, Delays, Figure, beside

SHARE = Decimal("0.3")  # of what all files ask: what the line divides


def files(number: int, seed: int) -> list[Candidate]:
    """Ranked files with means of four decimals, as calibrated marks have; the same for a seed."""
    dice = Random(seed)
    means = sorted((dice.randrange(25_000, 48_000) for _file in range(number)), reverse=True)
    asked = [Decimal(dice.randrange(25, 251) * 1000) for _file in means]
    return [
        Candidate(
            file=place, place=place, value=Decimal(mean) / 10_000, asked=asks,
            minimum=asks * 6 / 10, expected=Decimal(place), low=Decimal(max(1, place - 2)),
            high=Decimal(place + 2), track=dice.choice(("digital", "ehealth")),
        )
        for place, (mean, asks) in enumerate(zip(means, asked, strict=True), start=1)
    ]  # fmt: skip


def line(number: int, seed: int) -> float:
    """Seconds until the best total is proven, with a bound for one track."""
    ranked = files(number, seed)
    total = sum((one.asked for one in ranked), Decimal(0)) * SHARE
    money = Money(total, {"ehealth": total / 4})
    begun = perf_counter()
    found = divide(ranked, money, Method.BEST_TOTAL)
    seconds = perf_counter() - begun
    worth = [
        sum(one.candidate.value for one in division.funded)
        for division in (found, divide(ranked, money, Method.BY_RANK))
    ]
    if found.total > total or worth[0] < worth[1]:
        raise Broken(f"the best total of {number} files is not the best")
    return seconds


def measure_line(*, rounds: int, lined: Sequence[int]) -> tuple[Figure, Delays]:
    """`lined`: two numbers of files, the smaller first; each round has files of its own."""
    small, large = lined
    seeds, taken = {number: count() for number in lined}, []

    def run(number: int) -> float:
        seconds = line(number, next(seeds[number]))
        if number == large:
            taken.append(seconds)
        return number / seconds

    figure = beside(
        "exact funding line, files",
        control=(f"{small:,} files", lambda: run(small)),
        ours=(f"{large:,} files", lambda: run(large)),
        rounds=rounds,
    )
    return figure, Delays(f"exact funding line of {large:,} files", tuple(taken[1:]))
