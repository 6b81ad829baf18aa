"""The worker: what rings (one task a unit of work), who does it, the sweep and the reminders.

`KINDS` says what to do with each kind of work, `TOPICS` who hears of which event: the only road
from a lower floor to a higher one.
"""

import logging
import os
import signal
import socket
from collections.abc import Callable
from datetime import datetime
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from applications import printing, reminding, uploading
from applications.models import Extraction, Paper
from brustart.awards import deciding, letters, offering, packs, promoting
from brustart.awards.models import Letter, MeetingPack
from brustart.core import heartbeat, mail, queue
from brustart.core.models import Mail, Message
from brustart.core.queue import Impossible, Work
from scoring.review import chasing, steps, suggesting
from scoring.review.models import Step as PanelStep
from scoring.screening import pipeline
from scoring.screening.models import Step as ScreeningStep

logger = logging.getLogger(__name__)

TOPICS: dict[str, Callable[..., None]] = {
    "application.submitted": pipeline.begin,
    "document.read": pipeline.look_again,
    "application.eligible": suggesting.suggest,
    "application.withdrawn": deciding.void_after_withdrawal,
    "money.released": promoting.offer_next,
}


def deliver(message: Message, now: datetime) -> None:
    """Hand an event to whoever must hear it."""
    if message.topic not in TOPICS:
        raise Impossible(f"nobody listens to {message.topic}")
    TOPICS[message.topic](**message.payload, now=now)


KINDS: dict[str, tuple[type[Work], Callable[[Any, datetime], None]]] = {
    Message.kind: (Message, deliver),
    Mail.kind: (Mail, mail.send),
    ScreeningStep.kind: (ScreeningStep, pipeline.perform),
    PanelStep.kind: (PanelStep, steps.perform),
    Extraction.kind: (Extraction, uploading.extract),
    Paper.kind: (Paper, printing.write),
    Letter.kind: (Letter, letters.write),
    MeetingPack.kind: (MeetingPack, packs.write),
}


def worker_name() -> str:
    return f"{socket.gethostname()}/{os.getpid()}"


@shared_task(name="brustart.work")
def work(kind: str, key: int) -> None:
    """Do one unit of work, if it is still to be done, and what waited for it, each with a claim of
    its own; then ring for more of its kind."""
    model, act = KINDS[kind]
    following: int | None = key
    while following:
        done = queue.perform(model, following, act, worker=worker_name())
        following = model.after(following) if done else None
    queue.pump(model)


@shared_task(name="brustart.sweep")
def sweep() -> None:
    """Ring again for what a lost message or a killed worker left behind."""
    for model, _act in KINDS.values():
        queue.sweep(model, now=timezone.now())


@shared_task(name="brustart.remind")
def remind() -> None:
    """Write to the people of drafts whose deadline is near, and to reviewers with marks due; let
    offers lapse whose day has passed."""
    reminding.remind(timezone.now())
    chasing.remind(timezone.now())
    offering.expire(timezone.now())


@worker_ready.connect
def begin_heartbeat(sender: Any, **_signal: Any) -> None:
    heartbeat.begin(worker_name(), sender.app.amqp.queues.consume_from)


@worker_ready.connect
def end_with_a_killed_process(sender: Any, **_signal: Any) -> None:
    """On files the processes of a worker share locks, and one killed with -9 may take a lock with
    it: the others would wait for ever, in a worker that seems to live. So it ends as a whole, and
    is started again (supervisor.py, docs/install.md). On Redis each has a pipe of its own."""

    def end(process: Any) -> None:
        if process.exitcode == -signal.SIGKILL:
            logger.critical("a process of this worker was killed; it must be started again")
            os._exit(1)  # its processes go with it, and their work is taken from them

    if not sender.controller.use_eventloop:
        sender.pool._pool.on_process_down = end
