"""The only road upward: a lower floor says what happened, worker.py knows who must hear it."""

from datetime import datetime
from typing import Any

from . import queue
from .hashing import plain
from .models import Message


def put(topic: str, *, now: datetime, **payload: Any) -> None:
    """Say, in the act's own transaction, that something happened."""
    queue.enqueue(Message(topic=topic, payload=plain(payload)), now=now)
