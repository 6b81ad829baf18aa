"""The pack of a meeting: ranking, line and each file, as one PDF for the fund or for one member.

A member's pack holds the files that the member may know of when it is printed, and no others:
what conflicts, missing declarations and blinding hide stays hidden (scoring/review/rules.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from applications.models import Application
from brustart.accounts.access import visible_to
from brustart.accounts.models import User
from brustart.core import audit, dates, papers, queue
from brustart.core.errors import Refused
from brustart.core.money import ZERO, euros, number
from brustart.core.papers import Grid, Heading, Paragraph, Rows
from scoring.review import rubrics
from scoring.review.models import ConflictOfInterest, Panelist
from scoring.screening.models import Finding

from .meeting import recusals
from .models import Meeting, MeetingPack, Proposal, ScenarioLine
from .reading import left_in

INTERVAL = ("expected", "low", "high")


class NotOfThePanel(Refused):
    """A pack is for the fund, or for somebody of the panel."""


@transaction.atomic
def ask(
    meeting: Meeting, *, reader: User | None, language: str, actor: User, now: datetime
) -> MeetingPack:
    """Have the pack printed by the worker. `reader`: the member it is for, None for the fund.
    Raises NotOfThePanel."""
    seats = Panelist.objects.filter(call=meeting.call_id)
    if reader is not None and not seats.filter(reviewer=reader).exists():
        raise NotOfThePanel(_("A pack is for the fund, or for a member of this call's panel."))
    pack = MeetingPack(meeting=meeting, reader=reader, language=language, asked_by=actor)
    queue.enqueue(pack, now=now)
    audit.record(
        "pack.asked", about=pack, actor=actor, now=now, reader=reader.pk if reader else None
    )
    return pack


def write(pack: MeetingPack, now: datetime) -> None:
    """Print the pack and keep it. The worker's act."""
    with translation.override(pack.language):
        pdf = papers.pdf(_paper(pack, now))
    pack.sha256 = sha256(pdf).hexdigest()
    pack.stored = f"packs/{pack.pk}/{pack.sha256}.pdf"
    papers.keep(pack.stored, pdf)
    pack.save(update_fields=["stored", "sha256"])


def is_open_to(pack: MeetingPack, reader: User) -> bool:
    """Whether this person may have it: no tie to a file of the agenda has come up since a member's
    pack was printed."""
    if not reader.is_reviewer:
        return True
    if pack.reader_id != reader.pk:
        return False
    since = pack.started_at or pack.queued_at
    ties = ConflictOfInterest.objects.blocking().filter(
        Q(declared_at__gte=since) | Q(decided_at__gte=since),
        reviewer=reader,
        application__in=pack.meeting.agenda.values("application"),
    )
    return not ties.exists()


def _paper(pack: MeetingPack, now: datetime) -> papers.Paper:
    meeting = pack.meeting
    return papers.Paper(
        language=pack.language,
        title=_("Meeting of the panel"),
        kicker=meeting.call.title,
        date=dates.to_the_minute(meeting.at),
        blocks=tuple(_blocks(pack)),
        footer=_("Confidential: for %(reader)s") % {"reader": pack.reader or _("the fund")},
        at=now,
    )


def _files(pack: MeetingPack) -> list[Application]:
    """Those of the agenda that its reader may know of, in the agenda's order."""
    agenda = pack.meeting.agenda.order_by("order", "pk").values_list("application", flat=True)
    known = visible_to(pack.reader or pack.asked_by, Application).filter(
        pk__in=agenda, rank__isnull=False, panel_score__isnull=False
    )
    parts = ("startup", "submission", "panel_score", "rank")
    found = known.select_related(*parts).in_bulk()
    return [found[key] for key in agenda if key in found]


def _blocks(pack: MeetingPack) -> Iterator[papers.Block]:
    meeting, files = pack.meeting, _files(pack)
    lines = {one.application_id: one for one in _lines(meeting)}
    yield Rows(
        (
            (_("Where"), meeting.location),
            (_("Files on the agenda"), str(meeting.agenda.count())),
            (_("Files in this pack"), str(len(files))),
        )
    )
    yield Heading(_("Ranking"))
    yield _ranking(files, lines)
    yield Heading(_("The line"))
    yield from _line(meeting)
    yield from _each(pack, files, lines)


def _lines(meeting: Meeting) -> Sequence[ScenarioLine]:
    return list(meeting.scenario.lines.all()) if meeting.scenario else []


def _ranking(files: Sequence[Application], lines: Mapping[int, ScenarioLine]) -> Grid:
    head = (_("Place"), _("File"), _("Mean of 5"), _("Asked"), _("In this scenario"))
    rows = tuple(
        (
            str(one.rank.place),
            f"{one.startup}, {one.reference}",
            number(one.rank.calibrated),
            euros(one.requested or ZERO),
            _amount(lines.get(one.pk)),
        )
        for one in files
    )
    return Grid(head, rows, (0, 2, 3, 4))


def _amount(line: ScenarioLine | None) -> str:
    return euros(line.amount) if line and line.amount else "–"


def _line(meeting: Meeting) -> Iterator[papers.Block]:
    """What there is and what the scenario makes of it."""
    there = left_in(meeting.call.envelope)
    pairs = [
        (_("Left of the envelope"), euros(there.left)),
        (_("Left if every open proposal passes"), euros(there.left_if_all_pass)),
    ]
    if scenario := meeting.scenario:
        pairs += [
            (_("Scenario"), scenario.name),
            (_("How to divide"), scenario.get_method_display()),
            (_("Sum"), euros(scenario.amount)),
        ]
    yield Rows(tuple(pairs))
    yield Paragraph(_("A scenario is a calculation. The members decide, each on each proposal."))


def _each(
    pack: MeetingPack, files: Sequence[Application], lines: Mapping[int, ScenarioLine]
) -> Iterator[papers.Block]:
    """A page for each file: what it is, its marks, what was checked, the amount."""
    away = {} if pack.reader else recusals(pack.meeting)
    open_ones = Proposal.objects.filter(state=Proposal.State.OPEN, application__in=files)
    proposed = {one.application_id: one.amount for one in open_ones}
    rules = _rules(files)
    grid = rubrics.of(pack.meeting.call)
    for one in files:
        yield Heading(f"{one.rank.place}. {one.startup}", on_top=True)
        pairs = [
            (_("File"), f"{one.reference} – {one.title}"),
            (_("How sure, of its place"), _interval(one)),
            (_("Asked"), euros(one.requested or ZERO)),
            (_("In this scenario"), _amount(lines.get(one.pk))),
            (_("Amount proposed"), euros(proposed[one.pk]) if one.pk in proposed else "–"),
            (_("Rules of the call"), rules.get(one.submission_id) or _("all met")),
        ]
        if names := ", ".join(str(person) for person in away.get(one.pk, [])):
            pairs.append((_("Stand back"), names))
        yield Rows(tuple(pairs))
        yield Paragraph(str(one.handed_in.answers("project").get("summary", "")))
        yield _marks(one, grid)


def _interval(file: Application) -> str:
    """The expected place and its 50 % interval."""
    figures = {name: number(getattr(file.rank, name), places="#") for name in INTERVAL}
    return _("%(expected)s, one in two: %(low)s to %(high)s") % figures


def _marks(file: Application, grid: rubrics.Grid) -> Grid:
    medians = file.panel_score.medians
    rows = [(one.label, f"{one.weight} %", _median(medians.get(one.key))) for one in grid.measures]
    rows.append((_("weighted mean, of 100"), "", number(file.panel_score.total)))
    return Grid((_("Criterion"), _("Weight"), _("Median")), tuple(rows), (1, 2))


def _median(kept: str | None) -> str:
    return "–" if kept is None else number(Decimal(kept))


def _rules(files: Sequence[Application]) -> dict[int | None, str]:
    """By submission, the rules that its screening found not to be met and nobody judged
    otherwise; a file with none is not in it."""
    found: dict[int | None, str] = {}
    submissions = [one.submission_id for one in files]
    unmet = Finding.objects.filter(run__submission__in=submissions, run__is_current=True)
    for one in unmet.exclude(verdict="pass").unanswered().select_related("run"):
        before = found.get(one.run.submission_id)
        found[one.run.submission_id] = f"{before}, {one.title}" if before else one.title
    return found
