"""Lists ask the database as often for thirty rows as for one."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from brustart.accounts.models import Role
from brustart.fund.models import Call
from scoring.review import assigning
from scoring.review.models import Review
from tests.factories import (
    add_up,
    make_assigned,
    make_call,
    make_proposal,
    make_reviewed,
    make_screened,
    make_user,
    panel_of,
)
from tests.pages import cost

pytestmark = pytest.mark.django_db


def add(call: Call, number: int) -> None:
    """Proposals to approve and files to score, each with two reviews."""
    for _time in range(number):
        make_proposal(make_reviewed(make_screened(call)), amount=30_000)
        make_assigned(make_screened(call), reviewers=2)


def counts(pages: dict[str, Client]) -> dict[str, int]:
    return {url: one for url, client in pages.items() for one in cost(client, url)}


def test_thirty_rows_cost_what_one_costs() -> None:
    call = make_call()
    fund, reviewer, administrator = Client(), Client(), Client()
    fund.force_login(make_user(Role.FUND_MANAGER))
    person = panel_of(call)[0]
    reviewer.force_login(person)
    administrator.force_login(make_user(Role.ADMINISTRATOR))
    add(call, 1)
    add_up()
    given = Review.objects.filter(reviewer=person, state=Review.State.ASSIGNED).first()
    assert given
    pages = {
        reverse("files"): fund,
        reverse("capacity"): fund,
        reverse("ranking", args=[call.code]): fund,
        reverse("panel_progress", args=[call.code]): fund,
        reverse("ties", args=[call.code]): fund,
        reverse("panel", args=[call.code]): fund,
        reverse("reviewing"): reviewer,
        reverse("review", args=[given.application_id]): reviewer,
        reverse("seats"): reviewer,
        reverse("mails"): administrator,
        reverse("system"): administrator,
    }
    one = counts(pages)
    add(call, 29)
    add_up()
    assert counts(pages) == one
    assert max(one.values()) <= 34


def test_thirty_files_to_declare_cost_what_one_costs() -> None:
    call = make_call(panel_size=1)
    person, manager = panel_of(call)[0], make_user(Role.FUND_MANAGER)
    client = Client()
    client.force_login(person)

    def give() -> None:
        assigning.assign(make_screened(call), reviewer=person, actor=manager, now=timezone.now())

    give()
    one = cost(client, reverse("declarations"))
    for _file in range(29):
        give()
    assert cost(client, reverse("declarations")) == one
