"""Ranked calls, and scenarios of how to divide the money among their files."""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from applications.models import Application
from brustart.accounts.models import User
from brustart.awards import scenarios
from brustart.awards.candidates import picture
from brustart.awards.models import Scenario
from brustart.awards.scenarios import Edit, Settings
from brustart.fund.models import Call
from tests import factories


def ranked_call(*values: float, cap: int = 4_000_000) -> Call:
    """A call with a ranked file for each mark, each of which asks 120,000."""
    call = factories.make_call(cap=cap)
    for value in values:
        for review in factories.make_assigned(call=call):
            factories.mark(review, value)
    factories.add_up()
    return call


def files_of(call: Call) -> list[Application]:
    """By place."""
    return [one.application for one in call.ranks.order_by("place", "application_id")]


def keep(call: Call, manager: User, edits: dict[int, Edit] | None = None, **changes: Any) -> Any:
    chosen = Settings(**{"method": "rank", "amount": Decimal(200_000), **changes})
    return scenarios.keep_draft(call, chosen, edits or {}, actor=manager, now=timezone.now())


def saved(call: Call, manager: User, name: str = "First", **changes: Any) -> Scenario:
    keep(call, manager, **changes)
    return scenarios.save_as(call, name=name, actor=manager, now=timezone.now())


def amounts(call: Call, manager: User) -> list[int]:
    shown = picture(scenarios.draft_of(call, manager), reader=manager)
    return [int(one.amount) for one in shown.division.choices]
