"""No-op Celery tasks beside screenings, each by a worker process with two children.

As `make run` does, a second process writes papers and sends mail meanwhile.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from applications import lifecycle
from applications.models import Application, Paper, TimelineEntry
from brustart.core.models import Mail, Message
from brustart.core.queue import State, Work
from scoring.screening.models import Run, Step
from tests import factories
from tests.bench import drafts, noops, processes
from tests.bench.measuring import Broken, Figure, beside, same, wait_until
from tests.databases import Urls, clone, pointed_at

KINDS: tuple[type[Work], ...] = (Message, Step, Paper, Mail)
OPEN = (State.QUEUED, State.RUNNING)


def measure(template: Urls, *, rounds: int, tasks: int, files: int) -> Figure:
    """`tasks` no-ops for each run of the control, `files` screened for each of ours."""
    with ExitStack() as stack:
        urls = stack.enter_context(clone(template))
        stack.enter_context(pointed_at(urls))
        pattern = factories.make_draft()
        stack.enter_context(processes.portal_workers(urls))
        control = stack.enter_context(noops.worker())
        return beside(
            "worker: no-op tasks; screenings",
            control=("bare Celery, a task that leaves one byte", partial(control.a_second, tasks)),
            ours=(
                f"a file to its verdict: its message and {len(Step.Name)} steps; meanwhile "
                f"{len(Paper.Name)} papers and a mail",
                partial(screen, pattern, files),
            ),
            rounds=rounds,
        )


def screen(pattern: Application, count: int) -> float:
    """Hand in so many files in one transaction; from its commit to the last verdict."""
    files = drafts.like(pattern, [factories.make_user()], count)
    with transaction.atomic():
        begun = list(hand_in(files).values())[-1]
    wait_until(is_quiet, every=0.05, what="screening")
    check(files)
    last = Step.objects.filter(queued_at__gte=begun).aggregate(last=Max("finished_at"))["last"]
    return count / ((last - begun) / timedelta(seconds=1))


def hand_in(files: Sequence[Application]) -> dict[int, datetime]:
    """Hand them in one by one; when each was about to be committed."""
    told = {}
    for file in files:
        assert file.author
        with transaction.atomic():
            lifecycle.submit(file, actor=file.author, now=timezone.now())
            told[file.pk] = timezone.now()
    return told


def is_quiet() -> bool:
    """Nothing is left to do: asked in one statement, for each kind of work lays out another."""
    first, *others = (kind.objects.filter(state__in=OPEN).values("pk") for kind in KINDS)
    return not first.union(*others, all=True).exists()


def check(files: Sequence[Application]) -> None:
    """Each file was screened whole, has one verdict, and nothing was tried twice. Raises Broken."""
    keys = [file.pk for file in files]
    runs = Run.objects.filter(submission__application__in=keys, is_current=True)
    steps = Step.objects.filter(run__in=runs, state=State.DONE)
    lines = TimelineEntry.objects.filter(application__in=keys, kind__startswith="screened_")
    same("screenings", runs.values_list("submission__application", flat=True), keys)
    same(
        "steps", steps.values_list("run__submission__application", flat=True), len(Step.Name) * keys
    )
    same("verdicts", lines.values_list("application", flat=True), keys)
    for kind in KINDS:
        if stuck := kind.objects.exclude(state=State.DONE, attempt=1).count():
            raise Broken(f"{kind.kind}: {stuck} failed, or needed more than one attempt")
