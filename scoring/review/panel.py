"""What the marks add up to: a file's panel score, and the ranked list. Worker's steps."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from statistics import mean, median

from django.db import transaction
from django.utils import timezone

from applications import lifecycle
from applications.models import Application
from applications.states import JUDGED, State
from brustart.core import queue
from brustart.fund.models import Call

from ..grid import TOP_MARK
from . import rubrics, tallying
from .calibrating import calibrate
from .models import Mark, PanelScore, PanelStatistics, Rank, Review, Step
from .rubrics import Grid

CENT = Decimal("0.01")


def recompute(application: Application, *, now: datetime) -> None:
    """Ask for the panel's score of the file; several requests at once do no harm."""
    queue.enqueue(
        Step(name=Step.Name.SCORE, call=application.call, application=application), now=now
    )


@transaction.atomic
def score(application: Application, *, now: datetime) -> None:
    """Medians per criterion, the weighted mean of 100, and the thresholds; when all reviews are
    in, the file is reviewed and its call is ranked anew."""
    application = lifecycle.lock(application)
    marks, grid = handed_in(application), rubrics.of(application.call, on=timezone.localdate(now))
    if not marks:
        PanelScore.objects.filter(application=application).delete()
    else:
        medians = {key: Decimal(median(values)) for key, values in marks.items()}
        total = weighted(marks, grid)
        PanelScore.objects.update_or_create(
            application=application,
            defaults={
                "medians": {key: str(value) for key, value in medians.items()},
                "total": total,
                "n": application.reviews.filter(state=Review.State.DONE).count(),
                "passes": passes(medians, total, grid),
                "computed_at": now,
            },
        )
    waits = Review.objects.open().filter(application=application).exists()
    if marks and application.state == State.IN_REVIEW and not waits:
        application = lifecycle.move(
            application, State.REVIEWED, kind="reviewed", now=now, for_applicant=False
        )
    if application.state in JUDGED:
        rerank(application, now=now)


def rerank(application: Application, *, now: datetime) -> None:
    """Ask for the ranking of the file's call. A request that still waits serves for this one too:
    locked, it is not claimed before this transaction has ended."""
    waiting = Step.objects.select_for_update(of=("self",), skip_locked=True).filter(
        call=application.call_id, name=Step.Name.RANK, state=queue.State.QUEUED
    )
    if waiting.first() is None:
        queue.enqueue(Step(name=Step.Name.RANK, call=application.call), now=now)


def handed_in(application: Application) -> dict[str, list[Decimal]]:
    """The marks of every review that is in, by criterion; no names."""
    marks: dict[str, list[Decimal]] = defaultdict(list)
    rows = Mark.objects.filter(
        review__application=application, review__state=Review.State.DONE, value__isnull=False
    )
    for mark in rows:
        if mark.value is not None:
            marks[mark.criterion].append(mark.value)
    return marks


def weighted(marks: Mapping[str, Sequence[Decimal]], grid: Grid) -> Decimal:
    """The weighted mean of the criteria's mean marks, of 100, but for what applies to nobody."""
    weights = {key: weight for key, weight in grid.weights.items() if marks.get(key)}
    points = sum((mean(marks[key]) * weight for key, weight in weights.items()), Decimal(0))
    return (points * 100 / (TOP_MARK * sum(weights.values()))).quantize(CENT)


def passes(medians: Mapping[str, Decimal], total: Decimal, grid: Grid) -> bool:
    """The total at its threshold, and each criterion's median at its own; a criterion that applies
    to nobody fails nobody."""
    reached = (
        medians[one.key] >= one.floor if one.key in medians else one.may_skip
        for one in grid.measures
    )
    return total >= grid.total and all(reached)


@transaction.atomic
def rank(call: Call, *, now: datetime) -> None:
    """Order the call's judged files by their mean with the severity of reviewers taken out, and
    say what that rests on."""
    Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    given = tallying.readings(call)
    seed = tallying.seed_of(given)
    found = calibrate(tallying.marked(given, rubrics.of(call).weights), seed=seed)
    Rank.objects.filter(call=call).delete()
    Rank.objects.bulk_create(
        Rank(
            application_id=file,
            call=call,
            place=place,
            computed_at=now,
            **tallying.numbers(estimate),
        )
        for file, place, estimate in tallying.placed(found)
    )
    PanelStatistics.objects.update_or_create(
        call=call, defaults={**tallying.statistics(given, found, seed=seed), "computed_at": now}
    )
