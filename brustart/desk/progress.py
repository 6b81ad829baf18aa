"""How far the screening of a file is, and whether anybody is there to do it."""

from dataclasses import dataclass
from datetime import datetime

from applications.models import Application
from brustart.core.models import Worker
from brustart.core.queue import State
from scoring.screening.models import Run, Step

TONES = {
    State.QUEUED: "neutral",
    State.RUNNING: "active",
    State.DONE: "good",
    State.FAILED: "bad",
    State.UNCERTAIN: "warn",
}
ENDED = {State.FAILED, State.UNCERTAIN}


@dataclass(frozen=True)
class Shown:
    """One step as its line shows it."""

    step: Step
    tone: str

    @property
    def error(self) -> str:
        """What went wrong, without the name that a programmer needs (machinery.py has it)."""
        name, _colon, words = self.step.error.partition(": ")
        return words or name

    @property
    def seconds(self) -> float | None:
        """How long its last attempt took."""
        begun, ended = self.step.started_at, self.step.finished_at
        return (ended - begun).total_seconds() if begun and ended else None


@dataclass(frozen=True)
class Progress:
    """`stuck`: a step failed for good. `alone`: no worker has been heard of for a while."""

    run: Run | None
    steps: list[Shown]
    done: bool
    stuck: bool
    alone: bool

    @property
    def failed(self) -> list[Step]:
        """What a person may try again."""
        return [one.step for one in self.steps if one.step.state in ENDED]

    @property
    def going(self) -> bool:
        """Whether to look again in a moment."""
        return not self.done and not self.stuck


def of(application: Application, *, now: datetime) -> Progress | None:
    """The screening of a submitted file; None while nothing was handed in."""
    if application.submission_id is None:
        return None
    run = Run.objects.of(application.submission_id)
    steps = list(run.steps.all()) if run else []
    states = {State(step.state) for step in steps}
    done = run is not None and states <= {State.DONE}  # a screening anew is done when it is kept
    stuck = bool(states & ENDED)
    return Progress(
        run=run,
        steps=[Shown(step, TONES[State(step.state)]) for step in steps],
        done=done,
        stuck=stuck,
        alone=not done and not stuck and not Worker.objects.alive(now, queue=Step.queue).exists(),
    )
