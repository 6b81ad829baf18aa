"""Trying again what PostgreSQL broke off to end a deadlock, or could not serialise."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected, SerializationFailure

ATTEMPTS = 4
Given = ParamSpec("Given")
Result = TypeVar("Result")


def retried(act: Callable[Given, Result]) -> Callable[Given, Result]:
    """Run the act again, after a short random pause, while the database breaks it off.

    Goes outside `transaction.atomic`. Within a transaction of somebody else's it does nothing:
    that one must be run again as a whole.
    """

    @wraps(act)
    def until_done(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        for attempt in range(1, ATTEMPTS):
            try:
                return act(*args, **kwargs)
            except OperationalError as error:
                broken_off = isinstance(error.__cause__, DeadlockDetected | SerializationFailure)
                if connection.in_atomic_block or not broken_off:
                    raise
            time.sleep(random.uniform(0.01, 0.05) * attempt)
        return act(*args, **kwargs)

    return until_done
