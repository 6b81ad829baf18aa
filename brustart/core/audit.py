"""The audit trail: one line for each act, in the act's own transaction."""

from datetime import datetime
from typing import Any

from django.db import models

from .hashing import plain
from .models import AuditEntry


def reference(subject: models.Model) -> str:
    """How the trail names a row: `applications.application:12`."""
    return f"{subject._meta.label_lower}:{subject.pk}"


def record(
    act: str, *, about: models.Model, actor: Any | None, now: datetime, **details: Any
) -> AuditEntry:
    """Write down that `actor` (None: the portal itself) did `act` to `about`."""
    return AuditEntry.objects.create(
        at=now, actor=actor, act=act, about=reference(about), details=plain(details)
    )
