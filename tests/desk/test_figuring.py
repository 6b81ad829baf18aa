"""Breakdowns of files and money; each figure leads to exactly its files."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from applications import lifecycle
from applications.models import Application
from applications.states import State
from brustart.accounts.models import Role, User
from brustart.awards import deciding
from brustart.desk import figuring
from brustart.desk.figuring import Figures, Line
from brustart.fund import ledger
from brustart.fund.models import Call
from scoring.screening import confirming
from tests.factories import (
    make_award,
    make_call,
    make_draft,
    make_envelope,
    make_ineligible,
    make_reviewed,
    make_screened,
    make_submitted,
    make_user,
    submit,
)
from tests.mirabelle import EHEALTH

pytestmark = pytest.mark.django_db


def pay(application: Application, amount: int, *, after: timedelta = timedelta(0)) -> None:
    """Out of the file's award."""
    how: dict[str, Any] = {"actor": None, "now": timezone.now() + after, "reference": "claim:1"}
    for act in (ledger.liquidate, ledger.order, ledger.pay):
        act(application.award.account, Decimal(amount), **how)


def found(line: Line | figuring.Holder, manager: User) -> list[str]:
    """The references in the list that the figure leads to."""
    client = Client()
    client.force_login(manager)
    page = client.get(f"{reverse('files')}?{line.query}").context
    assert page["filter"].form.is_valid(), page["filter"].form.errors
    assert page["page_obj"].paginator.num_pages == 1
    return sorted(file.reference for file in page["page_obj"].object_list)


def lines(found: list[Line]) -> dict[str, tuple[Any, ...]]:
    return {line.key: line.sums.parts for line in found}


@pytest.fixture
def manager() -> User:
    return make_user(Role.FUND_MANAGER)


@pytest.fixture
def call() -> Call:
    return make_call(code="first")


@pytest.fixture
def files(call: Call) -> list[Application]:
    """Two awards, one of them partly paid; one refused, one not eligible, one on its way, one in a
    trial call, one draft."""
    ehealth = {"track": "ehealth", **EHEALTH}
    first = make_award(make_reviewed(make_screened(call)), amount=100_000).application
    second = make_award(
        make_reviewed(make_screened(call, postal_code="1080", city="Molenbeek", **ehealth)),
        amount=50_000,
    ).application
    pay(first, 30_000, after=timedelta(days=12))
    now = timezone.now()
    refused = make_reviewed(make_screened(call, postal_code="1020", city="Laeken"))
    actor = make_user(Role.FUND_MANAGER)
    deciding.reject(refused, grounds="Others have customers.", actor=actor, now=now)
    outside = make_ineligible(call)
    confirming.confirm_ineligible(outside, actor=actor, reason="Outside.", now=now)
    waits = make_submitted(call)
    make_submitted(make_call(code="trial", listed=False))
    make_draft(call)
    return [first, second, refused, outside, waits]


def test_by_stage_in_the_order_of_a_files_life(files: list[Application], manager: User) -> None:
    figures = Figures(manager)
    asked = files[0].requested
    assert asked is not None
    awarded = next(line for line in figures.by_stage if line.key == State.AWARDED)
    assert awarded.sums == figuring.Sums(
        files=2, asked=2 * asked, awards=2, committed=Decimal(150_000), paid=Decimal(30_000),
        decided=2,
    )  # fmt: skip
    numbers = {line.key: line.sums.files for line in figures.by_stage}
    assert numbers == {"submitted": 1, "ineligible": 1, "awarded": 2, "rejected": 1}
    order = [line.key for line in figures.by_stage]
    assert order == sorted(order, key=State.values.index)


def test_every_breakdown_adds_up_to_the_same(files: list[Application], manager: User) -> None:
    figures = Figures(manager)
    assert (figures.total.files, figures.total.awards, figures.total.decided) == (5, 2, 4)
    assert figures.total.success == Decimal(1) / 2
    for name in ("by_call", "by_track", "by_stage", "by_municipality", "by_nace"):
        sums = sum((line.sums for line in getattr(figures, name)), figuring.Sums())
        assert sums == figures.total, name


def test_each_figure_leads_to_its_files(files: list[Application], manager: User) -> None:
    figures = Figures(manager)
    number = 0
    for name in ("by_call", "by_track", "by_stage", "by_municipality", "by_nace"):
        for line in getattr(figures, name):
            assert len(found(line, manager)) == line.sums.files, line
            number += 1
    assert number >= 11
    by_place = {line.key: found(line, manager) for line in figures.by_municipality}
    assert by_place["21012"] == [files[1].reference]
    assert by_place["outside"] == [files[3].reference]
    assert by_place["21004"] == sorted(files[at].reference for at in (0, 2, 4))


def test_municipalities_have_their_names(files: list[Application], manager: User) -> None:
    with translation.override("nl"):
        labels = {line.key: line.label for line in Figures(manager).by_municipality}
    assert labels["21012"] == "Sint-Jans-Molenbeek"


def test_an_establishment_places_a_startup_whose_seat_is_elsewhere(
    call: Call, manager: User
) -> None:
    make_submitted(call, postal_code="4000", city="Liège", establishment_postal_code="1180")
    make_submitted(call, postal_code="1043", city="Bruxelles")
    assert lines(Figures(manager).by_municipality).keys() == {"21016", "special"}


def test_an_activity_is_the_first_that_the_register_gave(call: Call, manager: User) -> None:
    """What the form takes over from the register when the number is known."""
    known, other = make_draft(call), make_draft(call)
    section = known.sections.get(name="startup")
    section.answers |= {"activities": ["2025:62100", "2025:72100", "2008:62010"]}
    section.save()
    file = submit(known)
    submit(other)
    figures = Figures(manager)
    with translation.override("en"):
        labels = {line.key: line.label for line in figures.by_nace}
    assert labels == {"62": "62 Telecommunication and computing", "unknown": "Not known"}
    line = next(line for line in figures.by_nace if line.key == "62")
    assert found(line, manager) == [file.reference]


def test_a_trial_call_counts_nowhere(files: list[Application], manager: User) -> None:
    assert {line.key for line in Figures(manager).by_call} == {str(files[0].call_id)}


def test_one_envelope_alone(files: list[Application], manager: User) -> None:
    other = make_call(code="other", envelope=make_envelope(code="second"))
    file = make_submitted(other)
    figures = Figures(manager, other.envelope)
    assert figures.total.files == 1
    (line,) = figures.by_stage
    assert parse_qs(line.query)["envelope"] == ["second"]
    assert found(line, manager) == [file.reference]


def test_average_and_medians(files: list[Application], manager: User) -> None:
    summary = Figures(manager).summary
    assert summary.average == Decimal(75_000)
    assert summary.days_to_payment == 12
    assert summary.days_to_decision == 0  # all in one breath
    started = timezone.now() - timedelta(days=40)
    for days, file in enumerate(files[:4]):  # 40, 39, 38, 37 days before their decisions
        Application.objects.filter(pk=file.pk).update(submitted_at=started + timedelta(days=days))
    assert Figures(manager).summary.days_to_decision == Decimal("38.5")


def test_nothing_is_known_of_nothing(manager: User) -> None:
    figures = Figures(manager)
    assert figures.summary == figuring.Summary(None, None, None)
    assert (figures.total.success, figures.largest, figures.concentration) == (None, [], None)


def test_the_largest_undertakings_and_their_share(call: Call, manager: User) -> None:
    amounts = [60_000, 50_000, 40_000, 30_000, 20_000, 50_000]
    awards = [make_award(make_reviewed(make_screened(call)), amount=one) for one in amounts]
    figures = Figures(manager)
    assert [one.committed for one in figures.largest] == [60_000, 50_000, 50_000, 40_000, 30_000]
    assert figures.concentration == Decimal(230) / 250
    assert found(figures.largest[0], manager) == [awards[0].application.reference]


def test_a_hundred_files_cost_what_one_costs(call: Call, manager: User) -> None:
    def cost() -> int:
        figures = Figures(manager)
        with CaptureQueriesContext(connection) as queries:
            parts = [getattr(figures, name) for name in (
                "by_call", "by_track", "by_stage", "by_municipality", "by_nace", "summary",
                "largest",
            )]  # fmt: skip
            assert parts[0]
        return len(queries)

    make_award(make_reviewed(make_screened(call)))
    one = cost()
    for place in ("1080", "1180", "1030", "1020"):
        make_award(make_reviewed(make_screened(call, postal_code=place)), amount=30_000)
        lifecycle.withdraw(make_submitted(call), actor=manager, now=timezone.now())
    assert cost() == one <= 7


def test_who_applies_sees_no_figures_of_others(files: list[Application]) -> None:
    assert Figures(files[0].author).total.files == 1
