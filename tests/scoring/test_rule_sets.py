"""A call's own rules: versions that stay, and files that keep theirs."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from applications.models import Application
from brustart.accounts.models import Role
from brustart.core.models import AuditEntry
from brustart.fund.models import Call
from scoring.screening import eligibility, facts, publishing
from scoring.screening.explaining import explained
from scoring.screening.models import RuleSet
from scoring.screening.parameters import AGE, SEAT_ONLY, SHARE
from scoring.screening.rule_sets import latest, rule_set_for
from tests import factories

pytestmark = pytest.mark.django_db
EVERY = [rule.name for rule in eligibility.RULES]
BY_LAW = {rule.name for rule in eligibility.RULES if rule.by_law}
NOW = timezone.now()


@pytest.fixture
def call() -> Call:
    return factories.make_call()


def publish(call: Call, *, without: str = "", now: datetime = NOW, **options: Any) -> RuleSet:
    figures = options.pop("figures", {})
    rules = options.pop("rules", [name for name in EVERY if name != without])
    actor = factories.make_user(Role.FUND_MANAGER)
    return publishing.publish(call, rules=rules, figures=figures, actor=actor, now=now, **options)


def test_a_call_without_a_version_applies_every_rule(call: Call) -> None:
    rule_set = rule_set_for(call, NOW)
    assert (rule_set.pk, rule_set.number) == (None, 0)
    known = factories.make_submitted(call)
    judged = eligibility.judge(facts.collect(known.handed_in), rule_set)
    assert [one.rule for one in judged] == EVERY


def test_the_version_of_an_instant_is_the_last_one_published_by_then(call: Call) -> None:
    first = publish(call, without="seat")
    second = publish(call, without="size", now=NOW + timedelta(hours=1))
    assert rule_set_for(call, NOW - timedelta(microseconds=1)).number == 0
    assert rule_set_for(call, NOW) == first
    assert rule_set_for(call, NOW + timedelta(minutes=59)) == first
    assert rule_set_for(call, NOW + timedelta(hours=1)) == second == latest(call)
    assert latest(factories.make_call()).number == 0


def findings(application: Application) -> dict[str, str]:
    found = application.handed_in.runs.get(is_current=True).findings
    return dict(found.values_list("rule", "verdict"))


def test_a_later_version_changes_no_file_that_is_handed_in(call: Call) -> None:
    before = factories.make_submitted(call, now=NOW, founded_on=_years_ago(5))
    publish(call, without="seat", figures={AGE: Decimal(6)}, now=NOW + timedelta(seconds=1))
    after = factories.make_submitted(call, now=NOW + timedelta(hours=1), founded_on=_years_ago(5))
    assert facts.collect(before.handed_in).terms.number == 0
    assert facts.collect(after.handed_in).terms.number == 1
    old, new = findings(factories.screen(before)), findings(factories.screen(after))
    assert (list(old), old["age"]) == (EVERY, "fail")
    assert (set(new), new["age"]) == (set(EVERY) - {"seat"}, "pass")


def _years_ago(years: int) -> Any:
    today = timezone.localdate(NOW)
    return today.replace(year=today.year - years, day=min(today.day, 28))


def test_facts_are_judged_by_other_rules_when_asked(call: Call) -> None:
    known = facts.collect(factories.make_submitted(call).handed_in)
    other = RuleSet(call=call, number=9, rules=["amount"], figures={AGE: "1"})
    assert {one.rule for one in eligibility.judge(known, other)} == BY_LAW | {"amount"}
    other = RuleSet(call=call, number=9, rules=EVERY, figures={AGE: "1"})
    assert eligibility.overall(eligibility.judge(known, other)) == "fail"
    assert eligibility.overall(eligibility.judge(known)) == "pass"


def test_a_version_is_written_once_and_leaves_a_line(call: Call) -> None:
    version = publish(call, without="seat", figures={SHARE: Decimal("0.4"), AGE: Decimal(5)})
    assert version.figures == {SHARE: "0.4"}  # what is the fund's own stays the fund's
    assert version.values == {SHARE: Decimal("0.4")}
    assert version.rules == [name for name in EVERY if name != "seat"]
    entry = AuditEntry.objects.get(act="call.rules_published")
    assert entry.details["number"] == 1
    for change in ({"rules": []}, {"number": 5}):
        with pytest.raises(DatabaseError, match=r"only grows|permission"), transaction.atomic():
            RuleSet.objects.filter(pk=version.pk).update(**change)
    with pytest.raises(DatabaseError, match=r"only grows|permission"), transaction.atomic():
        RuleSet.objects.all().delete()


@pytest.mark.parametrize(
    ("rules", "figures", "message"),
    [
        ([*EVERY, "weather"], {}, "There is no rule “weather”."),
        ([], {}, "follows from the law"),
        ([name for name in EVERY if name != "headroom"], {}, "“De minimis ceiling” follows"),
        (EVERY, {"deminimis.ceiling": Decimal(900_000)}, "cannot have a figure"),
        (EVERY, {AGE: Decimal(0)}, "Age limit in years: between 1 and 10."),
        (EVERY, {AGE: Decimal(11)}, "between 1 and 10"),
        (EVERY, {SHARE: Decimal("0.91")}, "between 0"),
        (EVERY, {SEAT_ONLY: Decimal(2)}, "between no and yes"),
    ],
)
def test_what_cannot_be_a_calls_own_is_refused(
    call: Call, rules: list[str], figures: dict[str, Decimal], message: str
) -> None:
    with pytest.raises(publishing.NotPublishable, match=message):
        publish(call, rules=rules, figures=figures)
    assert not RuleSet.objects.exists()


def test_the_bounds_themselves_may_be_chosen(call: Call) -> None:
    low = {AGE: Decimal(1), SHARE: Decimal(0), SEAT_ONLY: Decimal(1)}
    assert publish(call, figures=low).values == low
    high = {AGE: Decimal(10), SHARE: Decimal("0.9")}
    assert publish(call, figures=high).values == high


def test_nothing_new_is_not_published(call: Call) -> None:
    with pytest.raises(publishing.Unchanged):
        publish(call, figures={AGE: Decimal(5)})
    publish(call, without="seat")
    with pytest.raises(publishing.Unchanged):
        publish(call, without="seat")
    assert RuleSet.objects.count() == 1
    assert publish(call).number == 2  # back to every rule


def test_a_version_that_came_between_is_not_replaced_unseen(call: Call) -> None:
    publish(call, without="seat", begun_from=0)
    with pytest.raises(publishing.Superseded, match="Version 1"):
        publish(call, without="size", begun_from=0)
    assert publish(call, without="size", begun_from=1).number == 2


def test_each_rule_is_explained_with_its_figures_and_from_when(call: Call) -> None:
    rule_set = publish(call, without="seat", figures={AGE: Decimal(6)})
    told = {one.rule.name: one for one in explained(rule_set, on=timezone.localdate(NOW))}
    assert list(told) == EVERY
    assert [name for name, one in told.items() if not one.applies] == ["seat"]
    assert all(one.title and one.source for one in told.values())
    (age,) = told["age"].values
    assert (age.text, age.since, age.own) == ("6", timezone.localdate(NOW), True)
    assert [one.text for one in told["amount"].values] == ["€25,000", "€250,000"]
    assert [one.text for one in told["cofinancing"].values] == ["30\N{NO-BREAK SPACE}%"]
    assert any("01, 03, 10.2" in one.text for one in told["sector"].values)
