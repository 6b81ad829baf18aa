"""Giving files to reviewers, taking them back, and saying that one cannot judge."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import lifecycle, timeline
from applications.models import Application
from applications.states import State
from brustart.core import audit, mail
from brustart.core.errors import Refused

from . import conflicts, panel, rounds
from .models import Panelist, Review

OPEN_TO_REVIEW = {State.ELIGIBLE, State.IN_REVIEW, State.REVIEWED}


class NotThisReviewer(Refused):
    """Not of this call's panel, in conflict, without room, or already given the file."""


def assign(application: Application, *, reviewer: Any, actor: Any, now: datetime) -> Review:
    """Give an eligible file to a reviewer of its call; the first one opens the review. A tie that
    is found on the way stays written down, for the fund to decide, though the act is refused."""
    conflicts.look(application.call, now=now, files=[application.pk], reviewers=[reviewer.pk])
    return _assign(application, reviewer, actor=actor, now=now)


@transaction.atomic
def _assign(application: Application, reviewer: Any, *, actor: Any, now: datetime) -> Review:
    application = lifecycle.lock(application)
    if application.state not in OPEN_TO_REVIEW:
        raise lifecycle.WrongState(
            _("Only an eligible file can be given to reviewers; this one is “%(state)s”.")
            % {"state": application.state_label}
        )
    review = _check(application, reviewer, now=now)
    review = review or Review(application=application, reviewer=reviewer)
    review.state = Review.State.BEGUN if review.version else Review.State.ASSIGNED
    review.assigned_at, review.ended_because = now, ""
    review.save()
    audit.record("review.assigned", about=review, actor=actor, now=now, reviewer=reviewer.pk)
    if application.state == State.REVIEWED:
        panel.rerank(application, now=now)  # it leaves the list until the new marks are in
    if application.state != State.IN_REVIEW:
        lifecycle.move(
            application, State.IN_REVIEW, kind="assigned", now=now, actor=actor,
            for_applicant=False,
        )  # fmt: skip
    found = rounds.of(application.call)
    mail.write(
        "assigned", to=reviewer, about=application, now=now,
        application=application, round=found, startup="" if found.is_blind else application.startup,
    )  # fmt: skip
    return review


def _check(application: Application, reviewer: Any, *, now: datetime) -> Review | None:
    """What the optimiser sees to as well (matching.py). Returns a review that was taken back."""
    call = application.call
    seats = Panelist.objects.select_for_update(of=("self",))  # room becomes scarcer
    seat = seats.filter(call=call, reviewer=reviewer).first()
    if seat is None:
        raise NotThisReviewer(_("This person is not on the panel of this call."))
    if application.startup.members.filter(pk=reviewer.pk).exists():
        raise NotThisReviewer(_("This person belongs to the startup."))
    if conflicts.blocks(application, reviewer):
        raise NotThisReviewer(_("This person has a conflict of interest with this file."))
    known = Review.objects.filter(application=application, reviewer=reviewer).first()
    if known and known.state == Review.State.ABSTAINED:
        raise NotThisReviewer(_("This person has said that they cannot judge this file."))
    if known and known.state != Review.State.RELIEVED:
        raise NotThisReviewer(_("This person has this file already."))
    files = Review.objects.active().filter(application__call=call, reviewer=reviewer).count()
    if why := no_room(application, seat, files=files, on=timezone.localdate(now)):
        raise NotThisReviewer(why)
    return known


def no_room(application: Application, seat: Panelist, *, files: int, on: date) -> str:
    """What keeps the file from somebody who is free of ties, in words; `files`: those they have."""
    if application.language not in seat.reads:
        return _("Does not read the language of this file.")
    if seat.until and seat.until < on:
        return _("Takes no further files.")
    return _("Has as many files as they can take.") if files >= seat.capacity else ""


@transaction.atomic
def take_back(review: Review, *, reason: str, actor: Any, now: datetime) -> Review:
    """A fund manager takes a file back from a reviewer who has not handed in, to give it to
    another; what was written stays kept. Raises NotThisReviewer."""
    if not reason.strip():
        raise NotThisReviewer(_("Give the reason; the reviewer reads it."))
    return _end(review, Review.State.RELIEVED, reason=reason, actor=actor, now=now)


@transaction.atomic
def abstain(review: Review, *, reason: str, actor: Any, now: datetime) -> Review:
    """A reviewer without a conflict says that they cannot judge this file. Raises
    NotThisReviewer."""
    if not reason.strip():
        raise NotThisReviewer(_("Say in a few words why you cannot judge this file."))
    return _end(review, Review.State.ABSTAINED, reason=reason, actor=actor, now=now)


def _end(review: Review, state: Review.State, *, reason: str, actor: Any, now: datetime) -> Review:
    application = lifecycle.lock(review.application)
    review = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if not review.is_open:
        raise NotThisReviewer(_("This review has ended already. Nothing was changed."))
    review.state, review.ended_because = state, reason.strip()
    review.save()
    timeline.write(
        application, f"review_{state.value}", now=now, actor=actor, for_applicant=False,
        reviewer=str(review.reviewer),
    )  # fmt: skip
    audit.record(f"review.{state.value}", about=review, actor=actor, now=now)
    if state == Review.State.RELIEVED:
        mail.write(
            "taken_back", to=review.reviewer, about=application, now=now,
            reference=application.reference, reason=review.ended_because,
        )  # fmt: skip
    panel.recompute(application, now=now)
    return review
