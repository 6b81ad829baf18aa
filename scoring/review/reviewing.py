"""One reviewer's marks: kept as a draft, then handed in for good."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications import lifecycle, timeline
from applications.models import Application
from applications.states import State
from brustart.core import audit
from brustart.core.errors import Refused

from ..grid import Criterion
from . import panel
from .models import Mark, Review


@dataclass(frozen=True)
class Given:
    """A mark (0 to 5, in halves; None while undecided) and its reason."""

    value: Decimal | None
    reason: str


class NotYours(Refused):
    """The review is handed in, or ended by a conflict of interest."""


class MarksMissing(Refused):
    """Each criterion needs a mark and a reason before the review is handed in."""


@transaction.atomic
def save(
    review: Review, *, marks: Mapping[Criterion, Given], comment: str, now: datetime
) -> Review:
    """Keep the marks so far."""
    review = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if review.state in {Review.State.DONE, Review.State.RECUSED}:
        raise NotYours(_("This review is closed; its marks can no longer be changed."))
    Mark.objects.bulk_create(
        [
            Mark(review=review, criterion=criterion, value=given.value, reason=given.reason)
            for criterion, given in marks.items()
        ],
        update_conflicts=True,
        unique_fields=["review", "criterion"],
        update_fields=["value", "reason"],
    )
    review.state, review.comment = Review.State.BEGUN, comment
    review.save()
    return review


@transaction.atomic
def hand_in(review: Review, *, actor: Any, now: datetime) -> Review:
    """Close the review; the panel's score follows as a step. A second click changes nothing."""
    application = lifecycle.lock(review.application)
    review = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if review.state == Review.State.DONE:
        return review
    if application.state != State.IN_REVIEW or review.state == Review.State.RECUSED:
        raise NotYours(_("This review is closed; its marks can no longer be changed."))
    marks = {mark.criterion: mark for mark in review.marks.all()}
    lacking = [
        one.label
        for one in Criterion
        if one not in marks or marks[one].value is None or not marks[one].reason.strip()
    ]
    if lacking:
        raise MarksMissing(
            _(
                "Your marks are kept, but not handed in: a mark or its reason is missing for "
                "%(criteria)s."
            )
            % {"criteria": ", ".join(str(label) for label in lacking)}
        )
    review.state, review.done_at = Review.State.DONE, now
    review.save()
    timeline.write(application, "review_done", now=now, actor=actor, for_applicant=False)
    audit.record("review.done", about=review, actor=actor, now=now)
    panel.recompute(application, now=now)
    return review


def own_marks_are_in(user: Any, application: Application) -> bool:
    """Whether the machine's pre-score may be shown: a reviewer first judges alone."""
    if not getattr(user, "is_reviewer", False):
        return True
    own = Review.objects.filter(application=application, reviewer=user)
    return not own.exclude(state=Review.State.DONE).exists() and own.exists()
