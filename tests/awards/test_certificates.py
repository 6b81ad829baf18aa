"""The certificate of de minimis aid: what it says, of which day, and whether everybody can read
it."""

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from brustart.awards.certificates import certificate, counted
from brustart.awards.models import Award
from brustart.core import papers
from brustart.core.money import euros
from brustart.fund import deminimis
from brustart.fund.models import Aid, RegisterEntry
from tests.factories import make_award, make_reviewed, make_screened

pytestmark = pytest.mark.django_db


def opened(award: Award, language: str) -> PdfReader:
    return PdfReader(io.BytesIO(papers.pdf(certificate(award, language))))


def told(award: Award, language: str = "en") -> str:
    """All that the pages say, with every run of white space as one space."""
    pages = opened(award, language).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def roles(part: Any) -> list[str]:
    """The structure that a screen reader follows."""
    part = part.get_object()
    if isinstance(part, ArrayObject):
        return [role for item in part for role in roles(item)]
    if not isinstance(part, DictionaryObject):
        return []
    below = roles(part["/K"]) if "/K" in part else []
    return [str(part["/S"])[1:], *below] if "/S" in part else below


def aid_of(award: Award) -> Aid:
    return Aid.objects.get(kind="granted", reference=f"proposal:{award.proposal_id}")


def figures(award: Award) -> tuple[Decimal, ...]:
    """Elsewhere, granted here before, held, this, left."""
    found = counted(award, aid_of(award))
    return (found.elsewhere, found.granted, found.held, found.this, found.left)


def give(award: Award, kind: str, amount: int, day: date, **fields: Any) -> None:
    """Aid to the same undertaking."""
    holder = aid_of(award).undertaking
    known = {"reference": f"{kind}:{amount}", **fields}
    Aid.objects.create(undertaking=holder, kind=kind, amount=amount, counted_on=day, **known)


@pytest.fixture
def award() -> Award:
    return make_award(make_reviewed(make_screened(language="fr")), amount=Decimal("110000.50"))


def test_it_names_who_what_when_and_the_regulation(award: Award) -> None:
    give(award, "declared", 20_000, aid_of(award).counted_on)
    words, file = told(award), award.application
    for expected in (
        "De minimis certificate",
        str(file.startup),
        file.startup.number,
        file.reference,
        "Commission Regulation (EU) 2023/2831 of 13 December 2023",
        "€110,000.50",
        "€300,000",
        euros(-20_000).replace("\N{WORD JOINER}", ""),  # dropped from papers
        "€169,999.50",
        "Grant",
    ):
        assert expected in words, expected
    entry = RegisterEntry.objects.get(aid=aid_of(award))
    assert f"by {entry.due_on:%-d %B %Y}" in words


@pytest.mark.parametrize(
    ("language", "amount", "instrument", "courtesy"),
    [
        ("fr", "110 000,50 €", "Subvention", False),
        ("nl", "€ 110.000,50", "Subsidie", False),
        ("en", "€110,000.50", "Grant", True),
    ],
)
def test_it_is_in_its_language_and_only_the_english_one_is_a_copy(
    award: Award, language: str, amount: str, instrument: str, courtesy: bool
) -> None:
    words = told(award, language)
    assert amount in words
    assert instrument in words
    assert ("English courtesy copy" in words) is courtesy


def test_anybody_can_read_it(award: Award) -> None:
    reader = opened(award, "nl")
    root = reader.root_object
    assert root["/Lang"] == "nl"
    assert root["/MarkInfo"]["/Marked"].value
    assert reader.metadata is not None
    assert reader.metadata.title == certificate(award, "nl").title
    structure = roles(root["/StructTreeRoot"])
    assert structure.count("Table") == 1
    assert [one for one in structure if one.startswith("H")] == ["H1", "H2", "H2"]
    assert {"TH", "TD", "L", "LI", "P"} <= set(structure)


def test_the_same_award_gives_the_same_bytes(award: Award) -> None:
    assert papers.pdf(certificate(award, "fr")) == papers.pdf(certificate(award, "fr"))


def test_what_counted_is_added_up_over_three_years(award: Award) -> None:
    elsewhere, _granted, _held, this, left = figures(award)
    day = aid_of(award).counted_on
    first = deminimis.window(day)
    give(award, "granted", 7_000, first)
    give(award, "granted", 9_000, first - timedelta(days=1))  # over three years ago
    give(award, "reserved", 4_000, day)
    assert figures(award) == (elsewhere, 7_000, 4_000, this, left - 11_000)
    assert "Held for other proposals" in told(award)


def test_what_came_later_is_not_on_it(award: Award) -> None:
    before = figures(award)
    later = award.decided_at + timedelta(days=1)
    tomorrow = timezone.localdate(later)
    give(award, "granted", 5_000, tomorrow)
    give(award, "declared", 250_000, tomorrow)
    give(award, "reserved", 6_000, tomorrow)
    give(award, "granted", 8_000, tomorrow - timedelta(days=1), released_at=award.decided_at)
    deminimis.take_back(aid_of(award).reference, now=later)  # nor what became of it
    assert figures(award) == before


def test_enterprises_of_one_undertaking_are_named(award: Award) -> None:
    assert "to your enterprise from" in told(award)
    mother = {
        "name": "Holding", "kind": "enterprise", "share": Decimal(80), "control": "yes",
        "enterprise_number": "0403019261", "staff": Decimal(1), "turnover": Decimal(1),
        "balance_sheet": Decimal(1),
    }  # fmt: skip
    file = make_reviewed(make_screened(owners=[mother]))
    words = told(make_award(file))
    assert "0403.019.261" in words
    assert file.startup.number in words.split("one undertaking with yours")[1]
