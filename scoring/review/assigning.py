"""Giving files to reviewers by hand, and stepping back from one."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications import lifecycle, timeline
from applications.models import Application
from applications.states import State
from brustart.core import audit, mail
from brustart.core.errors import Refused

from . import panel
from .models import ConflictOfInterest, Panelist, Review

OPEN_TO_REVIEW = {State.ELIGIBLE, State.IN_REVIEW, State.REVIEWED}


class NotThisReviewer(Refused):
    """Not of this call's panel, in conflict, or already given the file."""


@transaction.atomic
def assign(application: Application, *, reviewer: Any, actor: Any, now: datetime) -> Review:
    """Give an eligible file to a reviewer of its call; the first one opens the review."""
    application = lifecycle.lock(application)
    if application.state not in OPEN_TO_REVIEW:
        raise lifecycle.WrongState(
            _("Only an eligible file can be given to reviewers; this one is “%(state)s”.")
            % {"state": application.state_label}
        )
    _check(application, reviewer)
    review = Review.objects.create(application=application, reviewer=reviewer, assigned_at=now)
    audit.record("review.assigned", about=review, actor=actor, now=now, reviewer=reviewer.pk)
    if application.state == State.REVIEWED:
        panel.rerank(application, now=now)  # it leaves the list until the new marks are in
    if application.state != State.IN_REVIEW:
        lifecycle.move(
            application, State.IN_REVIEW, kind="assigned", now=now, actor=actor,
            for_applicant=False,
        )  # fmt: skip
    mail.write("assigned", to=reviewer, about=application, now=now, application=application)
    return review


def _check(application: Application, reviewer: Any) -> None:
    if not Panelist.objects.filter(call=application.call_id, reviewer=reviewer).exists():
        raise NotThisReviewer(_("This person is not on the panel of this call."))
    if application.startup.members.filter(pk=reviewer.pk).exists():
        raise NotThisReviewer(_("This person belongs to the startup."))
    if ConflictOfInterest.objects.filter(application=application, reviewer=reviewer).exists():
        raise NotThisReviewer(_("This person has a conflict of interest with this file."))
    if Review.objects.filter(application=application, reviewer=reviewer).exists():
        raise NotThisReviewer(_("This person has this file already."))


@transaction.atomic
def recuse(application: Application, *, reviewer: Any, reason: str, now: datetime) -> None:
    """The reviewer declares a conflict of interest: their review ends, the file is hidden from
    them, and they take no part in its award."""
    application = lifecycle.lock(application)
    conflict, new = ConflictOfInterest.objects.get_or_create(
        application=application,
        reviewer=reviewer,
        defaults={"reason": reason, "declared_at": now},
    )
    if not new:
        return
    Review.objects.filter(application=application, reviewer=reviewer).update(
        state=Review.State.RECUSED, done_at=None
    )
    timeline.write(
        application, "recused", now=now, actor=reviewer, for_applicant=False,
        reviewer=str(reviewer),
    )  # fmt: skip
    audit.record("review.recused", about=conflict, actor=reviewer, now=now)
    panel.recompute(application, now=now)
