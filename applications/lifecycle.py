"""The sole writer of a file's state. Each move locks the file, checks the table, and leaves a
line in the timeline and in the audit trail."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from brustart.accounts.models import User
from brustart.accounts.verifying import email_is_verified
from brustart.core import audit, mail, outbox, queue
from brustart.core.errors import Refused
from brustart.core.hashing import sha256
from brustart.core.locking import retried
from brustart.fund import deminimis
from brustart.fund.models import Call

from . import timeline
from .completeness import Missing, content, missing
from .deadlines import may_submit
from .forms import SECTIONS
from .models import (
    Application,
    FormVersion,
    InformationRequest,
    Membership,
    Paper,
    Part,
    Section,
    Startup,
    Submission,
)
from .sharing import writers
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


class NotAuthorised(Refused):
    """Only an owner with a verified address, who may bind the company, hands a file in."""


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
    _require_no_question(locked, to, now=now)
    locked.state, locked.state_since = to, now
    locked.save()
    timeline.write(locked, kind, now=now, actor=actor, for_applicant=for_applicant, **details)
    audit.record(f"application.{kind}", about=locked, actor=actor, now=now, **details)
    application.state, application.state_since = locked.state, locked.state_since
    return locked


def _require_no_question(application: Application, to: State, *, now: datetime) -> None:
    """While the fund waits for an answer, the file goes nowhere else."""
    if to not in {State.SUBMITTED, State.WITHDRAWN} and open_request(application, now=now):
        raise WrongState(
            _("The startup is asked for more information. Wait for it, or take the request back.")
        )


@transaction.atomic
def begin(
    *,
    call: Call,
    author: User | None,
    language: str,
    now: datetime,
    startup: Startup | None = None,
    paper_received_on: date | None = None,
) -> Application:
    """A new draft, of a startup of its own until another is given. Without an author it belongs
    to a browser's session; `paper_received_on`: the fund enters what came by post."""
    if not call.is_open(now) and paper_received_on is None:
        raise CallClosed(_("This call is not open."))
    application = Application.objects.create(
        call=call,
        startup=startup or _new_startup(None if paper_received_on else author),
        author=author,
        form_version=FormVersion.objects.filter(call=call).first(),
        language=language,
        state_since=now,
        created_at=now,
        paper_received_on=paper_received_on,
    )
    names = [*SECTIONS, "questions"]
    Section.objects.bulk_create(Section(application=application, name=name) for name in names)
    kind = "paper_entered" if paper_received_on else "created"
    timeline.write(application, kind, now=now, actor=author)
    return application


def _new_startup(owner: User | None) -> Startup:
    startup = Startup.objects.create()
    if owner:
        Membership.objects.create(startup=startup, user=owner, part=Part.OWNER)
    return startup


@transaction.atomic
def adopt(drafts: Iterable[int], *, user: User, now: datetime) -> None:
    """Give the drafts of a browser's session to the account that it now has."""
    rows = Application.objects.select_for_update(of=("self",)).filter(pk__in=drafts, author=None)
    for application in rows.order_by("pk"):
        Application.objects.filter(pk=application.pk).update(author=user)
        Membership.objects.get_or_create(
            startup_id=application.startup_id, user=user, defaults={"part": Part.OWNER}
        )
        timeline.write(application, "adopted", now=now, actor=user)


def require_open(application: Application, section: str, *, now: datetime) -> None:
    """Raise WrongState unless this section may be changed now."""
    if application.state == State.DRAFT:
        return
    request = open_request(application, now=now)
    if request is None or section not in request.sections:
        raise WrongState(_("This file is submitted; its answers can no longer be changed."))


def open_request(application: Application, *, now: datetime) -> InformationRequest | None:
    """What the fund asks of the startup now, if anything."""
    rows = InformationRequest.objects.filter(application=application, closed_at=None)
    return rows.filter(until__gt=now).first()


@retried
@transaction.atomic
def submit(
    application: Application, *, actor: User, now: datetime, binds_company: bool = True
) -> Submission:
    """Freeze the draft: receipt, timestamp and hash now; screening follows by the outbox.

    A second click finds the first one's receipt. Raises NotAuthorised, CallClosed, Incomplete,
    AlreadyApplied.
    """
    application = lock(application)
    if application.state != State.DRAFT and application.submission:
        return application.submission
    require_authority(application, actor, binds_company)
    if not may_submit(application, now):
        raise CallClosed(_("This call is closed. Your draft is kept, but cannot be submitted."))
    if gaps := missing(application):
        raise Incomplete(gaps)
    application.submitted_at = now
    with one_file_of_an_enterprise():
        submission = freeze(application, actor=actor, now=now)
        move(
            application, State.SUBMITTED, kind="submitted", now=now, actor=actor,
            receipt=submission.receipt,
        )  # fmt: skip
    _use_extension(application, now=now)
    tell(
        application, "received", now=now, fact=f"received:{submission.receipt}",
        submission=submission,
    )  # fmt: skip
    return submission


@contextmanager
def one_file_of_an_enterprise() -> Iterator[None]:
    """Raise AlreadyApplied where the database finds another open file of it in the call."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise AlreadyApplied(
            _("This enterprise already has a file in this call. Your draft is kept.")
        ) from error


def require_authority(application: Application, actor: User, binds_company: bool = True) -> None:
    """Raise NotAuthorised unless this person may hand the file in."""
    if application.on_paper and actor.is_fund_manager:
        return
    owners = Membership.objects.filter(startup=application.startup_id, part=Part.OWNER)
    if not owners.filter(user=actor).exists():
        raise NotAuthorised(_("Only an owner of the startup can submit. Your draft is kept."))
    if not email_is_verified(actor):
        raise NotAuthorised(
            _(
                "Confirm your e-mail address first: we write to it about your file. Your draft "
                "is kept."
            )
        )
    if not binds_company:
        raise NotAuthorised(_("Confirm that you may bind the company. Your draft is kept."))


def _use_extension(application: Application, *, now: datetime) -> None:
    extension = getattr(application, "extension", None)
    if extension and not application.call.is_open(now):
        extension.used_at = now
        extension.save(update_fields=["used_at"])
        timeline.write(application, "extension_used", now=now)


def freeze(application: Application, *, actor: User, now: datetime) -> Submission:
    """The next submission of the file, and what follows from it. The file must be locked."""
    frozen = content(application, now=now)
    digest = sha256(frozen)
    submission = Submission.objects.create(
        application=application,
        version=application.submissions.count() + 1,
        content=frozen,
        sha256=digest,
        receipt=f"{application.reference}-{digest[:6].upper()}",
        at=now,
        by=actor,
    )
    application.submission = submission
    application.enterprise_number = application.startup.enterprise_number
    application.save()
    _declare_aid(submission, now=now)
    outbox.put("application.submitted", now=now, application=application.pk)
    for name in Paper.Name:
        queue.enqueue(Paper(submission=submission, name=name), now=now)
    return submission


def _declare_aid(submission: Submission, *, now: datetime) -> None:
    """Keep what the startup says it received, beside its ceiling."""
    number = submission.application.enterprise_number
    answers = submission.answers("aid")
    if number and answers:
        received = [
            (Decimal(row["amount"]), date.fromisoformat(row["granted_on"]))
            for row in answers.get("aid", [])
        ]
        deminimis.declare(
            number, received, on=timezone.localdate(now),
            declaration=f"application:{submission.application_id}",
        )  # fmt: skip


def tell(application: Application, template: str, *, now: datetime, **context: Any) -> None:
    """Write to the startup's owners and editors, each in their language; by post if it has none."""
    readers: list[User | None] = [*writers(application)]
    for reader in readers or [None]:
        mail.write(
            template,
            to=reader,
            about=application,
            now=now,
            language=reader.language if reader else application.language,
            name=str(application.startup),
            application=application,
            **context,
        )


@retried
@transaction.atomic
def withdraw(
    application: Application, *, actor: Any, now: datetime, reason: str = ""
) -> Application:
    """The startup takes its file back; what the fund had reserved for it is released above."""
    moved = move(
        application, State.WITHDRAWN, kind="withdrawn", now=now, actor=actor,
        reason=reason.strip(),
    )  # fmt: skip
    InformationRequest.objects.filter(application=moved, closed_at=None).update(closed_at=now)
    outbox.put("application.withdrawn", now=now, application=application.pk)
    return moved
