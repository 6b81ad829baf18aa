"""Scenarios of the funding line: keep a draft, save it under a name, turn it into proposals.

None of these acts decides: a scenario is a calculation, and each proposal goes to the panel.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from applications.models import Track
from brustart.accounts.models import User
from brustart.core import audit
from brustart.core.errors import Refused
from brustart.core.locking import retried
from brustart.core.money import ZERO
from brustart.fund.models import Call
from scoring.review import freezing

from .candidates import Picture, picture
from .lining import Sure
from .models import Method, Scenario, ScenarioLine
from .proposing import propose
from .reading import left_in, open_parts

SHARE = 60  # percent of what is asked, with which a project can usually be done [P]


class NameNeeded(Refused):
    """A scenario is kept under a name that no other of its call has."""


class NotSaved(Refused):
    """A draft changes with each look; proposals come from a saved scenario."""


@dataclass(frozen=True)
class Settings:
    """What a scenario divides, and how (models/lining.py); amounts in EUR."""

    method: str
    amount: Decimal
    digital: Decimal | None = None
    ehealth: Decimal | None = None
    share: int = SHARE
    until: int | None = None


@dataclass(frozen=True)
class Edit:
    """What a person wants for one file; amounts in EUR."""

    minimum: Decimal | None = None
    forced: Decimal | None = None
    excluded: bool = False


@dataclass(frozen=True)
class Wanted:
    """The words and the instrument with which a person puts a file before the panel."""

    reasons: str
    instrument: str


@dataclass(frozen=True)
class Outcome:
    """What became of one file of a scenario; `refused`: why it was not proposed."""

    line: ScenarioLine
    refused: str = ""


def draft_of(call: Call, person: User) -> Scenario:
    """The person's draft, on the newest frozen ranking; one not kept yet divides what is left if
    every open proposal passes, in the envelope and in its parts."""
    drafts = Scenario.objects.filter(call=call, made_by=person.pk, name="")
    draft = drafts.first() or _new_draft(call, person)
    draft.call, draft.frozen = call, freezing.newest(call)
    return draft


def _new_draft(call: Call, person: User) -> Scenario:
    parts = {one.track: left_in(one).left_if_all_pass for one in open_parts(call.envelope)}
    return Scenario(
        method=Method.BY_RANK,
        share=SHARE,
        amount=max(left_in(call.envelope).left_if_all_pass, ZERO),
        digital=max(parts[Track.DIGITAL], ZERO) if Track.DIGITAL in parts else None,
        ehealth=max(parts[Track.EHEALTH], ZERO) if Track.EHEALTH in parts else None,
        made_by=person,
    )


@retried
@transaction.atomic
def keep_draft(
    call: Call, settings: Settings, edits: Mapping[int, Edit], *, actor: User, now: datetime
) -> Scenario:
    """Keep what a person tries out. `edits`: by file; files not named stay as they are."""
    _locked(call)
    draft = draft_of(call, actor)
    for name, value in asdict(settings).items():
        setattr(draft, name, value)
    draft.made_at = now
    draft.save()
    ranked = call.ranks.filter(application__in=edits).values_list("application", "place")
    ScenarioLine.objects.bulk_create(
        [
            ScenarioLine(scenario=draft, application_id=key, place=place, **asdict(edits[key]))
            for key, place in ranked.order_by("place")
        ],
        update_conflicts=True,
        unique_fields=["scenario", "application"],
        update_fields=["minimum", "forced", "excluded", "place"],
    )
    return draft


@retried
@transaction.atomic
def save_as(call: Call, *, name: str, actor: User, now: datetime) -> Scenario:
    """Keep the person's draft, as it works out now, under a name. Raises NameNeeded."""
    name = name.strip()
    if not name:
        raise NameNeeded(_("Give the scenario a name."))
    _locked(call)
    if Scenario.objects.filter(call=call, name=name).exists():
        raise NameNeeded(_("A scenario of this call already has this name. Choose another."))
    shown = picture(draft_of(call, actor), reader=actor)
    saved = _copy(shown.scenario, name=name, actor=actor, now=now)
    saved.save(force_insert=True)
    _write_lines(saved, shown)
    audit.record(
        "scenario.saved", about=saved, actor=actor, now=now, call=call.code, name=name,
        method=saved.method, amount=saved.amount, awarded=shown.division.total,
        ranking=saved.frozen.sha256 if saved.frozen else "",
    )  # fmt: skip
    return saved


@retried
@transaction.atomic
def work_on(scenario: Scenario, *, actor: User, now: datetime) -> Scenario:
    """Make what was saved the person's draft, in place of the one they had."""
    _locked(scenario.call)
    Scenario.objects.filter(call=scenario.call, made_by=actor, name="").delete()
    draft = _copy(scenario, name="", actor=actor, now=now)
    draft.save(force_insert=True)
    ScenarioLine.objects.bulk_create(
        ScenarioLine(
            scenario=draft,
            application_id=one.application_id,
            minimum=one.minimum,
            forced=one.forced,
            excluded=one.excluded,
            place=one.place,
        )
        for one in scenario.lines.all()
    )
    return draft


def propose_all(
    scenario: Scenario, wanted: Mapping[int, Wanted], *, actor: User, now: datetime
) -> list[Outcome]:
    """Put these files before the panel with the scenario's amounts, each in a transaction of its
    own: one refusal keeps no other file back. Raises NotSaved."""
    if scenario.is_draft:
        raise NotSaved(_("Save the scenario first; then it can be proposed."))
    lines = scenario.lines.filter(application__in=wanted, amount__gt=0)
    outcomes = [
        _proposed(line, wanted[line.application_id], actor=actor, now=now)
        for line in lines.select_related("application__startup", "application__call")
    ]
    done = sum(not one.refused for one in outcomes)
    if done:
        audit.record("scenario.proposed", about=scenario, actor=actor, now=now, proposals=done)
    return outcomes


def _proposed(line: ScenarioLine, wanted: Wanted, *, actor: User, now: datetime) -> Outcome:
    try:
        propose(
            line.application,
            amount=line.amount,
            instrument=wanted.instrument,
            reasons=wanted.reasons,
            actor=actor,
            now=now,
        )
    except Refused as refusal:
        return Outcome(line, str(refusal))
    return Outcome(line)


def _locked(call: Call) -> None:
    """One save at a time for a call, so that names and drafts stay single."""
    Call.objects.select_for_update(no_key=True, of=("self",)).get(pk=call.pk)


def _copy(scenario: Scenario, *, name: str, actor: User, now: datetime) -> Scenario:
    settings = {field: getattr(scenario, field) for field in Settings.__dataclass_fields__}
    return Scenario(
        call=scenario.call, name=name, frozen=scenario.frozen, made_by=actor, made_at=now,
        **settings,
    )  # fmt: skip


def _write_lines(saved: Scenario, shown: Picture) -> None:
    """Every file that could be chosen, with what it would get."""
    ScenarioLine.objects.bulk_create(
        ScenarioLine(
            scenario=saved,
            application=row.application,
            amount=row.choice.amount,
            minimum=row.kept.minimum,
            forced=row.kept.forced,
            excluded=row.kept.excluded,
            place=row.placed.rank.place,
            is_close=row.choice.sure is Sure.TIE,
        )
        for row in shown.rows
        if row.choice
    )
