"""Which reviewers read which files: the cheapest way to give each its readers, found exactly.

A minimum-cost flow (OR-tools) from readers to files: never in conflict, only in a language one
reads, no more than one can take, at least one reader of e-health on an e-health file; beyond that
expertise counts, an even load, and what was planned before. Pure functions of their arguments.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

MISSING = 1_000_000  # the cost of a reader that a file does not get
NO_TOPIC, TOPIC, TOPICS = 90, 30, 3  # a pair without, less for each shared topic, at most
LOAD = 120  # the cost of the last file that somebody can take; the first one costs nearly nothing
MOVED = 400  # of taking a file away from whom it was planned for
OVER = 50_000  # of each file beyond what somebody can take, where that is tried
TRIED = 200  # readings on each side, when two parts exchange readers

Pair = tuple[int, int]  # file, reader


@dataclass(frozen=True)
class File:
    """A file that wants `wanted` readers in all."""

    key: int
    language: str
    topics: frozenset[str] = frozenset()
    is_ehealth: bool = False
    wanted: int = 3


@dataclass(frozen=True)
class Reader:
    """Somebody of the panel; `capacity`: files in all, what they have already among them; `over`:
    how many more they might be asked to take."""

    key: int
    languages: frozenset[str]
    topics: frozenset[str] = frozenset()
    reads_ehealth: bool = False
    capacity: int = 10
    over: int = 0


@dataclass(frozen=True)
class Task:
    """`barred`: pairs that may not be; `kept`: those that stay whatever happens; `planned`: those
    that should stay if they can."""

    files: Sequence[File]
    readers: Sequence[Reader]
    barred: frozenset[Pair] = frozenset()
    kept: frozenset[Pair] = frozenset()
    planned: frozenset[Pair] = frozenset()

    @cached_property
    def ehealth(self) -> frozenset[int]:
        """Who reads files on e-health."""
        return frozenset(one.key for one in self.readers if one.reads_ehealth)

    def may_read(self, file: File, reader: Reader) -> bool:
        return file.language in reader.languages and (file.key, reader.key) not in self.barred


@dataclass(frozen=True)
class Short:
    """A file that lacks readers. `ehealth`: one of them must read e-health; the rest counts the
    panel: who reads the language, who of these is free of conflicts, who of these has room."""

    file: int
    missing: int
    ehealth: bool
    reading: int
    free: int
    roomy: int


@dataclass(frozen=True)
class Match:
    """New pairs beside the kept ones. `relax`: what alone would fill every gap, the least of it:
    for "capacity" reader -> further files, for the others nothing more."""

    pairs: frozenset[Pair]
    short: tuple[Short, ...]
    relax: Mapping[str, Mapping[int, int]]
    connected: bool


def match(task: Task) -> Match:
    """The cheapest assignment; with gaps, who lacks what and what to relax."""
    pairs = _connected(task, _flow(task))
    short = tuple(_short(task, pairs))
    return Match(
        pairs,
        short,
        _relax(task) if short else {},
        connected=len(_parts(task.kept | pairs)) <= 1,
    )


def cost(task: Task, pairs: Collection[Pair]) -> int:
    """What the flow makes as small as it can, for these new pairs beside the kept ones."""
    files, readers = {one.key: one for one in task.files}, {one.key: one for one in task.readers}
    load = Counter(reader for _file, reader in task.kept)
    total = MISSING * _missing(task, pairs)
    for file, reader in sorted(pairs):
        load[reader] += 1
        total += _pair_cost(task, files[file], readers[reader])
        total += _load_cost(readers[reader], load[reader])
    return total


def _pair_cost(task: Task, file: File, reader: Reader) -> int:
    shared = min(len(file.topics & reader.topics), TOPICS)
    planned = (file.key, reader.key) in task.planned
    return NO_TOPIC - TOPIC * shared + (0 if planned or not task.planned else MOVED)


def _load_cost(reader: Reader, nth: int) -> int:
    """Of somebody's nth file: it grows, so that a load is spread evenly over what each can take."""
    if nth > reader.capacity:
        return OVER
    return LOAD * (2 * nth - 1) // (2 * reader.capacity)


def _given(task: Task, pairs: Iterable[Pair]) -> Mapping[int, set[int]]:
    """Who reads each file."""
    given: dict[int, set[int]] = defaultdict(set)
    for file, reader in (*task.kept, *pairs):
        given[file].add(reader)
    return given


def _gaps(task: Task, file: File, given: Collection[int]) -> tuple[int, int]:
    """Readers that a file lacks beside those given: of e-health (0 or 1), and any."""
    special = int(file.is_ehealth and file.wanted > 0 and not task.ehealth.intersection(given))
    return special, max(0, file.wanted - special - len(given))


def _missing(task: Task, pairs: Collection[Pair]) -> int:
    given = _given(task, pairs)
    return sum(sum(_gaps(task, one, given[one.key])) for one in task.files)


def _flow(task: Task) -> frozenset[Pair]:
    """Nodes: a source, readers, one for each pair that could fill either of two places, the places
    of files (for a reader of e-health, for any), a sink."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # large, and rarely needed

    flow, nodes = SimpleMinCostFlow(), _Numbers()
    load = Counter(reader for _file, reader in task.kept)
    source, sink = nodes["source"], nodes["sink"]
    for reader in task.readers:
        for nth in range(load[reader.key] + 1, reader.capacity + reader.over + 1):
            flow.add_arc_with_capacity_and_unit_cost(
                source, nodes["reader", reader.key], 1, _load_cost(reader, nth)
            )
    taken, wanted, given = {}, 0, _given(task, ())
    for file in task.files:
        lacking = _gaps(task, file, given[file.key])
        gaps = dict(zip(("special", "general"), lacking, strict=True))
        places = {kind: nodes[kind, file.key] for kind, number in gaps.items() if number}
        for kind, node in places.items():
            flow.add_arc_with_capacity_and_unit_cost(node, sink, gaps[kind], 0)
            flow.add_arc_with_capacity_and_unit_cost(source, node, gaps[kind], MISSING)
            wanted += gaps[kind]
        for reader in task.readers if places else ():
            pair = (file.key, reader.key)
            if pair in task.kept or not task.may_read(file, reader):
                continue
            ends = [
                node for kind, node in places.items() if kind == "general" or reader.reads_ehealth
            ]
            middle = nodes["pair", pair]
            arc = flow.add_arc_with_capacity_and_unit_cost(
                nodes["reader", reader.key], middle, 1, _pair_cost(task, file, reader)
            )
            taken[arc] = pair
            for end in ends:
                flow.add_arc_with_capacity_and_unit_cost(middle, end, 1, 0)
    flow.set_node_supply(source, wanted)
    flow.set_node_supply(sink, -wanted)
    assert flow.solve() == flow.OPTIMAL  # every gap may stay one, at its price
    return frozenset(pair for arc, pair in taken.items() if flow.flow(arc))


class _Numbers(dict[object, int]):
    """A number for each node, given when it is first named."""

    def __missing__(self, name: object) -> int:
        self[name] = len(self)
        return self[name]


def _short(task: Task, pairs: frozenset[Pair]) -> Iterator[Short]:
    load, given = Counter(reader for _file, reader in task.kept | pairs), _given(task, pairs)
    for file in task.files:
        special, general = _gaps(task, file, given[file.key])
        if not special + general:
            continue
        needed = [one for one in task.readers if one.reads_ehealth or general]
        reading = [one for one in needed if file.language in one.languages]
        free = [one for one in reading if (file.key, one.key) not in task.barred]
        roomy = [
            one for one in free if load[one.key] < one.capacity and one.key not in given[file.key]
        ]
        yield Short(file.key, special + general, bool(special), len(reading), len(free), len(roomy))


def _relax(task: Task) -> dict[str, Mapping[int, int]]:
    """Which single rule, given up, would leave no gap. Conflicts never are."""
    every = frozenset(file.language for file in task.files)
    readers, files = task.readers, task.files
    others = {
        "capacity": replace(task, readers=[replace(one, over=len(files)) for one in readers]),
        "language": replace(task, readers=[replace(one, languages=every) for one in readers]),
        "ehealth": replace(task, files=[replace(one, is_ehealth=False) for one in files]),
    }
    found = {name: (other, _flow(other)) for name, other in others.items()}
    return {
        name: _over(other, pairs)
        for name, (other, pairs) in found.items()
        if not _missing(other, pairs)
    }


def _over(task: Task, pairs: frozenset[Pair]) -> dict[int, int]:
    """By how many files each reader's capacity is passed."""
    load = Counter(reader for _file, reader in task.kept | pairs)
    over = {one.key: load[one.key] - one.capacity for one in task.readers}
    return {key: more for key, more in over.items() if more > 0}


def _parts(pairs: Iterable[Pair]) -> list[set[int]]:
    """Files that hang together through shared readers; one without readers is no part."""
    of_reader: dict[int, set[int]] = defaultdict(set)
    for file, reader in pairs:
        of_reader[reader].add(file)
    parts: list[set[int]] = []
    for files in of_reader.values():
        touching = [part for part in parts if part & files]
        parts = [part for part in parts if not part & files]
        parts.append(files.union(*touching))
    return parts


def _connected(task: Task, pairs: frozenset[Pair]) -> frozenset[Pair]:
    """The same with as few exchanges as it takes to make one part of all files, each as cheap as
    it can be: without that, severities cannot be compared (calibrating.py)."""
    while len(parts := _parts(task.kept | pairs)) > 1:
        joined = next(
            (
                other
                for other in _exchanges(task, pairs, min(parts, key=len))
                if len(_parts(task.kept | other)) < len(parts)
            ),
            None,
        )
        if joined is None:
            break
        pairs = joined
    return pairs


def _exchanges(task: Task, pairs: frozenset[Pair], part: set[int]) -> Iterator[frozenset[Pair]]:
    """A file of the part and one outside exchange a reader, the cheapest first."""
    files, readers = {one.key: one for one in task.files}, {one.key: one for one in task.readers}
    given = _given(task, pairs)

    def possible(file: int, old: int, new: int) -> bool:
        after = given[file] - {old} | {new}
        may = task.may_read(files[file], readers[new]) and new not in given[file]
        return may and _gaps(task, files[file], after) == _gaps(task, files[file], given[file])

    def price(file: int, reader: int) -> int:
        return _pair_cost(task, files[file], readers[reader])

    inside = [pair for pair in sorted(pairs) if pair[0] in part][:TRIED]
    outside = [pair for pair in sorted(pairs) if pair[0] not in part][:TRIED]
    found = [
        (price(a, s) + price(b, r) - price(a, r) - price(b, s), (a, r), (b, s))
        for a, r in inside
        for b, s in outside
        if r != s and possible(a, r, s) and possible(b, s, r)
    ]
    for _more, (a, r), (b, s) in sorted(found):
        yield pairs - {(a, r), (b, s)} | {(a, s), (b, r)}
