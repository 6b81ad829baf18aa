"""Freezing a ranking: what it was computed from, how, and what came out, for good."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from brustart.accounts.models import User
from brustart.core import audit
from brustart.core.errors import Refused
from brustart.core.hashing import plain, sha256
from brustart.fund.models import Call

from . import rubrics, tallying
from .calibrating import calibrate
from .models import FrozenRanking, PanelStatistics, Rank
from .ranking import is_being_ranked
from .tallying import Reading

NUMBERS = ("calibrated", "deviation", "expected", "low", "high")
STATISTICS = (
    "method", "seed", "draws", "r_hat", "connected", "severities", "files", "fewest",
    "alpha", "alpha_low", "alpha_high",
)  # fmt: skip


class CannotFreeze(Refused):
    """Marks are still being added up, no file is ranked, or this very ranking is frozen."""


@transaction.atomic
def freeze(call: Call, *, actor: User, now: datetime) -> FrozenRanking:
    """Keep the ranking as it is now. Raises CannotFreeze."""
    Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    if is_being_ranked(call):
        raise CannotFreeze(_("Marks are being added up right now. Try again in a moment."))
    content = plain(_content(call))
    if not content["lines"]:
        raise CannotFreeze(_("No file is ranked yet, so there is nothing to freeze."))
    digest, last = sha256(content), newest(call)
    if last and last.sha256 == digest:
        raise CannotFreeze(_("This very ranking is frozen already. Nothing was changed."))
    frozen = FrozenRanking.objects.create(
        call=call,
        number=last.number + 1 if last else 1,
        content=content,
        sha256=digest,
        at=now,
        by=actor,
    )
    audit.record(
        "ranking.frozen", about=frozen, actor=actor, now=now, call=call.code, sha256=digest
    )
    return frozen


def newest(call: Call) -> FrozenRanking | None:
    """The ranking of the call that was frozen last."""
    return call.frozen_rankings.order_by("-number").first()


def _content(call: Call) -> dict[str, Any]:
    """Reviewers have numbers here, not names: who they are stands in their reviews."""
    readings = tallying.readings(call)
    known = PanelStatistics.objects.filter(call=call, seed=tallying.seed_of(readings)).first()
    if known is None:  # marks came in, or were taken back, since the call was last ranked
        raise CannotFreeze(_("Marks are being added up right now. Try again in a moment."))
    number = {key: place for place, key in enumerate(sorted({one.reviewer for one in readings}))}
    return {
        "schema": 1,
        "call": call.code,
        "weights": rubrics.of(call).weights,
        "statistics": {name: getattr(known, name) for name in STATISTICS},
        "marks": [
            {"file": one.file, "reviewer": number[one.reviewer], "marks": dict(one.marks)}
            for one in readings
        ],
        "lines": list(_lines(call)),
    }


def _lines(call: Call) -> Iterator[dict[str, Any]]:
    ranks = Rank.objects.filter(call=call).select_related("application__panel_score")
    for rank in ranks.order_by("place", "application_id"):
        score = rank.application.panel_score
        yield {
            "file": rank.application_id,
            "reference": rank.application.reference,
            "place": rank.place,
            **{name: getattr(rank, name) for name in NUMBERS},
            "reviews": score.n,
            "medians": score.medians,
            "total": score.total,
            "passes": score.passes,
        }


def recomputed(frozen: FrozenRanking) -> list[dict[str, Any]]:
    """The place and the numbers of each file, computed anew from what was frozen: the same ones."""
    content: Mapping[str, Any] = frozen.content
    readings = [
        Reading(
            row["file"],
            row["reviewer"],
            {name: Decimal(value) for name, value in row["marks"].items()},
        )
        for row in content["marks"]
    ]
    found = calibrate(
        tallying.marked(readings, content["weights"]), seed=content["statistics"]["seed"]
    )
    rows = [
        {"file": file, "place": place, **tallying.numbers(estimate)}
        for file, place, estimate in tallying.placed(found)
    ]
    return [plain(row) for row in rows]


def holds(frozen: FrozenRanking) -> bool:
    """Whether computing it again gives the same places and numbers, to the last digit kept."""
    kept = {row["file"]: _figures(row) for row in frozen.content["lines"]}
    return kept == {row["file"]: _figures(row) for row in recomputed(frozen)}


def _figures(row: Mapping[str, Any]) -> tuple[Decimal, ...]:
    return tuple(Decimal(row[name]) for name in ("place", *NUMBERS))
