from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from brustart.core.hashing import plain, sha256


def test_the_order_of_keys_does_not_matter() -> None:
    assert sha256({"a": 1, "b": [Decimal("1.50")]}) == sha256({"b": [Decimal("1.50")], "a": 1})


def test_times_are_the_same_instant_in_any_zone() -> None:
    brussels = timezone(timedelta(hours=1))
    assert plain(datetime(2026, 1, 1, 10, tzinfo=brussels)) == plain(
        datetime(2026, 1, 1, 9, tzinfo=UTC)
    )
    assert plain(date(2026, 1, 1)) == "2026-01-01"


def test_a_float_has_no_canonical_form() -> None:
    with pytest.raises(TypeError):
        plain({"amount": 0.1})


@dataclass(frozen=True)
class Inner:
    day: date
    amounts: tuple[Decimal, ...]


def test_a_dataclass_is_its_fields() -> None:
    known = {"one": Inner(date(2026, 11, 22), (Decimal("1.50"),))}
    assert plain(known) == {"one": {"day": "2026-11-22", "amounts": ["1.50"]}}
    with pytest.raises(TypeError):
        plain(Inner)
