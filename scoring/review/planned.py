"""A plan as people read it: per file, per reviewer, what lacks, and how far it is given."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.forms.topics import Topic
from applications.models import Application
from brustart.accounts.models import User
from brustart.core.queue import State
from brustart.fund.models import Call

from .models import AssignmentPlan, Panelist, Review
from .planning import with_topics


@dataclass(frozen=True)
class Load:
    """A reviewer of the call: files given, and `more` that a plan would give; lengths for a bar,
    of what the one who can take most can take."""

    seat: Panelist
    given: int
    more: int
    longest: int

    @property
    def person(self) -> User:
        return self.seat.reviewer

    @property
    def topics(self) -> list[Promise | str]:
        return [Topic(one).label for one in self.seat.topics if one in Topic.values]

    @property
    def total(self) -> int:
        return self.given + self.more

    def _length(self, files: int) -> str:
        return f"{files / max(self.longest, 1) * 100:.2f}%"

    @property
    def given_width(self) -> str:
        return self._length(self.given)

    @property
    def total_width(self) -> str:
        return self._length(self.total)

    @property
    def languages(self) -> list[str]:
        return [code.upper() for code in sorted(self.seat.reads)]

    @property
    def room_width(self) -> str:
        return self._length(self.seat.capacity)


def loads(call: Call, more: Counter[int] | None = None) -> list[Load]:
    """Everybody on the panel by name, with what they read in this call. Two queries."""
    seats = list(
        Panelist.objects.filter(call=call)
        .select_related("reviewer")
        .order_by("reviewer__name", "pk")
    )
    rows = Review.objects.active().filter(application__call=call).order_by()
    given = dict(rows.values_list("reviewer").annotate(number=Count("pk")))
    more = more or Counter()
    longest = max(
        (max(one.capacity, given.get(one.reviewer_id, 0) + more[one.reviewer_id]) for one in seats),
        default=1,
    )
    return [
        Load(one, given.get(one.reviewer_id, 0), more[one.reviewer_id], longest) for one in seats
    ]


@dataclass(frozen=True)
class Proposed:
    """A reviewer for a file, and why this one."""

    person: User
    why: str
    refusal: str


@dataclass(frozen=True)
class FileLine:
    """A file of a plan: who reads it already, who would."""

    application: Application
    given: list[User]
    readings: list[Proposed]


def planned(plan: AssignmentPlan) -> dict[str, Any]:
    """`lines` by file, `loads` by reviewer, `lacking` and `relax` in words."""
    rows = list(plan.readings.select_related("reviewer"))
    seats = {one.reviewer_id: one for one in Panelist.objects.filter(call=plan.call_id)}
    keys = {one.application_id for one in rows} | {one["file"] for one in plan.lacking}
    named = Application.objects.filter(pk__in=keys).select_related("startup")
    files = with_topics(named).in_bulk()
    given: dict[int, list[User]] = defaultdict(list)
    for review in Review.objects.active().filter(application__in=keys).select_related("reviewer"):
        given[review.application_id].append(review.reviewer)
    readings: dict[int, list[Proposed]] = defaultdict(list)
    for row in rows:
        file, seat = files[row.application_id], seats.get(row.reviewer_id)
        readings[file.pk].append(Proposed(row.reviewer, _why(file, seat), row.refusal))
    planned_too = {(row.application_id, row.reviewer_id) for row in rows}
    more = Counter(row.reviewer_id for row in rows) if plan.applied_at is None else Counter()
    return {
        "lines": [
            FileLine(
                files[key],
                [one for one in given[key] if (key, one.pk) not in planned_too],
                readings[key],
            )
            for key in sorted(keys)
        ],
        "loads": loads(plan.call, more),
        "lacking": [_lack(files[one["file"]], one) for one in plan.lacking],
        "relax": _relax(plan),
    }


def _why(file: Any, seat: Panelist | None) -> str:
    """What speaks for this reviewer; `file`: with its topics."""
    if seat is None:
        return ""
    topics = set(file.topics or ()) & set(seat.topics)
    shared = [str(one.label) for one in Topic if one in topics]
    return ", ".join(shared) if shared else _("reads the language and has room")


def _lack(file: Application, short: dict[str, Any]) -> dict[str, Any]:
    """What a file lacks, and where in the panel it fails."""
    missing = ngettext(
        "%(count)s reviewer is missing", "%(count)s reviewers are missing", short["missing"]
    ) % {"count": short["missing"]}
    parts = _(
        "%(reading)s of the panel read its language, %(free)s of these have no conflict, %(roomy)s "
        "of these have room."
    )
    return {
        "application": file,
        "missing": missing,
        "ehealth": short["ehealth"],
        "where": parts % short,
    }


def _relax(plan: AssignmentPlan) -> list[str]:
    """What alone would fill every gap, in words."""
    people = {
        str(one.reviewer_id): one.reviewer
        for one in Panelist.objects.filter(call=plan.call_id).select_related("reviewer")
    }
    words = []
    if "capacity" in plan.relax:
        more = ", ".join(
            f"{people[key]} +{number}" for key, number in plan.relax["capacity"].items()
        )
        words.append(_("Let some take more files: %(people)s.") % {"people": more})
    if "language" in plan.relax:
        words.append(_("Add to the languages that people of the panel read."))
    if "ehealth" in plan.relax:
        words.append(_("Add somebody who knows e-health, or more room for those who do."))
    return words


@dataclass(frozen=True)
class PlanProgress:
    done: int
    failed: int
    total: int

    @property
    def going(self) -> bool:
        return self.done + self.failed < self.total

    @property
    def width(self) -> str:
        return f"{self.done / max(self.total, 1) * 100:.2f}%"


def progress_of(plan: AssignmentPlan) -> PlanProgress | None:
    """How many of its files are given; None before it is applied."""
    if plan.applied_at is None:
        return None
    return PlanProgress(
        **plan.steps.aggregate(
            done=Count("pk", filter=Q(state=State.DONE)),
            failed=Count("pk", filter=Q(state=State.FAILED)),
            total=Count("pk"),
        )
    )
