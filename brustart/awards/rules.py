"""Proposals and votes are for the fund and its panels; awards and rejections follow their file."""

from django.db.models import Q

from applications.models import Application
from brustart.accounts.access import NO_ROW, Reader, follow, open_to, register, sees, visible_to
from brustart.accounts.models import Role, User

from .models import Award, Proposal, Rejection, Vote


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
