"""Screened again: what differs is said, and kept beside what was found before."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from applications.models import Application
from applications.states import State
from brustart.core.hashing import plain
from scoring.screening import eligibility, facts, pipeline, rescreening
from scoring.screening.models import Run
from tests.factories import make_assigned, make_call, make_screened

pytestmark = pytest.mark.django_db


def current(application: Application) -> Run:
    run = Run.objects.of(application.submission_id)
    assert run is not None
    return run


def age_by(application: Application, **span: Any) -> None:
    """As if the rules had been stricter: another limit of the call's amounts."""
    type(application.call).objects.filter(pk=application.call_id).update(**span)


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
    age_by(application, minimum=130_000)
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


def test_a_file_with_reviewers_stays_there() -> None:
    application = make_assigned()[0].application
    age_by(application, minimum=130_000)
    assert rescreening.rescreen(application, now=timezone.now()).changes
    application.refresh_from_db()
    assert application.state == State.IN_REVIEW


def test_the_rules_of_another_day() -> None:
    application = make_screened()
    day = timezone.localdate() - timedelta(days=1)
    collected = facts.collect(application.handed_in, as_of=day)
    assert eligibility.judge(collected)


def test_the_command_says_what_would_change_and_keeps_nothing() -> None:
    call = make_call()
    files = [make_screened(call), make_screened(call)]
    age_by(files[0], minimum=130_000)
    out = io.StringIO()
    call_command("rescreen", call=call.code, dry_run=True, stdout=out)
    said = out.getvalue()
    assert all(f"{file.reference}  amount: pass -> fail" in said for file in files)
    assert "2 files screened again, 2 differ; nothing kept" in said
    assert Run.objects.count() == 2
    call_command("rescreen", call=call.code, stdout=out)
    assert Run.objects.count() == 4


def test_the_command_names_a_call_that_is_not_there() -> None:
    with pytest.raises(CommandError, match="no call nowhere"):
        call_command("rescreen", call="nowhere", as_of=date(2026, 1, 1))


def test_queries_do_not_grow_with_the_call(django_assert_num_queries: Any) -> None:
    call = make_call()
    application = make_screened(call)
    rescreening.compare(application)
    with django_assert_num_queries(count := 12, exact=False):
        rescreening.compare(application)
    for _more in range(3):
        make_screened(call)
    with django_assert_num_queries(count, exact=False):
        rescreening.compare(application)
