"""The guards that `make mutants` takes out are still where it looks for them."""

import pytest

from . import __main__ as mutants


@pytest.mark.parametrize("guard", mutants.guards(), ids=lambda guard: guard.name)
def test_a_guard_stands_once_where_its_entry_says(guard: mutants.Guard) -> None:
    assert (mutants.ROOT / guard.file).read_text("utf-8").count(guard.old) == 1
    assert guard.tests
    assert all((mutants.ROOT / one).exists() for one in guard.tests)
