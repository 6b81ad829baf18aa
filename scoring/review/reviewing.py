"""One reviewer's marks: kept as a draft, then handed in for good."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
from brustart.fund.models import Call

from . import panel, rubrics
from .models import Mark, Review


@dataclass(frozen=True)
class Given:
    """A mark (0 to 5, in halves; None while undecided, or where the criterion does not apply) and
    its reason."""

    value: Decimal | None
    reason: str
    not_applicable: bool = False

    @property
    def is_whole(self) -> bool:
        return bool(self.reason.strip()) and (self.value is not None or self.not_applicable)


@dataclass(frozen=True)
class Written:
    """What a reviewer has written so far: `marks` by criterion, `texts` by field of Review (TEXTS),
    `recommended` in EUR, `confidence` as Review.Confidence."""

    marks: Mapping[str, Given]
    texts: Mapping[str, str] = field(default_factory=dict)
    recommended: Decimal | None = None
    confidence: int | None = None


TEXTS = ("strengths", "weaknesses", "questions", "comment")


class NotYours(Refused):
    """The review is handed in, or ended by a conflict of interest."""


class MarksMissing(Refused):
    """Each criterion needs a mark and a reason before the review is handed in."""


class StaleReview(Refused):
    """Another tab or device kept something since this page was opened."""


@transaction.atomic
def save(
    review: Review,
    written: Written,
    *,
    now: datetime,
    begun_from: int | None = None,
    page: str = "",
) -> Review:
    """Keep what is written so far. `begun_from`: the version that the page was opened with (None:
    whichever is there), `page`: that page's own token. Raises NotYours, StaleReview."""
    if review.version == 0:  # what one is marked on is settled with the first marks
        call = review.application.call_id
        Call.objects.select_for_update(no_key=True, of=("self",)).get(pk=call)
    review = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if not review.is_open:
        raise NotYours(_("This review is closed; its marks can no longer be changed."))
    same_page = page != "" and review.saved_page == page
    if begun_from is not None and review.version != begun_from and not same_page:
        raise StaleReview(
            _(
                "This review was changed in another tab or on another device. What you wrote "
                "here is not kept yet: compare the two, then save."
            )
        )
    grid = rubrics.of_review(review)
    Mark.objects.bulk_create(
        [
            Mark(
                review=review,
                criterion=key,
                value=None if given.not_applicable else given.value,
                not_applicable=given.not_applicable and grid.measure(key).may_skip,
                reason=given.reason,
            )
            for key, given in written.marks.items()
            if key in grid.keys
        ],
        update_conflicts=True,
        unique_fields=["review", "criterion"],
        update_fields=["value", "not_applicable", "reason"],
    )
    for name in TEXTS:
        setattr(review, name, written.texts.get(name, ""))
    review.recommended, review.confidence = written.recommended, written.confidence
    review.state, review.rubric = Review.State.BEGUN, grid.rubric
    review.version += 1
    review.saved_at, review.saved_page = now, page
    review.save()
    return review


@transaction.atomic
def hand_in(review: Review, *, actor: Any, now: datetime) -> Review:
    """The marks are final and may be seen by the fund. A second click changes nothing."""
    application = lifecycle.lock(review.application)
    review = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if review.state == Review.State.DONE:
        return review
    if application.state != State.IN_REVIEW or review.state != Review.State.BEGUN:
        raise NotYours(_("This review is closed; its marks can no longer be changed."))
    marks = {mark.criterion: mark for mark in review.marks.all()}
    lacking = [
        one.label
        for one in rubrics.of_review(review).measures
        if one.key not in marks or not _given(marks[one.key]).is_whole
    ]
    if lacking:
        raise MarksMissing(
            _(
                "Your marks are kept, but not handed in: a mark or its reason is missing for "
                "%(criteria)s."
            )
            % {"criteria": ", ".join(lacking)}
        )
    review.state, review.done_at = Review.State.DONE, now
    review.save()
    timeline.write(application, "review_done", now=now, actor=actor, for_applicant=False)
    audit.record("review.done", about=review, actor=actor, now=now)
    panel.recompute(application, now=now)
    return review


def _given(mark: Mark) -> Given:
    return Given(mark.value, mark.reason, mark.not_applicable)


def own_marks_are_in(user: Any, application: Application) -> bool:
    """Whether the machine's pre-score may be shown: a reviewer first judges alone."""
    if not getattr(user, "is_reviewer", False):
        return True
    own = Review.objects.filter(application=application, reviewer=user)
    return not own.exclude(state=Review.State.DONE).exists() and own.exists()
