"""The worker's steps for a panel: which act does which."""

from datetime import datetime

from . import panel, planning
from .models import Step


def perform(step: Step, now: datetime) -> None:
    """Do one claimed step. Called by the worker and by the demo."""
    if step.name == Step.Name.RANK:
        panel.rank(step.call, now=now)
    elif step.name == Step.Name.GIVE:
        planning.give(step, now=now)
    elif step.application is not None:
        panel.score(step.application, now=now)
