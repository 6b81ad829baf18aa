"""Who proposes awards."""

import pytest

from brustart.accounts.models import Role, User
from tests import factories


@pytest.fixture
def manager() -> User:
    return factories.make_user(Role.FUND_MANAGER)
