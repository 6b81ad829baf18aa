"""The optimiser: as good as trying everything, never against a rule, and it says what lacks."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.review import matching
from scoring.review.matching import File, Pair, Reader, Task, match

LANGUAGES = ("fr", "nl")
TOPICS = ("care", "data", "field")


def subset(values: tuple[str, ...], least: int = 0) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values), min_size=least)


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    """Up to three files and four readers: few enough to try everything."""
    files = [
        File(key, draw(st.sampled_from(LANGUAGES)), draw(subset(TOPICS)), draw(st.booleans()),
             wanted=draw(st.integers(1, 2)))
        for key in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    readers = [
        Reader(100 + key, draw(subset(LANGUAGES, 1)), draw(subset(TOPICS)), draw(st.booleans()),
               capacity=draw(st.integers(1, 3)))
        for key in range(draw(st.integers(1, 4)))
    ]  # fmt: skip
    every = [(file.key, reader.key) for file in files for reader in readers]
    some = st.frozensets(st.sampled_from(every), max_size=3)
    return Task(files, readers, barred=draw(some), planned=draw(some))


def possible(task: Task) -> Iterator[frozenset[Pair]]:
    """Every assignment that breaks no rule."""
    choices = []
    for file in task.files:
        may = [(file.key, one.key) for one in task.readers if task.may_read(file, one)]
        sizes = range(min(file.wanted, len(may)) + 1)
        choices.append(list(chain.from_iterable(combinations(may, size) for size in sizes)))
    for chosen in product(*choices):
        pairs = frozenset(chain.from_iterable(chosen))
        if all(sum(who == one.key for _file, who in pairs) <= one.capacity for one in task.readers):
            yield pairs


@settings(max_examples=150, deadline=None, derandomize=True)
@given(task=tasks())
def test_nothing_that_is_possible_costs_less(task: Task) -> None:
    best = min(matching.cost(task, pairs) for pairs in possible(task))
    assert matching.cost(task, matching._flow(task)) == best


@settings(max_examples=150, deadline=None, derandomize=True)
@given(task=tasks())
def test_no_rule_is_ever_broken(task: Task) -> None:
    found = match(task)
    assert found.pairs in set(possible(task))
    lacking = {one.file: one.missing for one in found.short}
    ehealth = {one.key for one in task.readers if one.reads_ehealth}
    for file in task.files:
        readers = {who for key, who in found.pairs if key == file.key}
        assert len(readers) + lacking.get(file.key, 0) >= file.wanted
        special = [one for one in found.short if one.file == file.key and one.ehealth]
        assert bool(special) == (file.is_ehealth and not readers & ehealth)


def panel(files: int, readers: int, *, seed: int = 1) -> Task:
    """A panel as it may be, with room for all."""
    dice = Random(seed)
    topics = [f"topic {number}" for number in range(8)]
    return Task(
        [
            File(key, dice.choice(LANGUAGES), frozenset(dice.sample(topics, 2)), key % 3 == 0)
            for key in range(files)
        ],
        [
            Reader(
                1000 + key,
                frozenset(LANGUAGES if key % 2 else LANGUAGES[:1]),
                frozenset(dice.sample(topics, 3)),
                reads_ehealth=key % 2 == 1,
                capacity=4 * files // readers + 2,
            )
            for key in range(readers)
        ],
    )


def test_everybody_gets_an_even_share_of_what_they_can_take() -> None:
    task = replace(panel(24, 8), files=[File(key, "fr") for key in range(24)])
    found = match(task)
    loads = [sum(who == one.key for _file, who in found.pairs) for one in task.readers]
    assert loads == [9] * 8


def test_a_late_file_changes_nothing_of_the_rest() -> None:
    task = panel(30, 8)
    before = match(task).pairs
    late = replace(task, files=[*task.files, File(99, "fr")], planned=before)
    assert before <= match(late).pairs


def test_a_lost_reviewer_changes_little_of_the_rest() -> None:
    task = panel(30, 8)
    before = match(task).pairs
    lost = task.readers[0].key
    after = match(replace(task, readers=task.readers[1:], planned=before))
    others = {pair for pair in before if pair[1] != lost}
    assert len(others - after.pairs) <= 2
    assert not after.short


def test_what_was_begun_stays() -> None:
    task = replace(panel(6, 4), files=[File(key, "fr") for key in range(6)])
    kept = frozenset({(0, 1001), (1, 1003)})
    found = match(replace(task, kept=kept))
    assert not found.pairs & kept
    for file in task.files:
        assert sum(key == file.key for key, _who in found.pairs | kept) == 3


def test_two_halves_of_a_panel_are_joined() -> None:
    """By topics each half would read its own files: then nobody's severity could be compared."""
    files = [File(key, "fr", frozenset({"a" if key < 3 else "b"}), wanted=2) for key in range(6)]
    readers = [
        Reader(100 + key, frozenset({"fr"}), frozenset({"a" if key < 2 else "b"}), capacity=3)
        for key in range(4)
    ]
    task = Task(files, readers)
    apart = matching._flow(task)
    assert len(matching._parts(apart)) == 2
    found = match(task)
    assert found.connected
    assert len(apart - found.pairs) == 2


@pytest.mark.parametrize(
    ("changes", "relax"),
    [
        ({"languages": frozenset({"nl"})}, {"language"}),
        ({"capacity": 1}, {"capacity"}),
        ({"reads_ehealth": False}, {"ehealth"}),
    ],
)
def test_what_is_impossible_says_what_alone_would_make_it_possible(
    changes: dict[str, object], relax: set[str]
) -> None:
    able = {"languages": frozenset({"fr"}), "reads_ehealth": True, "capacity": 2}
    readers = [Reader(100 + key, **{**able, **changes}) for key in range(2)]  # type: ignore[arg-type]
    task = Task([File(key, "fr", is_ehealth=True, wanted=2) for key in range(2)], readers)
    found = match(task)
    assert found.short
    assert set(found.relax) == relax
    if "capacity" in relax:
        assert found.relax["capacity"] == {100: 1, 101: 1}  # the least of it


def test_a_conflict_is_never_relaxed() -> None:
    task = Task(
        [File(1, "fr", wanted=1)], [Reader(7, frozenset({"fr"}))], barred=frozenset({(1, 7)})
    )
    found = match(task)
    assert [(one.missing, one.reading, one.free) for one in found.short] == [(1, 1, 0)]
    assert found.relax == {}
