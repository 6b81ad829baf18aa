"""The machine proposes, people decide: a refusal is confirmed by a fund manager; another verdict
than the machine's needs a reason and a second person."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications import lifecycle, timeline
from applications.models import Application
from applications.states import State
from brustart.accounts.models import User
from brustart.core import audit
from brustart.core.errors import Refused

from .models import Finding, Override, Run, Verdict
from .verdicts import SCREENED, counting, settle


class ReasonMissing(Refused):
    """A decision needs a reason that can be read later."""


class CannotOverride(Refused):
    """The verdict is the same, asked already, no longer counts, or both are one person."""


def _require(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing(_("Give the reason: it stands in the file and in the decision."))
    return reason.strip()


@transaction.atomic
def override(
    finding: Finding, *, verdict: str, reason: str, actor: User, now: datetime
) -> Override:
    """Ask for another verdict on one rule. Nothing changes until a second person confirms it.

    Raises ReasonMissing, CannotOverride.
    """
    _open(finding)
    if verdict == finding.verdict:
        raise CannotOverride(_("This is the verdict already."))
    if finding.overrides.exclude(accepted=False).exists():
        raise CannotOverride(_("Another verdict is asked for this rule already, or was given."))
    asked = Override.objects.create(
        finding=finding,
        verdict=Verdict(verdict),
        reason=_require(reason),
        asked_by=actor,
        asked_at=now,
    )
    audit.record("override.asked", about=asked, actor=actor, now=now, rule=finding.rule)
    return asked


@transaction.atomic
def answer(asked: Override, *, accept: bool, actor: User, now: datetime) -> Override:
    """The second person says yes or no; with yes the file moves to where it then belongs.

    Raises CannotOverride.
    """
    application = _open(asked.finding)
    asked = Override.objects.select_for_update().get(pk=asked.pk)
    if asked.accepted is not None:
        raise CannotOverride(_("This was answered already. Nothing was changed."))
    if asked.asked_by_id == actor.pk:
        raise CannotOverride(_("Another person than the one who asked must answer."))
    asked.accepted, asked.answered_by, asked.answered_at = accept, actor, now
    asked.save()
    said = "confirmed" if accept else "refused"
    audit.record(f"override.{said}", about=asked, actor=actor, now=now, rule=asked.finding.rule)
    if accept:
        timeline.write(application, "overridden", now=now, actor=actor, reason=asked.reason)
        settle(application, asked.finding.run, now=now, actor=actor, first=False)
    return asked


def _open(finding: Finding) -> Application:
    """The file, locked; its screening must be the one that counts, and open."""
    application = lifecycle.lock(finding.run.submission.application)
    current = finding.run.is_current and finding.run.submission_id == application.submission_id
    if not current or application.state not in SCREENED:
        raise CannotOverride(
            _("This file is now “%(state)s”, so its verdicts can no longer be changed.")
            % {"state": application.state_label}
        )
    return application


@transaction.atomic
def confirm_ineligible(
    application: Application, *, actor: Any, reason: str, now: datetime
) -> Application:
    """Close the file with its findings as grounds, and tell the applicant."""
    reason = _require(reason)
    moved = lifecycle.move(
        application, State.INELIGIBLE, kind="ineligible", now=now, actor=actor, reason=reason
    )
    run = Run.objects.of(moved.submission_id)
    counted = counting(run) if run else {}
    findings = [
        one for one in (run.findings.all() if run else []) if counted[one.rule] != Verdict.PASS
    ]
    lifecycle.tell(
        moved,
        "ineligible",
        now=now,
        fact=f"ineligible:{moved.pk}",
        findings=findings,
        reason=reason,
    )
    return moved
