"""Proposals and votes, the awards they become, and what follows from them."""

from .attachments import Attachment
from .awards import STANDING, Award, Change, Promotion, Tranche
from .deciding import Instrument, Opinion, Proposal, Rejection, Terms, Vote
from .letters import Letter
from .lining import Method, Scenario, ScenarioLine
from .meetings import Attendance, Meeting, MeetingFile, MeetingPack, MeetingRecord
from .paying import BankAccount, Batch, Claim, Recovery, Report

__all__ = [
    "STANDING",
    "Attachment",
    "Attendance",
    "Award",
    "BankAccount",
    "Batch",
    "Change",
    "Claim",
    "Instrument",
    "Letter",
    "Meeting",
    "MeetingFile",
    "MeetingPack",
    "MeetingRecord",
    "Method",
    "Opinion",
    "Promotion",
    "Proposal",
    "Recovery",
    "Rejection",
    "Report",
    "Scenario",
    "ScenarioLine",
    "Terms",
    "Tranche",
    "Vote",
]
