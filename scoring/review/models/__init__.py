"""People's judgement: panels, conflicts, readings and marks, what they add up to, and plans."""

from .conflicts import ConflictOfInterest, Declaration
from .panels import PanelInvitation, Panelist, Round, Rubric
from .plans import AssignmentPlan, PlannedReading, Step, Suggestion
from .results import FrozenRanking, PanelScore, PanelStatistics, Rank
from .reviews import Mark, MarkChange, PanelComment, Pitch, Review

__all__ = [
    "AssignmentPlan",
    "ConflictOfInterest",
    "Declaration",
    "FrozenRanking",
    "Mark",
    "MarkChange",
    "PanelComment",
    "PanelInvitation",
    "PanelScore",
    "PanelStatistics",
    "Panelist",
    "Pitch",
    "PlannedReading",
    "Rank",
    "Review",
    "Round",
    "Rubric",
    "Step",
    "Suggestion",
]
