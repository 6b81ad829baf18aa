"""Meetings of a panel: hold one, keep its record as it goes, close it for good.

The decisions of a meeting are the votes on the proposals of its files; they are given in the
portal by each member (deciding.py), never here.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import Application
from applications.states import JUDGED
from brustart.accounts.models import User
from brustart.core import audit
from brustart.core.errors import Refused
from brustart.core.hashing import plain, sha256
from brustart.fund.models import Call
from scoring.review.models import ConflictOfInterest, Panelist

from .models import Attendance, Meeting, MeetingFile, MeetingRecord, Scenario, Vote


class Closed(Refused):
    """The record of a closed meeting stays as it is."""


class NotComplete(Refused):
    """A record needs who was there, and the minutes."""


@transaction.atomic
def hold(
    call: Call,
    *,
    at: datetime,
    location: str,
    scenario: Scenario | None,
    actor: User,
    now: datetime,
) -> Meeting:
    """Put a meeting in the books. On its agenda: the scenario's files, or else every judged one,
    by place."""
    meeting = Meeting.objects.create(
        call=call, at=at, location=location, scenario=scenario, made_by=actor, made_at=now
    )
    MeetingFile.objects.bulk_create(
        MeetingFile(meeting=meeting, application_id=key, order=order)
        for order, key in enumerate(_agenda(call, scenario), start=1)
    )
    audit.record("meeting.made", about=meeting, actor=actor, now=now, call=call.code, on=at)
    return meeting


def _agenda(call: Call, scenario: Scenario | None) -> list[int]:
    if scenario is not None:
        funded = scenario.lines.filter(amount__gt=0)
        return list(funded.values_list("application", flat=True))
    ranked = call.ranks.filter(application__state__in=JUDGED)
    return list(ranked.order_by("place", "application").values_list("application", flat=True))


@transaction.atomic
def keep(
    meeting: Meeting,
    *,
    at: datetime,
    location: str,
    minutes: str,
    present: Iterable[int],
    actor: User,
    now: datetime,
) -> Meeting:
    """Keep when, where, who was there (of the call's panel) and what was said. Raises Closed."""
    meeting = _open(meeting)
    meeting.at, meeting.location, meeting.minutes = at, location, minutes.strip()
    meeting.save(update_fields=["at", "location", "minutes"])
    seated = Panelist.objects.filter(call=meeting.call_id, reviewer__in=list(present))
    members = set(seated.values_list("reviewer", flat=True))
    meeting.attendances.exclude(member__in=members).delete()
    Attendance.objects.bulk_create(
        [Attendance(meeting=meeting, member_id=key) for key in sorted(members)],
        ignore_conflicts=True,
    )
    audit.record("meeting.kept", about=meeting, actor=actor, now=now, present=sorted(members))
    return meeting


@transaction.atomic
def close(meeting: Meeting, *, actor: User, now: datetime) -> MeetingRecord:
    """Freeze the record, under one hash. Raises Closed and NotComplete."""
    meeting = _open(meeting)
    if not meeting.minutes or not meeting.attendances.exists():
        raise NotComplete(_("Say who was there and write the minutes; then close the meeting."))
    content = plain(_content(meeting))
    meeting.closed_at = now
    meeting.save(update_fields=["closed_at"])
    record = MeetingRecord.objects.create(
        meeting=meeting, content=content, sha256=sha256(content), at=now, by=actor
    )
    audit.record("meeting.closed", about=meeting, actor=actor, now=now, sha256=record.sha256)
    return record


def _open(meeting: Meeting) -> Meeting:
    """The meeting, locked until the transaction ends."""
    meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if meeting.is_closed:
        raise Closed(_("This meeting is closed. Its record stays as it is."))
    return meeting


def recusals(meeting: Meeting) -> dict[int, list[User]]:
    """Who of the panel stands back from which file of the agenda, by file."""
    panel = Panelist.objects.filter(call=meeting.call_id).values("reviewer")
    ties = ConflictOfInterest.objects.blocking().filter(
        application__in=meeting.agenda.values("application"), reviewer__in=panel
    )
    found: dict[int, list[User]] = defaultdict(list)
    for tie in ties.select_related("reviewer").order_by("reviewer__name", "pk"):
        found[tie.application_id].append(tie.reviewer)
    return found


def votes(meeting: Meeting) -> dict[int, list[Vote]]:
    """Every vote on the proposals of the agenda's files, by file, in their order."""
    given = Vote.objects.filter(proposal__application__in=meeting.agenda.values("application"))
    found: dict[int, list[Vote]] = defaultdict(list)
    for vote in given.select_related("proposal", "reviewer").order_by("at", "pk"):
        found[vote.proposal.application_id].append(vote)
    return found


def panel(meeting: Meeting) -> Sequence[User]:
    """Those who sit on the call's panel, by name."""
    seats = Panelist.objects.filter(call=meeting.call_id).select_related("reviewer")
    return [one.reviewer for one in seats.order_by("reviewer__name", "pk")]


def _content(meeting: Meeting) -> dict[str, Any]:
    away, given = recusals(meeting), votes(meeting)
    agenda = meeting.agenda.select_related("application__startup")
    return {
        "schema": 1,
        "call": meeting.call.code,
        "at": meeting.at,
        "location": meeting.location,
        "scenario": meeting.scenario_id,
        "present": [_person(one.member) for one in meeting.attendances.select_related("member")],
        "files": [
            _file(one.application, away.get(one.application_id, []), given[one.application_id])
            for one in agenda
        ],
        "minutes": meeting.minutes,
    }


def _file(application: Application, away: Iterable[User], given: Iterable[Vote]) -> dict[str, Any]:
    return {
        "file": application.pk,
        "reference": application.reference,
        "startup": str(application.startup),
        "state": application.state,
        "recused": [_person(one) for one in away],
        "votes": [
            {
                "by": _person(one.reviewer),
                "proposal": one.proposal_id,
                "amount": one.proposal.amount,
                "approves": one.approves,
                "reason": one.reason,
                "sha256": one.sha256,
                "at": one.at,
            }
            for one in given
        ],
    }


def _person(user: User) -> dict[str, Any]:
    return {"id": user.pk, "name": str(user)}
