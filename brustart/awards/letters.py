"""Letters about an award: the decision with its reasons and the appeal notice, the agreement, and
the de minimis certificate; in the file's language, with an English courtesy copy.

Printed by the worker and kept as they were: the same award gives the same bytes.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from applications.models import Application
from brustart.core import papers
from brustart.core.dates import in_full
from brustart.core.money import euros
from brustart.core.papers import Block, Bullets, Grid, Heading, Paragraph, Rows
from scoring.screening.conditions import conditions

from .certificates import certificate
from .models import Award, Letter


def write(letter: Letter, now: datetime) -> None:
    """Print the letter and keep it: the worker's act."""
    pdf = render(letter)
    letter.sha256 = hashlib.sha256(pdf).hexdigest()
    letter.stored = f"letters/{letter.sha256[:2]}/{letter.sha256}.pdf"
    papers.keep(letter.stored, pdf)
    letter.save(update_fields=["stored", "sha256"])


def render(letter: Letter) -> bytes:
    """Its PDF/UA-1, in the letter's language."""
    award = Award.objects.select_related("proposal", "application__call").get(
        application=letter.application_id
    )
    with translation.override(letter.language):
        if letter.name == Letter.Name.CERTIFICATE:
            return papers.pdf(certificate(award, letter.language))
        return papers.pdf(_paper(award, letter))


def _paper(award: Award, letter: Letter) -> papers.Paper:
    application = award.application
    blocks = _decision if letter.name == Letter.Name.AWARD else _agreement
    title = {
        Letter.Name.AWARD: _("Decision to award"),
        Letter.Name.AGREEMENT: _("Agreement on an award"),
    }[Letter.Name(letter.name)]
    return papers.Paper(
        language=letter.language,
        title=title,
        kicker=f"{application.reference} · {application.call.title}",
        date=in_full(award.decided_at),
        blocks=(*_courtesy(letter), *blocks(award)),
        address=_address(application) if letter.name == Letter.Name.AWARD else (),
        footer=papers.sender(),
        at=award.decided_at,
    )


def _courtesy(letter: Letter) -> Iterator[Block]:
    if letter.courtesy:
        yield Paragraph(
            _("English courtesy copy. The French or Dutch letter alone has legal force.")
        )


def _address(application: Application) -> tuple[str, ...]:
    return (str(application.startup),)


def _facts(award: Award) -> Rows:
    application = award.application
    return Rows(
        (
            (_("File"), f"{application.reference} – {application.title}"),
            (_("Startup"), str(application.startup)),
            (_("Enterprise number"), application.startup.number or ""),
            (_("Amount"), euros(award.amount)),
            (_("Instrument"), str(award.get_instrument_display())),
            (_("Decided on"), in_full(award.decided_at)),
            (_("Accept by"), in_full(award.offer_until)),
        )
    )


def _decision(award: Award) -> Iterator[Block]:
    application = award.application
    yield Paragraph(
        _("The fund awards %(amount)s to “%(title)s”.")
        % {"amount": euros(award.amount), "title": application.title}
    )
    yield _facts(award)
    yield Heading(_("Reasons of the decision"))
    yield Paragraph(award.proposal.reasons)
    yield from _conditions(award)
    yield Heading(_("When it is paid"))
    yield _tranches(award)
    yield Heading(_("What happens now"))
    yield Bullets(
        (
            _("Accept the agreement in the portal, or send it back signed, by %(day)s.")
            % {"day": in_full(award.offer_until)},
            _("After that day the offer lapses, and the money goes to another project."),
            _(
                "It counts as de minimis aid under Regulation (EU) 2023/2831, from the day of "
                "this decision."
            ),
        )
    )
    yield Heading(_("What you can do against it"))
    yield Paragraph(
        _(
            "This decision gives its reasons as the law of 29 July 1991 on the formal statement "
            "of reasons asks."
        )
        + " "
        + _(
            "You can ask the Council of State to annul this decision, within 60 days of the day "
            "on which you received it."
        )
    )
    yield Rows(((_("SHA-256 of what was approved"), award.proposal.sha256),))


def _conditions(award: Award) -> Iterator[Block]:
    asked = tuple(f"{one.title} – {one.text}" for one in conditions(award.application))
    if award.proposal.conditions or asked:
        yield Heading(_("Conditions"))
    if award.proposal.conditions:
        yield Paragraph(award.proposal.conditions)
    if asked:
        yield Paragraph(_("Before any payment"))
        yield Bullets(asked)


def _tranches(award: Award) -> Grid:
    rows = tuple(
        (str(one.position), one.milestone, euros(one.amount)) for one in award.tranches.all()
    )
    return Grid((_("No."), _("Milestone"), _("Amount")), rows, (2,))


def _agreement(award: Award) -> Iterator[Block]:
    yield Paragraph(
        _("Between the fund Brustart and %(startup)s.")
        % {"startup": str(award.application.startup)}
    )
    yield _facts(award)
    for heading, text in _articles():
        yield Heading(heading)
        yield Paragraph(text)
    yield from _conditions(award)
    yield Heading(_("Tranches"))
    yield _tranches(award)
    yield Heading(_("Signatures"))
    yield Paragraph(
        _("Accepting it in the portal, by an owner of the startup, is as good as signing it.")
    )


def _articles() -> tuple[tuple[str, str], ...]:
    """The agreement's articles [P]: no text of the fund was found."""
    return (
        (
            _("What the award is for"),
            _(
                "The startup carries out the project as it stands in its file. It tells the fund "
                "before it changes what it does, its costs or its planning."
            ),
        ),
        (
            _("How it is paid"),
            _(
                "Each tranche is paid when its milestone is reached and shown. The fund checks "
                "the evidence within 30 days and pays to the account that was confirmed."
            ),
        ),
        (
            _("What the startup shows"),
            _(
                "At the end it hands in a final report. It keeps its documents for ten years and "
                "lets the fund, its auditors and the Court of Audit see them."
            ),
        ),
        (
            _("When money goes back"),
            _(
                "What is not used goes back to the fund. What was paid for something else, or "
                "on wrong information, can be asked back."
            ),
        ),
    )
