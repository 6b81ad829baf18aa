"""Twenty working days from grant to register, with Belgium's holidays at their edges."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from brustart.accounts.models import Role
from brustart.core.models import AuditEntry
from brustart.fund import deminimis, registering
from brustart.fund.models import Aid, RegisterEntry
from tests.factories import make_user

pytestmark = pytest.mark.django_db
MIGRATION = import_module("brustart.fund.migrations.0005_caps_and_register")
NUMBER = "1999000064"
NOW = timezone.now()


def granted(on: date, reference: str = "proposal:1", amount: int = 1_000) -> RegisterEntry:
    deminimis.grant([NUMBER], Decimal(amount), on=on, now=NOW, reference=reference)
    return RegisterEntry.objects.get(aid__reference=reference)


@pytest.mark.parametrize(
    ("granted_on", "due_on"),
    [
        (date(2026, 6, 1), date(2026, 6, 29)),  # a Monday: four weeks, no holiday
        (date(2026, 6, 5), date(2026, 7, 3)),  # a Friday
        (date(2026, 6, 6), date(2026, 7, 3)),  # a Saturday: Monday is the first day counted
        (date(2026, 6, 7), date(2026, 7, 3)),  # a Sunday
        (date(2026, 6, 24), date(2026, 7, 23)),  # over the national day, a Tuesday
        (date(2026, 7, 21), date(2026, 8, 18)),  # on the national day; 15 August is a Saturday
        (date(2026, 12, 1), date(2026, 12, 30)),  # over Christmas, a Friday
        (date(2026, 12, 25), date(2027, 1, 25)),  # on Christmas, over New Year, a Friday
        (date(2027, 12, 1), date(2027, 12, 29)),  # Christmas on a Saturday moves nothing
        (date(2026, 3, 9), date(2026, 4, 7)),  # Easter Monday, 6 April, is no working day
        (date(2026, 3, 6), date(2026, 4, 3)),  # Good Friday is one
        (date(2026, 4, 6), date(2026, 5, 5)),  # on Easter Monday, over 1 May, a Friday
        (date(2026, 4, 27), date(2026, 5, 28)),  # 1 May, Ascension and Whit Monday
        (date(2026, 10, 30), date(2026, 11, 30)),  # 1 November is a Sunday; 11 November
    ],
)
def test_the_twentieth_working_day(granted_on: date, due_on: date) -> None:
    assert granted(granted_on).due_on == due_on


def test_the_migration_reckons_alike_for_grants_made_before() -> None:
    """In SQL, for every day of a year."""
    holder = deminimis.undertaking(NUMBER)
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    Aid.objects.bulk_create(
        Aid(undertaking=holder, kind="granted", amount=1, counted_on=day, reference=f"{day}")
        for day in [*days, date(2025, 12, 31)]
    )
    with connection.cursor() as cursor:
        cursor.execute(MIGRATION.EARLIER_GRANTS)
    found = dict(RegisterEntry.objects.values_list("aid__counted_on", "due_on"))
    assert found == {day: registering.due_on(day) for day in days}


def test_before_the_register_there_is_nothing_to_enter() -> None:
    deminimis.grant([NUMBER], Decimal(1), on=date(2025, 12, 31), now=NOW, reference="old")
    assert not RegisterEntry.objects.exists()


def test_a_grant_that_is_refused_leaves_no_entry() -> None:
    granted(date(2026, 6, 1), amount=300_000)
    with pytest.raises(deminimis.OverCeiling):
        granted(date(2026, 6, 2), "proposal:2")
    assert RegisterEntry.objects.count() == 1


def test_entering_keeps_who_when_and_the_registers_number() -> None:
    entry, manager = granted(date(2026, 6, 1)), make_user(Role.FUND_MANAGER)
    day = datetime(2026, 6, 29, 23, 30, tzinfo=ZoneInfo("Europe/Brussels"))
    registering.enter(entry, reference=" eAIR-77 ", actor=manager, now=day)
    entry.refresh_from_db()
    assert (entry.reference, entry.entered_by, entry.entered_at) == ("eAIR-77", manager, day)
    assert AuditEntry.objects.get(act="register.entered").details == {
        "reference": "eAIR-77",
        "late": False,
    }
    with pytest.raises(registering.NotToEnter, match="as eAIR-77"):
        registering.enter(entry, reference="again", actor=manager, now=day)


def test_the_trail_says_when_it_was_late() -> None:
    entry, manager = granted(date(2026, 6, 1)), make_user(Role.FUND_MANAGER)
    midnight = datetime(2026, 6, 30, 0, 0, tzinfo=ZoneInfo("Europe/Brussels"))
    registering.enter(entry, reference="1", actor=manager, now=midnight)
    assert AuditEntry.objects.get(act="register.entered").details["late"] is True
    assert registering.days_left(entry, date(2026, 6, 30)) == -1


def test_without_the_registers_number_it_is_not_entered() -> None:
    entry = granted(date(2026, 6, 1))
    with pytest.raises(registering.ReferenceMissing):
        registering.enter(entry, reference=" ", actor=make_user(Role.FUND_MANAGER), now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():  # nor by a mistake in the code
        RegisterEntry.objects.update(entered_at=NOW)


def test_several_are_entered_together_or_not_at_all() -> None:
    manager = make_user(Role.FUND_MANAGER)
    entries = [granted(date(2026, 6, day), f"proposal:{day}") for day in (1, 2, 3)]
    registering.enter(entries[2], reference="first", actor=manager, now=NOW)
    with pytest.raises(registering.NotToEnter):
        registering.enter_all(entries, reference="batch", actor=manager, now=NOW)
    assert RegisterEntry.objects.filter(entered_at=None).count() == 2
    assert registering.enter_all(entries[:2], reference="batch", actor=manager, now=NOW) == 2
    assert RegisterEntry.objects.filter(reference="batch").count() == 2


def test_a_grant_taken_back_counts_no_more_and_need_not_be_entered() -> None:
    day = date(2026, 6, 1)
    entry = granted(day, amount=200_000)
    later = NOW + timedelta(days=1)
    assert deminimis.headroom([NUMBER], day) == 100_000
    deminimis.take_back("proposal:1", now=later)
    deminimis.take_back("proposal:1", now=later + timedelta(days=1))  # twice does no harm
    assert deminimis.headroom([NUMBER], day) == 300_000
    assert deminimis.history([NUMBER]) == []
    (then,) = deminimis.history([NUMBER], at=NOW)  # as it stood before
    assert then.amount == 200_000
    assert deminimis.history([NUMBER], at=later) == []
    deminimis.grant([NUMBER], Decimal(300_000), on=day, now=later, reference="proposal:2")
    with pytest.raises(registering.NotToEnter, match="lapsed"):
        registering.enter(entry, reference="1", actor=make_user(Role.FUND_MANAGER), now=later)


def test_taking_back_leaves_other_grants_and_reservations() -> None:
    day = date(2026, 6, 1)
    granted(day, "proposal:1", amount=10_000)
    deminimis.reserve([NUMBER], Decimal(20_000), on=day, reference="proposal:2")
    for reference in ("proposal:2", "proposal"):
        deminimis.take_back(reference, now=NOW)
    assert deminimis.used([NUMBER], day) == 30_000
