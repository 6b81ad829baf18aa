"""The documents of a file of the demo: small PDFs made of its own answers."""

import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone, translation
from django.utils.formats import date_format

from applications import totals, uploading
from applications.extracting import read_outline
from applications.models import Application, Document
from brustart.accounts.models import User
from brustart.core.hashing import plain
from brustart.core.money import euros

from . import content, printing
from .entries import COSTS, Answers
from .printing import Page, Printed, Table, Text

Kind = Document.Kind
Sections = Mapping[str, Answers]
Words = Mapping[str, str]


def needed(sections: Sections, *, on_paper: bool = False) -> list[Kind]:
    """What a file that is filled in comes with; nothing in a draft that is not that far."""
    if "budget" not in sections:
        return []
    has_opinion = sections.get("ehealth", {}).get("ethics") == "obtained"
    return [
        Kind.DECK,
        Kind.FINANCIAL_PLAN,
        *([Kind.ETHICS] if has_opinion else []),
        *([Kind.SCAN] if on_paper else []),
    ]


def add(
    application: Application,
    sections: Sections,
    kinds: Iterable[str],
    *,
    actor: User | None,
    now: datetime,
) -> None:
    """Put a document of each kind into the file. Raises uploading's refusals.

    They come from this house: no child process has to look whether they can be opened.
    """
    for kind in kinds:
        printed = document_of(kind, sections, language=application.language, on=_day(now))
        made = printing.pdf(printed, at=now)
        document = Document(
            application=application,
            kind=kind,
            name=f"{printed.name} – {_words(application.language)[kind]}.pdf",
            type="pdf",
            media_type="application/pdf",
            size=len(made),
            sha256=hashlib.sha256(made).hexdigest(),
            pages=read_outline(io.BytesIO(made))["pages"],
            uploaded_at=now,
            uploaded_by=actor,
            reading=Document.Reading.READ,
            text=str(printed),
        )
        uploading.keep(document, io.BytesIO(made), now=now)


def document_of(kind: str, sections: Sections, *, language: str, on: date) -> Printed:
    """What a startup would have made, in its language."""
    with translation.override(language):
        return KINDS[kind](sections, _words(language), language, date_format(on, "DATE_FORMAT"))


def _day(now: datetime) -> date:
    return timezone.localdate(now)


def _words(language: str) -> Words:
    words: Words = content.read("pools")[language]["papers"]
    return words


def _deck(sections: Sections, words: Words, language: str, day: str) -> Printed:
    project, name = sections["project"], sections["startup"]["startup_name"]
    title = project["title"].partition(":")[2].strip()
    told = [Page(words[key], [Text(project[key])]) for key in ("problem", "solution")]
    market = Page(words["market"], [Text(project["market"]), Text(project["competitors"])])
    return Printed(
        language=language,
        name=name,
        title=title[:1].upper() + title[1:],
        line=f"{words['deck']} · {day}",
        pages=[*told, market, _asked(sections, words)],
        slides=True,
    )


def _asked(sections: Sections, words: Words) -> Page:
    """Who asks how much for what."""
    budget, plan = sections["budget"], sections["work_plan"]
    asked = words["requested_text"].format(
        requested=euros(budget["requested"]),
        costs=euros(sum(Decimal(budget[name]) for name in COSTS)),
        months=plan["duration_months"],
    )
    team = [(row["name"], row["task"]) for row in sections["team"]["members"]]
    return Page(words["team"], [Table(team), Text(asked)])


def _financial_plan(sections: Sections, words: Words, language: str, day: str) -> Printed:
    budget = sections["budget"]
    sources = {"fund": "requested", "own": "cofinancing_secured", "raised": "raised_so_far"}
    cash = [
        (one.name, euros(one.money_in), euros(one.money_out), euros(one.left))
        for one in totals.cash(plain(budget))
    ]
    head = [words[name] for name in ("quarter", "money_in", "money_out", "left")]
    pages = [
        Page(words["costs"], [_amounts({words[name]: budget[name] for name in COSTS})]),
        Page(
            words["sources"],
            [_amounts({words[name]: budget[source] for name, source in sources.items()})],
        ),
        Page(words["cash"], [Table(cash, head, figures=True), Text(words["assumption"])]),
    ]
    name = sections["startup"]["startup_name"]
    return Printed(language, name, words["financial_plan"], day, pages)


def _amounts(amounts: Mapping[str, Decimal | int]) -> Table:
    return Table([(name, euros(amount)) for name, amount in amounts.items()], figures=True)


def _ethics(sections: Sections, words: Words, language: str, day: str) -> Printed:
    ehealth = sections["ehealth"]
    rows = [
        (words["opinion_reference"], ehealth["ethics_reference"]),
        (words["opinion_on"], date_format(ehealth["ethics_on"], "DATE_FORMAT")),
    ]
    page = Page(sections["project"]["title"], [Table(rows), Text(words["opinion"])])
    return Printed(language, ehealth["ethics_committee"], words["ethics"], "", [page])


def _scan(sections: Sections, words: Words, language: str, day: str) -> Printed:
    """The pages that came by post."""
    deck = _deck(sections, words, language, day)
    signed = Page(words["signed"], [Text(sections["team"]["members"][0]["name"])])
    return replace(deck, line=words["posted"], pages=[*deck.pages, signed], slides=False)


KINDS: dict[str, Callable[[Sections, Words, str, str], Printed]] = {
    Kind.DECK: _deck,
    Kind.FINANCIAL_PLAN: _financial_plan,
    Kind.ETHICS: _ethics,
    Kind.SCAN: _scan,
}
