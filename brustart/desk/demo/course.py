"""One loading of the demo: its day, who and what exists so far, and the worker's part of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from applications.models import Application
from brustart.accounts.models import User
from brustart.core import queue
from brustart.fund.models import Call

Kinds = Mapping[str, tuple[type[queue.Work], Callable[[Any, datetime], None]]]


@dataclass
class Loading:
    """One loading: the day it counts from, and who and what exists so far."""

    today: datetime
    kinds: Kinds
    people: dict[str, User] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    files: dict[str, Application] = field(default_factory=dict)

    @property
    def manager(self) -> User:
        return self.people["manager_lorgnier"]

    def work_off(self, now: datetime, *names: str, **only: Any) -> None:
        """Do the queued work of these kinds, at that time, with the worker's own functions; `only`
        rows with these values, if any are given."""
        busy = True
        while busy:
            busy = False
            for model, act in (self.kinds[name] for name in names):
                rows = model.objects.due(now).filter(**only)
                due = rows.order_by("pk").values_list("pk", flat=True)
                for key in list(due):
                    done = queue.perform(model, key, act, worker="demo", clock=lambda: now)
                    assert done, f"{model.kind} {key} failed"
                    busy = True

    def at(self, told: dict[str, Any], *, days: float = 0, minutes: int = 0) -> datetime:
        """`days` and `minutes` after the file of that entry was handed in."""
        submitted = self.today - timedelta(days=told["days_before_now"]) + timedelta(hours=10)
        return submitted + timedelta(days=days, minutes=minutes)
