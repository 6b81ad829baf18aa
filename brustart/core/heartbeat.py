"""A worker says every few seconds that it lives; pages say so when none does."""

import logging
import threading
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from .models import Worker

FORGOTTEN = timedelta(days=1)  # workers long silent leave the system page
logger = logging.getLogger(__name__)


def begin(name: str, queues: Iterable[str]) -> None:
    """Renew the row of a worker that serves these queues from a thread of its own, as long as the
    process lives."""
    started, served = timezone.now(), sorted(queues)
    Worker.objects.filter(seen_at__lt=started - FORGOTTEN).delete()

    def beat() -> None:
        pause = threading.Event()
        while True:
            try:
                known = {"started_at": started, "seen_at": timezone.now(), "queues": served}
                Worker.objects.update_or_create(name=name, defaults=known)
            except Exception:  # the database may be away for a while; the worker goes on
                logger.warning("no heartbeat", exc_info=True)
                connection.close()
            pause.wait(Worker.BEAT.total_seconds())

    threading.Thread(target=beat, name="heartbeat", daemon=True).start()
