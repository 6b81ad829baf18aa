"""The machine proposes; a fund manager confirms each refusal, or admits a file on evidence."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications import lifecycle
from applications.models import Application
from applications.states import State
from brustart.core.errors import Refused

from .models import Verdict


class ReasonMissing(Refused):
    """A decision needs a reason that can be read later."""


def _require(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing(_("Give the reason: it stands in the file and in the decision."))
    return reason.strip()


@transaction.atomic
def admit(application: Application, *, actor: Any, reason: str, now: datetime) -> Application:
    """Evidence was seen for what the rules could not know. A rule that is not met stays.

    Raises ReasonMissing, or WrongState for a file that waits for no evidence.
    """
    locked = lifecycle.lock(application)
    if locked.state != State.NEEDS_EVIDENCE:
        raise lifecycle.WrongState(
            _("Only a file that needs evidence can be admitted; this one is “%(state)s”.")
            % {"state": locked.state_label}
        )
    return lifecycle.move(
        application,
        State.ELIGIBLE,
        kind="admitted",
        now=now,
        actor=actor,
        reason=_require(reason),
    )


@transaction.atomic
def confirm_ineligible(
    application: Application, *, actor: Any, reason: str, now: datetime
) -> Application:
    """Close the file with its findings as grounds, and tell the applicant."""
    reason = _require(reason)
    moved = lifecycle.move(
        application, State.INELIGIBLE, kind="ineligible", now=now, actor=actor, reason=reason
    )
    findings = moved.handed_in.run.findings.exclude(verdict=Verdict.PASS)
    lifecycle.tell(
        moved,
        "ineligible",
        now=now,
        fact=f"ineligible:{moved.pk}",
        findings=list(findings),
        reason=reason,
    )
    return moved
