"""Who looks at the fund's pages."""

import pytest
from django.test import Client

from brustart.accounts.models import Role, User
from tests.factories import make_user


@pytest.fixture
def manager(client: Client) -> User:
    """A fund manager, logged in."""
    user = make_user(Role.FUND_MANAGER)
    client.force_login(user)
    return user
