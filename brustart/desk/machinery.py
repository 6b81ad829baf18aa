"""What the portal runs on: database, broker, workers, and how the work queues stand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Min, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from brustart import embedded
from brustart.accounts.models import User
from brustart.core import audit, queue
from brustart.core.models import Mail
from brustart.core.queue import State, Work

TITLES: dict[str, Promise] = {
    "message": _("Events to pass on"),
    "mail": _("Mail"),
    "screening": _("Screening"),
    "panel": _("Panel scores and rankings"),
    "document": _("Documents to read"),
    "paper": _("Papers to print"),
}
STUCK = (State.FAILED, State.UNCERTAIN)
SHOWN = 10  # stuck rows of each queue

_WHO = """
    SELECT current_user, current_setting('server_version'),
        NOT (role.rolsuper OR pg_has_role(current_user, entries.relowner, 'MEMBER'))
    FROM pg_roles role, pg_class entries
    WHERE role.rolname = current_user AND entries.oid = 'fund_entry'::regclass
"""


@dataclass(frozen=True)
class Database:
    """`guarded`: the application's role is neither a superuser nor the owner of the ledger."""

    embedded: bool
    place: str
    name: str
    version: str
    role: str
    guarded: bool


def database() -> Database:
    """The database in use; never its password."""
    used = connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute(_WHO)
        role, version, guarded = cursor.fetchone()
    host = str(used["HOST"] or used["OPTIONS"].get("host", "localhost"))
    own_folder = parse_qs(urlsplit(embedded.url(role)).query)["host"]
    return Database(
        embedded=[host] == own_folder,
        place=host if host.startswith("/") else f"{host}:{used['PORT'] or 5432}",
        name=str(used["NAME"]),
        version=version,
        role=role,
        guarded=guarded,
    )


def broker() -> tuple[bool, str]:
    """Whether it is Redis, and where; never with a password."""
    if not settings.REDIS_URL:
        return False, str(settings.BROKER_FOLDER)
    parts = urlsplit(settings.REDIS_URL)
    return True, f"{parts.hostname}:{parts.port or 6379}{parts.path}"


def kinds() -> dict[str, type[Work]]:
    """Every table that is a queue, by its kind."""
    return {model.kind: model for model in apps.get_models() if issubclass(model, Work)}


@dataclass(frozen=True)
class Queue:
    """How one kind of work stands; `oldest` is when the oldest waiting row was queued."""

    kind: str
    title: Promise | str
    counts: dict[str, Any]
    stuck: list[Work]

    @property
    def oldest(self) -> datetime | None:
        found: datetime | None = self.counts["oldest"]
        return found


def queues() -> Iterator[Queue]:
    """The queues, with their stuck rows, the latest first."""
    wanted = (State.QUEUED, State.RUNNING, *STUCK)
    numbers: Any = {str(state): Count("pk", filter=Q(state=state)) for state in wanted}
    for kind, model in kinds().items():
        open_ones = model.objects.exclude(state=State.DONE)
        if model is Mail:
            open_ones = Mail.objects.exclude(state=State.DONE).filter(by_post=False)
        waiting = Min("queued_at", filter=Q(state=State.QUEUED))
        stuck = open_ones.filter(state__in=STUCK).order_by("-finished_at")
        yield Queue(
            kind=kind,
            title=TITLES.get(kind, kind),
            counts=open_ones.aggregate(oldest=waiting, **numbers),
            stuck=list(stuck[:SHOWN]),
        )


@transaction.atomic
def retry(work: Work, *, actor: User, now: datetime) -> None:
    """Queue a stuck row again, because a person said so."""
    queue.retry_by_hand(work, now=now)
    audit.record("work.retried", about=work, actor=actor, now=now)
