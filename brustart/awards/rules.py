"""Proposals and votes are for the fund and its panels; awards and rejections follow their file;
what comes after an award is between the startup and the fund."""

from typing import Any

from django.db.models import Model, Q

from applications.models import Application
from brustart.accounts.access import (
    EVERY_ROW,
    NO_ROW,
    Reader,
    follow,
    open_to,
    register,
    sees,
    visible_to,
)
from brustart.accounts.models import Role, User

from .models import (
    Attachment,
    Attendance,
    Award,
    BankAccount,
    Batch,
    Change,
    Claim,
    Letter,
    Meeting,
    MeetingFile,
    MeetingPack,
    MeetingRecord,
    Opinion,
    Promotion,
    Proposal,
    Recovery,
    Rejection,
    Report,
    Scenario,
    ScenarioLine,
    Terms,
    Tranche,
    Vote,
)


def _votes_on(reader: Reader, proposal: Proposal) -> bool:
    return isinstance(reader, User) and reader.is_reviewer and sees(reader, proposal.application)


def _votable(reader: Reader) -> Q:
    if not isinstance(reader, User) or not reader.is_reviewer:
        return NO_ROW
    return Q(application__in=visible_to(reader, Application))


open_to(Proposal, Role.FUND_MANAGER, Role.AUDITOR)
register(Proposal, sees=_votes_on, rows=_votable)
follow(Vote, "proposal")
follow(Award, "application")
follow(Rejection, "application")


def _between(model: type[Model], file: str, *, shown: Q | None = None) -> None:
    """Rows for those who oversee, and `shown` ones for the startup of the `file` they lead to."""

    def rows(reader: Reader) -> Q:
        if not isinstance(reader, User):
            return NO_ROW
        if reader.oversees:
            return EVERY_ROW
        return Q(**{f"{file}__startup__members": reader.pk}) & (shown or EVERY_ROW)

    def one(reader: Reader, row: Any) -> bool:
        return type(row).objects.filter(rows(reader), pk=row.pk).exists()

    register(model, sees=one, rows=rows)


for parts in (Tranche, Change, BankAccount, Recovery, Report):
    _between(parts, "award__application")
_between(Claim, "tranche__award__application")
_between(Letter, "application")
_between(Attachment, "application", shown=Q(internal=False))
follow(Terms, "proposal")
follow(Opinion, "proposal")
register(  # whoever votes reads the Finance Inspector's opinion
    Attachment,
    sees=lambda reader, row: visible_to(reader, Opinion).filter(document=row.pk).exists(),
    rows=lambda reader: Q(opinions__in=visible_to(reader, Opinion)),
)
open_to(Promotion, Role.FUND_MANAGER, Role.AUDITOR)
open_to(Batch, Role.FUND_MANAGER, Role.AUDITOR)
for inside in (
    Scenario, ScenarioLine, Meeting, Attendance, MeetingFile, MeetingPack, MeetingRecord,
):  # fmt: skip
    open_to(inside, Role.FUND_MANAGER, Role.AUDITOR)


def _seated(reader: Reader) -> Q:
    """Of meetings: those of a panel on which the reader approves."""
    if not isinstance(reader, User) or not reader.is_reviewer:
        return NO_ROW
    return Q(call__panel__in=reader.panelist_set.filter(approves=True))


register(
    Meeting,
    sees=lambda reader, row: Meeting.objects.filter(_seated(reader), pk=row.pk).exists(),
    rows=_seated,
)
register(
    MeetingPack,
    sees=lambda reader, row: reader.pk is not None and row.reader_id == reader.pk,
    rows=lambda reader: Q(reader=reader.pk) if reader.pk else NO_ROW,
)
