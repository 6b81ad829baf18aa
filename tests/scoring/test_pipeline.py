"""The steps of a screening: in order, once, each with a fixed number of queries."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from applications import uploading
from applications.extracting import Extracted
from applications.models import Application, Document, Extraction
from applications.states import State
from brustart.core import queue
from scoring.screening import pipeline
from scoring.screening.models import Run, Step
from tests.factories import (
    add_documents,
    deliver,
    make_call,
    make_draft,
    make_screened,
    make_submitted,
)

pytestmark = pytest.mark.django_db


def steps_of(application: Application) -> list[Step]:
    pipeline.begin(application.pk, now=timezone.now())
    return list(Step.objects.filter(run__submission=application.submission_id))


def perform(step: Step) -> bool:
    return queue.perform(Step, step.pk, pipeline.perform, worker="tests")


def queries_of_each_step(application: Application) -> dict[str, int]:
    counted = {}
    for step in steps_of(application):
        with CaptureQueriesContext(connection) as seen:
            assert perform(step)
        counted[step.name] = len(seen)
    return counted


def test_a_step_asks_no_more_queries_in_a_larger_call() -> None:
    call = make_call()
    queries_of_each_step(make_submitted(call))  # whatever is kept for the process is kept now
    few = queries_of_each_step(make_submitted(call))
    for _file in range(4):
        make_screened(call)
    many = queries_of_each_step(make_submitted(call))
    assert many == few
    assert set(few) == set(Step.Name.values)


def test_a_step_waits_for_the_one_before_it() -> None:
    first, second, *_others = steps_of(make_submitted())
    assert not perform(second)
    assert perform(first)
    assert perform(second)
    assert not perform(second)


def test_each_step_says_what_it_read_and_who_did_it() -> None:
    application = make_screened()
    run = Run.objects.of(application.submission_id)
    assert run is not None
    for step in run.steps.all():
        assert (step.worker, step.attempt, len(step.inputs_hash)) == ("tests", 1, 64)
        assert step.started_at <= step.finished_at
    assert run.steps.get(name="score").inputs_hash == run.facts_hash


def test_hearing_of_a_file_twice_screens_it_once() -> None:
    application = make_submitted()
    assert len(steps_of(application)) == len(steps_of(application)) == len(Step.Name)
    assert Run.objects.count() == 1


def test_a_document_that_is_still_read_is_waited_for() -> None:
    """Slow, not wrong: it never fails the step, however long it takes."""
    application = make_submitted()
    document = Document.objects.filter(application=application).first()
    extraction = Extraction.objects.get(document=document)
    Extraction.objects.filter(pk=extraction.pk).update(state=queue.State.RUNNING)
    first = steps_of(application)[0]
    now = timezone.now()
    for _attempt in range(queue.ATTEMPTS + 2):
        now += timedelta(minutes=1)
        queue.perform(Step, first.pk, pipeline.perform, worker="tests", clock=lambda now=now: now)
        first.refresh_from_db()
        assert first.state == queue.State.QUEUED
        assert "still being read" in first.error
    Extraction.objects.filter(pk=extraction.pk).update(state=queue.State.FAILED)
    now += timedelta(minutes=1)
    assert queue.perform(Step, first.pk, pipeline.perform, worker="tests", clock=lambda: now)


def test_once_it_is_read_nobody_waits_any_longer() -> None:
    application = make_submitted()
    document = Document.objects.filter(application=application).first()
    assert document is not None
    extraction = Extraction.objects.get(document=document)
    now = timezone.now()
    Extraction.objects.filter(pk=extraction.pk).update(
        state=queue.State.QUEUED, next_attempt_at=now, attempt=0
    )
    first = steps_of(application)[0]
    assert not perform(first)
    first.refresh_from_db()
    assert first.next_attempt_at > now
    with patch("applications.uploading.text_of", return_value=Extracted("Plan", 1, True)):
        assert queue.perform(Extraction, extraction.pk, uploading.extract, worker="tests")
    deliver()
    assert perform(first)


def test_a_withdrawn_file_is_not_moved_by_its_verdict() -> None:
    application = make_submitted()
    steps = steps_of(application)
    Application.objects.filter(pk=application.pk).update(state=State.WITHDRAWN)
    assert all(perform(step) for step in steps)
    application.refresh_from_db()
    assert application.state == State.WITHDRAWN


def test_a_draft_has_no_screening() -> None:
    draft = make_draft()
    add_documents(draft, now=timezone.now())
    assert not Run.objects.exists()
