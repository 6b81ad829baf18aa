"""The certificate of de minimis aid that goes with an award: Regulation (EU) 2023/2831.

What it says was true on the day of the grant: the amount as gross grant equivalent, the
regulation by its name, and what counted before over three years.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from brustart.cbe.numbers import display_number
from brustart.core import papers
from brustart.core.dates import in_full
from brustart.core.money import ZERO, euros
from brustart.core.papers import Block, Bullets, Grid, Heading, Paper, Paragraph, Rows
from brustart.fund import deminimis
from brustart.fund.figures import figure
from brustart.fund.models import Aid

from .models import Award
from .proposing import reference, undertaking_of


@dataclass(frozen=True)
class Counted:
    """EUR that counted against the grant, and what it leaves; `since`: the first day that counts.

    `held` is for other proposals that were open on that day.
    """

    since: date
    ceiling: Decimal
    elsewhere: Decimal
    granted: Decimal
    held: Decimal
    this: Decimal

    @property
    def left(self) -> Decimal:
        return self.ceiling - self.elsewhere - self.granted - self.held - self.this


def certificate(award: Award, language: str) -> Paper:
    """The certificate as a paper in that language; the English one is a copy that binds nobody."""
    application = award.application
    aid = Aid.objects.select_related("register_entry").get(
        kind=Aid.Kind.GRANTED, reference=reference(award.proposal)
    )
    with translation.override(language):
        return Paper(
            language=language,
            title=_("De minimis certificate"),
            kicker=f"{application.reference} · {application.call.title}",
            date=in_full(aid.counted_on),
            blocks=tuple(_blocks(award, aid, counted(award, aid), language)),
            footer=papers.sender(),
            at=award.decided_at,
        )


def counted(award: Award, aid: Aid) -> Counted:
    """What counted for the startup's undertaking when the aid was granted."""
    own = (Aid.Kind.GRANTED, aid.reference)
    rows = [
        one
        for one in deminimis.history(undertaking_of(award.application), at=award.decided_at)
        if one.day <= aid.counted_on and (one.kind, one.reference) != own
    ]
    since = deminimis.window(aid.counted_on)
    known = deminimis.counted(rows, since=since)
    held = sum((one.amount for one in rows if one.kind == Aid.Kind.RESERVED), ZERO)
    return Counted(
        since=since,
        ceiling=figure("deminimis.ceiling", aid.counted_on).value,
        elsewhere=known.elsewhere,
        granted=known.here - held,
        held=held,
        this=aid.amount,
    )


def _blocks(award: Award, aid: Aid, found: Counted, language: str) -> Iterator[Block]:
    if language == "en" != award.application.language:
        yield Paragraph(
            _("English courtesy copy. The French or Dutch letter alone has legal force.")
        )
    yield Paragraph(
        _(
            "The fund grants the aid below as de minimis aid under Commission Regulation (EU) "
            "2023/2831 of 13 December 2023 on the application of Articles 107 and 108 of the "
            "Treaty on the Functioning of the European Union to de minimis aid (OJ L, 2023/2831, "
            "15.12.2023)."
        )
    )
    yield _facts(award, aid)
    yield Heading(_("What counts over three years"))
    yield Paragraph(_together(award, aid, found))
    yield _sum(found)
    yield Heading(_("What you do with it"))
    yield Bullets(tuple(_advice(aid)))


def _facts(award: Award, aid: Aid) -> Rows:
    application = award.application
    return Rows(
        (
            (_("Beneficiary"), str(application.startup)),
            (_("Enterprise number"), display_number(application.enterprise_number)),
            (_("File"), f"{application.reference} – {application.title}"),
            (_("Granting authority"), settings.FUND_AUTHORITY),
            (_("Day of the grant"), in_full(aid.counted_on)),
            (_("Instrument"), str(award.get_instrument_display())),
            (_("Gross grant equivalent"), euros(aid.amount)),
        )
    )


def _together(award: Award, aid: Aid, found: Counted) -> str:
    """Whose aid was added up, and from which day."""
    numbers = sorted(undertaking_of(award.application))
    span = {"since": in_full(found.since), "day": in_full(aid.counted_on)}
    if len(numbers) == 1:
        return _("All de minimis aid to your enterprise from %(since)s to %(day)s.") % span
    return _(
        "All de minimis aid from %(since)s to %(day)s to the enterprises that are one undertaking "
        "with yours: %(numbers)s."
    ) % {**span, "numbers": ", ".join(display_number(one) for one in numbers)}


def _sum(found: Counted) -> Grid:
    lines = [
        (_("Ceiling"), found.ceiling),
        (_("Received elsewhere, as declared"), -found.elsewhere),
        (_("Granted by this fund before"), -found.granted),
        (_("This grant"), -found.this),
        (_("Left under the ceiling"), found.left),
    ]
    if found.held:
        lines.insert(3, (_("Held for other proposals of this fund"), -found.held))
    rows = tuple((words, euros(amount)) for words, amount in lines)
    return Grid((_("Aid"), _("Amount")), rows, numeric=(1,))


def _advice(aid: Aid) -> Iterator[str]:
    yield _("Keep it: whoever grants you aid in the next three years asks what you received.")
    yield _("Declare this grant, with its day and its gross grant equivalent.")
    if entry := getattr(aid, "register_entry", None):
        yield _("The fund enters it in the central register by %(day)s.") % {
            "day": in_full(entry.due_on)
        }
