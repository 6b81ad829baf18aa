"""Leave to submit one draft after its call has closed: once, for a reason that stays on record."""

import re
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from brustart.accounts.models import User
from brustart.core import audit
from brustart.core.errors import Refused
from brustart.fund.models import Call

from . import lifecycle, timeline
from .models import Application, Extension
from .states import State


class CannotExtend(Refused):
    """There is no such draft, it has its extension already, or it is not said until when or why."""


def find_draft(reference: str, *, call: Call) -> Application:
    """The draft of this call that people call BRU-00042; for its name, and not to be read.

    Raises CannotExtend.
    """
    number = re.fullmatch(r"(?:BRU)?[\s-]*(\d{1,9})", reference.strip().upper())
    drafts = Application.objects.filter(call=call, state=State.DRAFT, paper_received_on=None)
    draft = drafts.select_related("startup").filter(pk=int(number[1])).first() if number else None
    if draft is None:
        raise CannotExtend(
            _("No draft of this call has this number. It looks like BRU-00042; ask for it again.")
        )
    return draft


@transaction.atomic
def grant(
    application: Application, *, until: datetime, reason: str, actor: User, now: datetime
) -> Extension:
    """Let this draft be submitted until an instant, and tell its people. Raises CannotExtend."""
    application = lifecycle.lock(application)
    _require(application, until=until, reason=reason, now=now)
    extension = Extension.objects.create(
        application=application,
        until=until,
        reason=reason.strip(),
        granted_by=actor,
        granted_at=now,
    )
    said: dict[str, Any] = {"until": until, "reason": extension.reason}
    timeline.write(application, "extension_granted", now=now, actor=actor, **said)
    audit.record("extension.granted", about=application, actor=actor, now=now, **said)
    if application.author_id:  # a draft begun without an account has nobody to write to yet
        lifecycle.tell(application, "extension", now=now, extension=extension)
    return extension


def _require(application: Application, *, until: datetime, reason: str, now: datetime) -> None:
    if application.state != State.DRAFT:
        raise CannotExtend(_("Only a draft can have an extension; this file is no draft any more."))
    if application.on_paper:
        raise CannotExtend(_("On paper the day of arrival counts: no extension is needed."))
    if hasattr(application, "extension"):
        raise CannotExtend(_("This draft has an extension already. A second one is not possible."))
    if not reason.strip():
        raise CannotExtend(_("Give the reason: it stands in the file."))
    if until <= max(now, application.call.closes_at):
        raise CannotExtend(_("Choose a moment to come, after the call has closed."))
