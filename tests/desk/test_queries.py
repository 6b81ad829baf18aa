"""Lists ask the database as often for thirty rows as for one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brustart.accounts.models import Role
from brustart.fund.models import Call
from tests.factories import (
    make_assigned,
    make_call,
    make_proposal,
    make_reviewed,
    make_screened,
    make_user,
    panel_of,
)

pytestmark = pytest.mark.django_db


def add(call: Call, number: int) -> None:
    """Proposals to approve and files to score, each with two reviews."""
    for _time in range(number):
        make_proposal(make_reviewed(make_screened(call)), amount=30_000)
        make_assigned(make_screened(call), reviewers=2)


def counts(pages: dict[str, Client]) -> dict[str, int]:
    found = {}
    for name, client in pages.items():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name)).status_code == 200
        found[name] = len(queries)
    return found


def test_thirty_rows_cost_what_one_costs() -> None:
    call = make_call()
    fund, reviewer, administrator = Client(), Client(), Client()
    fund.force_login(make_user(Role.FUND_MANAGER))
    reviewer.force_login(panel_of(call)[0])
    administrator.force_login(make_user(Role.ADMINISTRATOR))
    pages = {
        "files": fund,
        "capacity": fund,
        "reviewing": reviewer,
        "mails": administrator,
        "system": administrator,
    }
    add(call, 1)
    one = counts(pages)
    add(call, 29)
    assert counts(pages) == one
    assert max(one.values()) <= 20
