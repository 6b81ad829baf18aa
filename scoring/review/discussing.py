"""After everybody marked alone: what a panel says of a file, who changed what, and the pitch."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from applications import lifecycle, timeline
from applications.models import Application
from brustart.accounts.models import User
from brustart.core import audit
from brustart.core.errors import Refused

from . import panel, rounds, rubrics
from .models import Mark, MarkChange, PanelComment, Pitch, Review


class NotOpen(Refused):
    """The file is not spoken of: marks are still missing, or the round is closed."""


class NotTakingPart(Refused):
    """Only those who marked the file, and the fund, speak of it; each changes their own marks."""


class ReasonMissing(Refused):
    """A changed mark, a comment and a pitch each need words."""


def takes_part(user: User, application: Application) -> bool:
    """Whether somebody may speak of the file: those whose marks are in, and fund managers."""
    if user.is_fund_manager:
        return True
    return own(user, application) is not None


def own(user: User, application: Application) -> Review | None:
    """The review that this person handed in, if they did."""
    return Review.objects.filter(
        application=application, reviewer=user, state=Review.State.DONE
    ).first()


def _open(application: Application) -> Application:
    """The file, locked, if it is spoken of."""
    application = lifecycle.lock(application)
    if rounds.phase_of(application) is not rounds.Phase.TOGETHER:
        raise NotOpen(_("This file is not open for discussion. Nothing was changed."))
    return application


@transaction.atomic
def comment(application: Application, *, text: str, author: User, now: datetime) -> PanelComment:
    """Say something to those who marked the file. Raises NotOpen, NotTakingPart, ReasonMissing."""
    application = _open(application)
    if not takes_part(author, application):
        raise NotTakingPart(_("Only those who marked this file speak of it."))
    if not text.strip():
        raise ReasonMissing(_("Write something first."))
    said = PanelComment.objects.create(
        application=application, author=author, text=text.strip(), at=now
    )
    audit.record("panel.commented", about=said, actor=author, now=now)
    return said


@transaction.atomic
def change_mark(
    review: Review,
    criterion: str,
    *,
    value: Decimal | None,
    reason: str,
    actor: User,
    now: datetime,
) -> MarkChange:
    """Change one of one's own marks (0 to 5, None: does not apply), with the reason; the one before
    stays in the record. Raises NotOpen, NotTakingPart, ReasonMissing."""
    application = _open(review.application)
    review = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if review.reviewer_id != actor.pk or review.state != Review.State.DONE:
        raise NotTakingPart(_("Only your own marks, once handed in, can be changed here."))
    if not reason.strip():
        raise ReasonMissing(_("Say why you change the mark. It is not changed yet."))
    mark = Mark.objects.filter(review=review, criterion=criterion).first()
    if mark is None or (
        value is None and not rubrics.of_review(review).measure(criterion).may_skip
    ):
        raise NotTakingPart(_("This criterion is not among your marks."))
    if mark.value == value:
        raise ReasonMissing(_("This is the mark you gave. Choose another one, or leave it."))
    change = MarkChange.objects.create(
        review=review,
        criterion=criterion,
        before=mark.value,
        after=value,
        reason=reason.strip(),
        when=_when(application),
        at=now,
    )
    mark.value, mark.not_applicable = value, value is None
    mark.save()
    timeline.write(application, "mark_changed", now=now, actor=actor, for_applicant=False)
    audit.record(
        "mark.changed", about=change, actor=actor, now=now,
        before=str(change.before), after=str(change.after),
    )  # fmt: skip
    panel.recompute(application, now=now)
    return change


def _when(application: Application) -> MarkChange.When:
    pitched = Pitch.objects.filter(application=application).exists()
    return MarkChange.When.PITCH if pitched else MarkChange.When.DISCUSSION


@transaction.atomic
def note_pitch(
    application: Application, *, held_on: date, questions: str, actor: User, now: datetime
) -> Pitch:
    """Write down that the startup pitched, and what it was asked; marks changed from then on are
    changed after the pitch. Raises NotOpen, NotTakingPart, ReasonMissing."""
    application = _open(application)
    if not actor.is_fund_manager:
        raise NotTakingPart(_("The fund writes the pitch down."))
    if not questions.strip():
        raise ReasonMissing(_("Write down what the startup was asked."))
    pitch, is_new = Pitch.objects.update_or_create(
        application=application,
        defaults={
            "held_on": held_on, "questions": questions.strip(), "noted_at": now, "noted_by": actor,
        },
    )  # fmt: skip
    audit.record(
        "pitch.noted", about=pitch, actor=actor, now=now, new=is_new, held_on=held_on.isoformat()
    )
    timeline.write(application, "pitched", now=now, actor=actor, for_applicant=False)
    return pitch
