"""The pre-score: bounded parts whose maxima make five for each criterion."""

from collections import defaultdict
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from scoring.grid import TOP_MARK, WEIGHTS, Criterion
from scoring.screening import criteria

from .test_eligibility import facts


def test_the_weights_make_a_hundred() -> None:
    assert sum(WEIGHTS.values()) == 100
    assert set(WEIGHTS) == set(Criterion)


def test_the_maxima_of_each_criterion_make_five() -> None:
    maxima: dict[str, Decimal] = defaultdict(Decimal)
    for part in criteria.parts(facts()):
        maxima[part.criterion] += part.maximum
    assert set(maxima.values()) == {Decimal(TOP_MARK)}


def test_a_known_file_by_hand() -> None:
    scored = {part.name: part.value for part in criteria.parts(facts())}
    assert scored == {
        "novelty": Decimal("2.33"),
        "readiness": Decimal("1.50"),
        "milestones": Decimal("3.00"),
        "duration": Decimal("2.00"),
        "full_time": Decimal("2.00"),
        "founders": Decimal("0.50"),
        "skills": Decimal("1.00"),
        "customers": Decimal("2.00"),
        "cofinancing": Decimal("1.00"),
        "jobs": Decimal("1.50"),
        "spent": Decimal("1.60"),
    }
    # 25 x 3.83 + 20 x 5 + 20 x 3.5 + 20 x 3 + 15 x 3.1, all / 5
    assert criteria.total(list(criteria.parts(facts()))) == Decimal("74.45")


@given(
    requested=st.none() | st.decimals("0", "250000", places=2),
    personnel=st.none() | st.decimals("0", "500000", places=2),
    cofinancing_secured=st.none() | st.decimals("0", "900000", places=2),
    trl=st.none() | st.integers(1, 9),
    milestones=st.none() | st.integers(0, 50),
    jobs_in_region=st.none() | st.integers(0, 1000),
    founders=st.none() | st.integers(1, 50),
)
def test_every_part_stays_within_its_bound(**changes) -> None:
    scored = list(criteria.parts(facts(**changes)))
    assert all(0 <= part.value <= part.maximum for part in scored)
    assert 0 <= criteria.total(scored) <= 100
