"""Reviewers are proposed for an eligible file; a person chooses."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications.models import Application
from brustart.accounts.models import Role
from scoring.review import suggesting
from scoring.review.models import ConflictOfInterest, Panelist, Suggestion
from tests.factories import (
    deliver,
    make_assigned,
    make_call,
    make_ineligible,
    make_screened,
    make_user,
    panel_of,
)

pytestmark = pytest.mark.django_db


def proposed(application: Application) -> list[Any]:
    return [one.reviewer for one in Suggestion.objects.filter(application=application)]


def test_an_eligible_file_has_three_proposed_once() -> None:
    application = make_screened(make_call(panel_size=5))
    deliver()
    assert len(proposed(application)) == 3
    suggesting.suggest(application.pk, now=timezone.now())
    assert Suggestion.objects.count() == 3


def test_a_conflict_keeps_one_out() -> None:
    call = make_call(panel_size=3)
    application = make_screened(call)
    away = panel_of(call)[0]
    ConflictOfInterest.objects.create(
        application=application, reviewer=away, declared_at=timezone.now()
    )
    suggesting.suggest(application.pk, now=timezone.now())
    assert proposed(application) == panel_of(call)[1:]


def test_who_has_the_most_to_do_is_spared() -> None:
    call = make_call(panel_size=4)
    Panelist.objects.update(capacity=12)
    busy = panel_of(call)[0]
    make_assigned(make_screened(call), reviewers=[busy])
    application = make_screened(call)
    suggesting.suggest(application.pk, now=timezone.now())
    assert set(proposed(application)) == set(panel_of(call)[1:])


def test_a_file_that_is_not_eligible_has_nobody() -> None:
    application = make_ineligible()
    suggesting.suggest(application.pk, now=timezone.now())
    assert proposed(application) == []


def test_the_page_has_them_chosen_already(client: Client) -> None:
    application = make_screened(make_call(panel_size=5))
    deliver()
    client.force_login(make_user(Role.FUND_MANAGER))
    page = client.get(reverse("assign", args=[application.pk])).content.decode()
    assert page.count("checked") == 3
