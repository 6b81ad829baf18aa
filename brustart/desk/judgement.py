"""What people made of a file: marks, panel score, proposals and votes, for those who may know."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise

from applications.models import Application
from brustart.accounts.access import visible_to
from brustart.accounts.models import User
from brustart.awards.models import Proposal
from scoring.grid import TOP_MARK
from scoring.review import rubrics
from scoring.review.models import Mark, PanelScore, Rank, Review
from scoring.review.reading import TONES

PROPOSAL_TONES = {
    Proposal.State.OPEN: "active",
    Proposal.State.APPROVED: "good",
    Proposal.State.REFUSED: "bad",
    Proposal.State.VOID: "neutral",
}


@dataclass(frozen=True)
class CriterionMarks:
    """A panel's marks of one criterion (0 to 5; None: not given yet) and their median."""

    label: Promise | str
    weight: int
    values: list[Decimal | None]
    median: Decimal | None


@dataclass(frozen=True)
class Judgement:
    """Empty where the reader may not know, or nothing is there yet."""

    score: PanelScore | None
    rank: Rank | None
    marks: list[CriterionMarks]
    reviews: list[tuple[Review, str]]
    proposals: list[tuple[Proposal, str]]
    quorum: int
    top: int = TOP_MARK


def of(user: User, application: Application) -> Judgement:
    """The judgement as far as this person, who is not of the startup, may know it."""
    score = visible_to(user, PanelScore).filter(application=application).first()
    reviews = visible_to(user, Review).filter(application=application).select_related("reviewer")
    proposals = (
        visible_to(user, Proposal)
        .filter(application=application)
        .select_related("proposed_by")
        .prefetch_related("votes__reviewer")
        .order_by("-proposed_at")
    )
    return Judgement(
        score=score,
        rank=visible_to(user, Rank).filter(application=application).first(),
        marks=_marks(application, score) if user.oversees else [],
        reviews=[(one, TONES[Review.State(one.state)]) for one in reviews],
        proposals=[(one, PROPOSAL_TONES[Proposal.State(one.state)]) for one in proposals],
        quorum=application.call.quorum,
    )


def _marks(application: Application, score: PanelScore | None) -> list[CriterionMarks]:
    """Handed-in marks of each criterion, beside those of reviews still to come."""
    reviews = application.reviews.active()
    given = Mark.objects.filter(review__in=reviews.filter(state=Review.State.DONE))
    number = reviews.count()
    if not number:
        return []
    measures = rubrics.of(application.call).measures
    values: dict[str, list[Decimal | None]] = {one.key: [] for one in measures}
    for mark in given.exclude(value=None).order_by("value"):
        values[mark.criterion].append(mark.value)
    medians = score.medians if score else {}
    return [
        CriterionMarks(
            label=one.label,
            weight=one.weight,
            values=values[one.key] + [None] * (number - len(values[one.key])),
            median=Decimal(medians[one.key]) if one.key in medians else None,
        )
        for one in measures
    ]
