"""The sole writer of a file's state. Each move locks the file, checks the table, and leaves a
line in the timeline and in the audit trail."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from brustart.core import audit, mail, outbox
from brustart.core.errors import Refused
from brustart.core.hashing import sha256
from brustart.core.locking import retried
from brustart.fund import deminimis

from . import timeline
from .completeness import Missing, content, missing
from .models import Application, Startup, Submission
from .states import MOVES, State


class WrongState(Refused):
    """The file is no longer where this act begins."""


class CallClosed(Refused):
    """The server's clock says it is too early or too late."""


class Incomplete(Refused):
    """Answers are missing. Carries which, for links."""

    def __init__(self, gaps: list[Missing]) -> None:
        self.gaps = gaps
        super().__init__(_("Some answers are missing. Your draft is kept."))


class AlreadyApplied(Refused):
    """One open file per enterprise and call."""


def lock(application: Application) -> Application:
    """The same file, locked until the transaction ends, as it is now."""
    return Application.objects.select_for_update(of=("self",)).get(pk=application.pk)


@transaction.atomic
def move(
    application: Application,
    to: State,
    *,
    kind: str,
    now: datetime,
    actor: Any | None = None,
    for_applicant: bool = True,
    **details: Any,
) -> Application:
    """Move the file; `kind` and `details` are the timeline's. Raises WrongState."""
    locked = lock(application)
    if to not in MOVES[State(locked.state)]:
        raise WrongState(
            _("This file is now “%(state)s”, so this can no longer be done. Nothing was changed.")
            % {"state": locked.state_label}
        )
    locked.state, locked.state_since = to, now
    locked.save()
    timeline.write(locked, kind, now=now, actor=actor, for_applicant=for_applicant, **details)
    audit.record(f"application.{kind}", about=locked, actor=actor, now=now, **details)
    application.state, application.state_since = locked.state, locked.state_since
    return locked


@transaction.atomic
def begin(*, call: Any, author: Any, language: str, now: datetime) -> Application:
    """A new draft, with a startup of its own until the enterprise number says otherwise."""
    if not call.is_open(now):
        raise CallClosed(_("This call is not open."))
    startup = Startup.objects.create()
    startup.members.add(author)
    application = Application.objects.create(
        call=call,
        startup=startup,
        author=author,
        language=language,
        state_since=now,
        created_at=now,
    )
    timeline.write(application, "created", now=now, actor=author)
    return application


@retried
@transaction.atomic
def submit(application: Application, *, actor: Any, now: datetime) -> Submission:
    """Freeze the draft: receipt, timestamp and hash now; screening follows by the outbox.

    A second click finds the first one's receipt. Raises CallClosed, Incomplete, AlreadyApplied.
    """
    application = lock(application)
    if application.state != State.DRAFT and hasattr(application, "submission"):
        return application.submission
    if not application.call.is_open(now):
        raise CallClosed(_("This call is closed. Your draft is kept, but cannot be submitted."))
    if gaps := missing(application):
        raise Incomplete(gaps)
    frozen = content(application, now=now)
    digest = sha256(frozen)
    application.submitted_at = now
    application.enterprise_number = application.startup.enterprise_number
    receipt = f"{application.reference}-{digest[:6].upper()}"
    try:
        with transaction.atomic():
            application.save()
            move(
                application, State.SUBMITTED, kind="submitted", now=now, actor=actor,
                receipt=receipt,
            )  # fmt: skip
    except IntegrityError as error:
        raise AlreadyApplied(
            _("This enterprise already has a file in this call. Your draft is kept.")
        ) from error
    submission = Submission.objects.create(
        application=application,
        content=frozen,
        sha256=digest,
        receipt=receipt,
        at=now,
        by=actor,
    )
    _declare_aid(submission, now=now)
    outbox.put("application.submitted", now=now, application=application.pk)
    mail.write(
        "received",
        to=actor,
        language=application.language,
        about=application,
        now=now,
        application=application,
        submission=submission,
    )
    return submission


def _declare_aid(submission: Submission, *, now: datetime) -> None:
    """Keep what the startup says it received, beside its ceiling."""
    received = submission.answers("budget").get("de_minimis_received")
    if received is not None:
        deminimis.declare(
            submission.application.enterprise_number,
            Decimal(received),
            on=timezone.localdate(now),
            reference=f"application:{submission.application_id}",
        )


@retried
@transaction.atomic
def withdraw(application: Application, *, actor: Any, now: datetime) -> Application:
    """The startup takes its file back; what the fund had reserved for it is released above."""
    moved = move(application, State.WITHDRAWN, kind="withdrawn", now=now, actor=actor)
    outbox.put("application.withdrawn", now=now, application=application.pk)
    return moved
