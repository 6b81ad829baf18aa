"""Papers about a submission: the receipt and the answers, as PDF in the file's language."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from brustart.core import dates, papers
from brustart.core.papers import Bullets, Grid, Heading, Paragraph, Rows

from . import reading
from .models import Paper, Submission


def write(paper: Paper, now: datetime) -> None:
    """Print the paper and keep it. The worker's act; the same submission gives the same bytes."""
    pdf = render(paper.submission, Paper.Name(paper.name))
    name = f"papers/{paper.submission.sha256}/{paper.name}.pdf"
    papers.keep(name, pdf)
    paper.stored = name
    paper.save(update_fields=["stored"])


def render(submission: Submission, name: Paper.Name) -> bytes:
    """The PDF of a paper, in the language of the file."""
    application = submission.application
    with translation.override(application.language):
        blocks = _receipt(submission) if name == Paper.Name.RECEIPT else _answers(submission)
        return papers.pdf(
            papers.Paper(
                language=application.language,
                title=str(name.label),
                kicker=f"{application.reference} · {application.call.title}",
                date=dates.to_the_minute(submission.at),
                blocks=tuple(blocks),
                footer=papers.sender(),
                at=submission.at,
            )
        )


def _receipt(submission: Submission) -> Iterator[papers.Block]:
    application = submission.application
    yield Paragraph(
        _("We have your application. Keep this receipt: it shows what you handed in, and when.")
    )
    yield Rows(
        (
            (_("Receipt"), submission.receipt),
            (_("File"), f"{application.reference} – {application.title}"),
            (_("Startup"), str(application.startup)),
            (_("Enterprise number"), application.startup.number or _("Not registered yet")),
            (_("Call"), application.call.title),
            (_("Received on"), dates.to_the_minute(submission.at)),
            (_("Handed in by"), str(submission.by)),
            (_("SHA-256 of its content"), submission.sha256),
        )
    )
    if documents := submission.content.get("documents", []):
        yield Heading(_("Documents"), 2)
        yield Bullets(tuple(f"{one['name']} ({one['sha256'][:12]}…)" for one in documents))
    yield Heading(_("What happens now"), 2)
    yield Bullets(
        (
            _(
                "The rules of the call are checked within minutes. You can watch each step, with "
                "its reason."
            ),
            _(
                "If a rule is not met, or if evidence is needed, a person of the fund looks at "
                "it: no computer turns you down."
            ),
            _("Independent reviewers read your project and give their marks."),
            _("The fund decides, and we write to you."),
        )
    )


def _answers(submission: Submission) -> Iterator[papers.Block]:
    for section in reading.answers_for_reading(submission):
        yield Heading(section.heading, 2)
        if section.rows:
            yield Rows(tuple((row.term, row.value) for row in section.rows))
        for grid in section.grids:
            yield Heading(grid.heading, 3)
            if grid.rows:
                rows = tuple(tuple(row) for row in grid.rows)
                yield Grid(tuple(grid.head), rows, tuple(sorted(grid.numeric)))
            else:
                yield Paragraph(_("Nothing here"))
    if documents := submission.content.get("documents", []):
        yield Heading(_("Documents"), 2)
        yield Bullets(tuple(one["name"] for one in documents))
