"""Startups, their people, the files they hand in, and what is said about them."""

from .documents import Document, Extraction, Paper
from .exchanges import FileMessage, InformationRequest
from .files import (
    Application,
    Extension,
    FormVersion,
    Section,
    Submission,
    TimelineEntry,
    Track,
)
from .startups import Invitation, Membership, Part, Startup

__all__ = [
    "Application",
    "Document",
    "Extension",
    "Extraction",
    "FileMessage",
    "FormVersion",
    "InformationRequest",
    "Invitation",
    "Membership",
    "Paper",
    "Part",
    "Section",
    "Startup",
    "Submission",
    "TimelineEntry",
    "Track",
]
