"""Letters about an award: what they say in each language, and how a machine reads them."""

import io
import re
from pathlib import Path

import pytest
from django.utils import timezone, translation
from django.utils.html import strip_tags
from pypdf import PdfReader

from brustart.awards import letters
from brustart.awards.models import Award, Letter
from brustart.core import queue
from brustart.core.money import euros
from brustart.core.templatetags.portal import day
from tests import factories

pytestmark = pytest.mark.django_db
TITLES = {
    ("award", "fr"): "Décision d’octroi",
    ("award", "nl"): "Beslissing tot toekenning",
    ("award", "en"): "Decision to award",
    ("agreement", "fr"): "Convention d’octroi",
    ("agreement", "nl"): "Overeenkomst over een toekenning",
    ("agreement", "en"): "Agreement on an award",
}


def awarded_for(name: str, language: str) -> Award:
    """An award that has this letter in this language: in English only the decision is a copy."""
    return awarded("fr" if (name, language) == ("award", "en") else language)


def awarded(language: str) -> Award:
    file = factories.make_reviewed()
    file.language = language
    file.save(update_fields=["language"])
    return factories.make_award(file)


def read(letter: Letter) -> tuple[PdfReader, str]:
    reader = PdfReader(io.BytesIO(letters.render(letter)))
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.parametrize(("name", "language"), TITLES)
def test_a_letter_is_tagged_and_says_what_was_decided(name: str, language: str) -> None:
    award = awarded_for(name, language)
    reader, words = read(Letter.objects.get(name=name, language=language))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]  # type: ignore[index]
    assert root["/StructTreeRoot"]  # type: ignore[index]
    assert str(root["/Lang"]).startswith(language)  # type: ignore[index]
    assert reader.metadata
    assert reader.metadata.title == TITLES[name, language]
    assert TITLES[name, language] in words
    with translation.override(language):
        assert " ".join(euros(award.amount).split()) in words
    assert award.application.reference in words


@pytest.mark.parametrize(
    ("language", "appeal"),
    [("fr", "Conseil d’État"), ("nl", "Raad van State"), ("en", "Council of State")],
)
def test_the_decision_gives_its_reasons_and_the_way_to_appeal(language: str, appeal: str) -> None:
    award = awarded_for("award", language)
    _reader, words = read(Letter.objects.get(name="award", language=language))
    assert " ".join(award.proposal.reasons.split()) in words
    assert appeal in words
    assert award.proposal.sha256 in words.replace(" ", "")
    courtesy = "English courtesy copy" in words
    assert courtesy == (language == "en")


def test_the_worker_prints_each_letter_once_with_equal_bytes() -> None:
    awarded("fr")
    assert Letter.objects.count() == 4
    for key in Letter.objects.values_list("pk", flat=True):
        assert queue.perform(Letter, key, letters.write, worker="tests")
    first = Letter.objects.earliest("pk")
    letters.write(first, timezone.now())
    assert first.stored == Letter.objects.get(pk=first.pk).stored
    assert not queue.perform(Letter, first.pk, letters.write, worker="tests")


GOLDEN = Path(__file__).with_name("letters")


def worded(letter: Letter, award: Award) -> str:
    """All that stands in the letter, without what differs from one award to the next."""
    _reader, words = read(letter)
    application = award.application
    with translation.override(letter.language):
        days = {
            "DECIDED": strip_tags(str(day(award.decided_at))),
            "UNTIL": strip_tags(str(day(award.offer_until))),
        }
    known = {
        **days,
        "FILE": application.reference,
        "NUMBER": str(application.startup.number),
    }
    for name, value in known.items():
        words = words.replace(" ".join(value.split()), name)
    words = re.sub(r"\b[0-9a-f]{30,64}( [0-9a-f]{1,34}\b)?", "HASH", words)  # a line may end in it
    return words.replace(". ", ".\n").strip() + "\n"


@pytest.mark.parametrize(("name", "language"), TITLES)
def test_a_letter_says_what_lawyers_read(name: str, language: str) -> None:
    award = awarded_for(name, language)
    words = worded(Letter.objects.get(name=name, language=language), award)
    assert words == (GOLDEN / f"{name}.{language}.txt").read_text("utf-8")
