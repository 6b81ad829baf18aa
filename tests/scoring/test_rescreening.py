"""Screened again: what differs is said, and kept beside what was found before."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from applications import requesting
from applications.models import Application
from applications.states import State
from brustart.core.hashing import plain
from scoring.screening import confirming, eligibility, facts, pipeline, rescreening, verdicts
from scoring.screening.models import Override, Run
from tests.factories import (
    ask_override,
    make_assigned,
    make_call,
    make_screened,
    make_submitted,
    make_user,
)

pytestmark = pytest.mark.django_db


def current(application: Application) -> Run:
    run = Run.objects.of(application.submission_id)
    assert run is not None
    return run


def change_call(application: Application, **limits: Any) -> None:
    """Other limits of the call's amounts, in EUR."""
    type(application.call).objects.filter(pk=application.call_id).update(**limits)
    application.refresh_from_db()


def test_a_stored_run_is_replayed_to_the_same_verdicts() -> None:
    run = current(make_screened())
    stored = [
        (one.rule, one.verdict, one.reason, one.inputs, one.citation) for one in run.findings.all()
    ]
    again = [
        (one.rule, str(one.verdict), one.reason, plain(one.inputs), one.citation)
        for one in pipeline.replayed(run)
    ]
    assert again == stored


def test_the_same_rules_change_nothing() -> None:
    application = make_screened()
    outcome = rescreening.rescreen(application, now=timezone.now())
    assert outcome.changes == []
    assert Run.objects.count() == 1


def test_what_changed_is_a_new_run_beside_the_first() -> None:
    application = make_screened()
    first = current(application)
    change_call(application, minimum=130_000)
    outcome = rescreening.rescreen(application, now=timezone.now())
    assert [(one.rule, one.before, one.after) for one in outcome.changes] == [
        ("amount", "pass", "fail")
    ]
    application.refresh_from_db()
    assert application.state == State.FAILS_RULES
    second = current(application)
    assert (second.version, second.cause) == (2, "rescreened")
    assert first.findings.get(rule="amount").verdict == "pass"
    first.refresh_from_db()
    assert not first.is_current


def test_every_screening_can_be_read_as_it_was_kept(client: Client) -> None:
    application = make_screened()
    first = current(application)
    change_call(application, minimum=130_000)
    rescreening.rescreen(application, now=timezone.now())
    urls = [reverse("run", args=[one.pk]) for one in (first, current(application))]
    client.force_login(make_user("auditor"))
    page = client.get(reverse("file", args=[application.pk])).content.decode()
    assert all(url in page for url in urls)
    assert "every 1s" not in page  # it is done, though no step led to it
    before, after = (client.get(url) for url in urls)
    assert (before.context["verdicts"].open, len(before.context["verdicts"].met)) == ([], 13)
    assert [one["title"] for one in after.context["verdicts"].open] == ["Amount asked"]
    assert first.facts_hash in before.content.decode()
    for person, status in ((application.author, 403), (make_user("reviewer"), 403)):
        client.force_login(person)
        assert client.get(urls[0]).status_code == status


def test_a_file_with_reviewers_stays_there() -> None:
    application = make_assigned()[0].application
    change_call(application, minimum=130_000)
    assert rescreening.rescreen(application, now=timezone.now()).changes
    application.refresh_from_db()
    assert application.state == State.IN_REVIEW


def test_a_file_of_which_an_answer_is_awaited_stays_there() -> None:
    application, now = make_screened(), timezone.now()
    requesting.ask(
        application,
        sections=["budget"],
        question="How much exactly?",
        until=now + timedelta(days=3),
        actor=make_user("fund_manager"),
        now=now,
    )
    change_call(application, minimum=130_000)
    assert rescreening.rescreen(application, now=now).changes
    application.refresh_from_db()
    assert application.state == State.ELIGIBLE
    assert current(application).verdict == "fail"


def test_a_file_whose_first_screening_is_under_way_is_left_to_it() -> None:
    call = make_call()
    make_submitted(call)
    assert rescreening.count(call) == 0


def test_the_rules_of_another_day() -> None:
    application = make_screened()
    day = timezone.localdate() - timedelta(days=1)
    collected = facts.collect(application.handed_in, as_of=day)
    assert eligibility.judge(collected)


def test_the_command_says_what_would_change_and_keeps_nothing() -> None:
    call = make_call()
    files = [make_screened(call), make_screened(call)]
    change_call(files[0], minimum=130_000)
    out = io.StringIO()
    call_command("rescreen", call=call.code, dry_run=True, stdout=out)
    said = out.getvalue()
    assert all(f"{file.reference}  amount: pass -> fail" in said for file in files)
    assert "     2  amount: pass -> fail" in said
    assert "2 files screened again, 2 differ; nothing kept" in said
    assert Run.objects.count() == 2
    call_command("rescreen", call=call.code, stdout=out)
    assert Run.objects.count() == 4


def test_the_command_names_a_call_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="no call nowhere"):
        call_command("rescreen", call="nowhere", as_of=date(2026, 1, 1))


def count(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


def test_queries_do_not_grow_with_the_call() -> None:
    call = make_call()
    make_screened(call)

    def compare_first() -> None:
        rescreening.compare(next(rescreening.files(call)))

    compare_first()  # whatever is kept for the process is kept now
    few = count(compare_first)
    for _more in range(3):
        make_screened(call)
    assert count(compare_first) == few


# --- what people said holds -----------------------------------------------------------------------


def overridden(application: Application, rule: str) -> Override:
    """A verdict that two people gave."""
    asked = ask_override(application, actor=make_user("fund_manager"), rule=rule)
    second = make_user("fund_manager")
    return confirming.answer(asked, accept=True, actor=second, now=timezone.now())


def test_a_verdict_that_people_gave_holds_where_the_rule_finds_the_same() -> None:
    application = make_screened(postal_code="4000", city="Liège")
    given = overridden(application, "seat")
    application.refresh_from_db()
    change_call(application, minimum=130_000)
    rescreening.rescreen(application, now=timezone.now())
    run = current(application)
    assert verdicts.counting(run) | {"amount": "fail", "seat": "pass"} == verdicts.counting(run)
    copied = Override.objects.get(finding__run=run)
    assert (copied.reason, copied.asked_by, copied.answered_by) == (
        given.reason, given.asked_by, given.answered_by,
    )  # fmt: skip
    change_call(application, minimum=25_000)
    rescreening.rescreen(application, now=timezone.now())
    application.refresh_from_db()
    assert application.state == State.ELIGIBLE


def test_it_falls_where_the_rule_finds_something_else() -> None:
    application = make_screened(requested=5_000)
    overridden(application, "amount")
    change_call(application, minimum=2_000, maximum=4_000)
    rescreening.rescreen(application, now=timezone.now())
    application.refresh_from_db()
    assert application.state == State.FAILS_RULES
    assert Override.objects.filter(finding__run=current(application)).count() == 0


def test_a_refused_one_does_not_come_back() -> None:
    application = make_screened(postal_code="4000", city="Liège")
    asked, now = ask_override(application, actor=make_user("fund_manager")), timezone.now()
    confirming.answer(asked, accept=False, actor=make_user("fund_manager"), now=now)
    change_call(application, minimum=130_000)
    rescreening.rescreen(application, now=now)
    assert Override.objects.count() == 1


# --- the age on the day of the award --------------------------------------------------------------


def test_the_age_counts_again_at_the_award() -> None:
    born = timezone.localdate() - relativedelta(years=5) + timedelta(days=30)
    application = make_screened(founded_on=born)
    on = born + relativedelta(years=5)
    assert verdicts.age_at_award(application, on=on - timedelta(days=1)) is None
    found = verdicts.age_at_award(application, on=on)
    assert found is not None
    assert found.reason == "age_old"


def test_not_where_two_people_judged_the_age() -> None:
    born = timezone.localdate() - relativedelta(years=6)
    application = make_screened(founded_on=born)
    assert verdicts.age_at_award(application, on=timezone.localdate())
    overridden(application, "age")
    assert verdicts.age_at_award(application, on=timezone.localdate()) is None
