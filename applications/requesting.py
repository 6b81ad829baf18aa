"""A request for information: the fund names sections, the startup changes exactly those."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from brustart.accounts.models import User
from brustart.core import audit, mail
from brustart.core.errors import Refused

from . import drafting, lifecycle, timeline
from .completeness import missing, sections_of
from .models import Application, InformationRequest, Submission
from .states import State

ASKABLE = frozenset({State.ELIGIBLE, State.NEEDS_EVIDENCE, State.FAILS_RULES})


class CannotAsk(Refused):
    """The file is not where the fund may ask, or the request says too little."""


@transaction.atomic
def ask(
    application: Application,
    *,
    sections: Sequence[str],
    question: str,
    until: datetime,
    actor: User,
    now: datetime,
) -> InformationRequest:
    """Reopen these sections until an instant. Raises CannotAsk."""
    application = lifecycle.lock(application)
    _require_askable(application, now=now)
    known = sections_of(application)
    if not question.strip() or not sections or not set(sections) <= set(known):
        raise CannotAsk(_("Say what you ask, and in which sections."))
    if until <= now:
        raise CannotAsk(_("This moment is past. Choose a later one."))
    _let_lapse(application, again=sections, now=now)
    request = InformationRequest.objects.create(
        application=application,
        sections=list(sections),
        question=question.strip(),
        asked_by=actor,
        asked_at=now,
        until=until,
        before=application.handed_in,
    )
    timeline.write(application, "information_asked", now=now, actor=actor, until=until)
    audit.record("information.asked", about=application, actor=actor, now=now, sections=sections)
    headings = [form.heading for key, form in known.items() if key in sections]
    lifecycle.tell(application, "information_asked", now=now, request=request, sections=headings)
    return request


def _require_askable(application: Application, *, now: datetime) -> None:
    if application.state not in ASKABLE:
        raise CannotAsk(
            _("Nothing can be asked while this file is “%(state)s”.")
            % {"state": application.state_label}
        )
    if lifecycle.open_request(application, now=now):
        raise CannotAsk(_("A request is open already. Wait for its answer, or take it back."))


def _let_lapse(application: Application, *, again: Sequence[str], now: datetime) -> None:
    """Nobody answered the last request in time. What was changed in the sections that are asked
    `again` is kept, for the answer to come."""
    lapsed = application.requests.filter(closed_at=None).first()
    if lapsed:
        _restore(lapsed, [name for name in lapsed.sections if name not in again], now=now)
        _close(lapsed, now=now)


def _close(request: InformationRequest, *, now: datetime) -> None:
    request.closed_at = now
    request.save(update_fields=["after", "closed_at"])


@transaction.atomic
def take_back(request: InformationRequest, *, actor: User, now: datetime) -> None:
    """The fund no longer needs an answer; what was being changed does not count."""
    application = lifecycle.lock(request.application)
    waiting = application.requests.filter(pk=request.pk, closed_at=None).first()
    if waiting is None:
        raise CannotAsk(_("This request is answered, or was taken back. Nothing was changed."))
    _restore(waiting, waiting.sections, now=now)
    _close(waiting, now=now)
    timeline.write(application, "information_no_longer_asked", now=now, actor=actor)
    audit.record("information.taken_back", about=application, actor=actor, now=now)


def _restore(request: InformationRequest, names: Sequence[str], *, now: datetime) -> None:
    """These sections, as they were handed in."""
    for section in request.application.sections.filter(name__in=names):
        section.answers, section.unread = request.before.answers(section.name), {}
        section.version += 1
        section.saved_page = ""
        section.save()
    if "documents" in names:
        _restore_documents(request, now=now)


def _restore_documents(request: InformationRequest, *, now: datetime) -> None:
    documents = request.application.documents
    handed_in = [one["id"] for one in request.before.content["documents"]]
    documents.filter(removed_at=None).exclude(pk__in=handed_in).update(removed_at=now)
    documents.filter(pk__in=handed_in).update(removed_at=None)


@transaction.atomic
def answer(application: Application, *, actor: User, now: datetime) -> Submission:
    """Hand the changed sections in: a new submission, screened again. A second click finds it.

    Raises lifecycle.WrongState, NotAuthorised, Incomplete, AlreadyApplied.
    """
    application = lifecycle.lock(application)
    request = lifecycle.open_request(application, now=now)
    if request is None:
        last = application.requests.exclude(after=None).last()
        if last and last.after and last.after_id == application.submission_id:
            return last.after
        raise lifecycle.WrongState(
            _("Nothing is asked of you now, or the time is over. Call us if you need more.")
        )
    lifecycle.require_authority(application, actor)
    for section in application.sections.filter(name__in=request.sections):
        drafting.repeat_for_lists(section)
    if gaps := missing(application):
        raise lifecycle.Incomplete(gaps)
    with lifecycle.one_file_of_an_enterprise():
        submission = lifecycle.freeze(application, actor=actor, now=now)
    request.after = submission
    _close(request, now=now)
    lifecycle.move(
        application, State.SUBMITTED, kind="information_given", now=now, actor=actor,
        receipt=submission.receipt,
    )  # fmt: skip
    mail.write(
        "information_given",
        to=request.asked_by,
        about=application,
        now=now,
        application=application,
        request=request,
    )
    return submission
