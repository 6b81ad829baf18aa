"""The states of a file and who may move it where: a table, not a machine."""

from django.db import models
from django.utils.translation import pgettext_lazy


class State(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("state of a file", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("state of a file", "Being screened")
    ELIGIBLE = "eligible", pgettext_lazy("state of a file", "Eligible")
    NEEDS_EVIDENCE = "needs_evidence", pgettext_lazy("state of a file", "Needs evidence")
    FAILS_RULES = "fails_rules", pgettext_lazy("state of a file", "Does not meet a rule")
    INELIGIBLE = "ineligible", pgettext_lazy("state of a file", "Not eligible")
    IN_REVIEW = "in_review", pgettext_lazy("state of a file", "In review")
    REVIEWED = "reviewed", pgettext_lazy("state of a file", "Reviewed")
    WAITING = "waiting", pgettext_lazy("state of a file", "On the waiting list")
    PROPOSED = "proposed", pgettext_lazy("state of a file", "Award proposed")
    AWARDED = "awarded", pgettext_lazy("state of a file", "Awarded")
    LAPSED = "lapsed", pgettext_lazy("state of a file", "Award lapsed")
    CLOSED = "closed", pgettext_lazy("state of a file", "Project closed")
    REJECTED = "rejected", pgettext_lazy("state of a file", "Not awarded")
    WITHDRAWN = "withdrawn", pgettext_lazy("state of a file", "Withdrawn")


_S = State
# from -> to. The machine screens; a person confirms each refusal and takes each decision. An
# answered request for information is screened again.
MOVES: dict[State, frozenset[State]] = {
    _S.DRAFT: frozenset({_S.SUBMITTED, _S.WITHDRAWN}),
    _S.SUBMITTED: frozenset({_S.ELIGIBLE, _S.NEEDS_EVIDENCE, _S.FAILS_RULES, _S.WITHDRAWN}),
    _S.ELIGIBLE: frozenset(
        {_S.IN_REVIEW, _S.NEEDS_EVIDENCE, _S.FAILS_RULES, _S.SUBMITTED, _S.WITHDRAWN}
    ),
    _S.NEEDS_EVIDENCE: frozenset(
        {_S.ELIGIBLE, _S.FAILS_RULES, _S.INELIGIBLE, _S.SUBMITTED, _S.WITHDRAWN}
    ),
    _S.FAILS_RULES: frozenset(
        {_S.ELIGIBLE, _S.NEEDS_EVIDENCE, _S.INELIGIBLE, _S.SUBMITTED, _S.WITHDRAWN}
    ),
    _S.INELIGIBLE: frozenset(),
    _S.IN_REVIEW: frozenset({_S.REVIEWED, _S.WITHDRAWN}),
    _S.REVIEWED: frozenset({_S.IN_REVIEW, _S.PROPOSED, _S.WAITING, _S.REJECTED, _S.WITHDRAWN}),
    _S.WAITING: frozenset({_S.PROPOSED, _S.REJECTED, _S.WITHDRAWN}),
    _S.PROPOSED: frozenset({_S.AWARDED, _S.REVIEWED, _S.WITHDRAWN}),
    _S.AWARDED: frozenset({_S.LAPSED, _S.CLOSED}),
    _S.LAPSED: frozenset(),
    _S.CLOSED: frozenset(),
    _S.REJECTED: frozenset(),
    _S.WITHDRAWN: frozenset(),
}
FINAL = frozenset(state for state, moves in MOVES.items() if not moves)
JUDGED = frozenset(
    {_S.REVIEWED, _S.WAITING, _S.PROPOSED, _S.AWARDED, _S.LAPSED, _S.CLOSED, _S.REJECTED}
)  # has a panel score
WITHDRAWABLE = frozenset(state for state, moves in MOVES.items() if _S.WITHDRAWN in moves)
TONES = {
    _S.DRAFT: "neutral",
    _S.SUBMITTED: "active",
    _S.ELIGIBLE: "good",
    _S.NEEDS_EVIDENCE: "warn",
    _S.FAILS_RULES: "warn",
    _S.INELIGIBLE: "bad",
    _S.IN_REVIEW: "active",
    _S.REVIEWED: "active",
    _S.WAITING: "warn",
    _S.PROPOSED: "active",
    _S.AWARDED: "good",
    _S.LAPSED: "neutral",
    _S.CLOSED: "good",
    _S.REJECTED: "bad",
    _S.WITHDRAWN: "neutral",
}


def for_applicant(state: State) -> State:
    """What the startup is told: a proposal is nobody's news before it is a decision."""
    return State.IN_REVIEW if state in {State.REVIEWED, State.PROPOSED} else state
