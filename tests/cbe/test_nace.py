"""Divisions and municipalities by their codes."""

import pytest
from django.utils import translation

from brustart.cbe import nace, region
from brustart.cbe.models import Label
from brustart.cbe.municipalities import KNOWN, MUNICIPALITIES, UNPLACED


def test_nineteen_municipalities_share_all_codes_of_the_region_once() -> None:
    codes = [code for one in MUNICIPALITIES.values() for code in one.codes]
    assert len(MUNICIPALITIES) == 19
    assert len(codes) == len(set(codes))
    assert region.MUNICIPAL <= KNOWN
    assert KNOWN | UNPLACED == region.MUNICIPAL | region.SPECIAL


@pytest.mark.parametrize(
    ("division", "letter"), [("01", "A"), ("58", "J"), ("62", "K"), ("86", "R"), ("99", "V")]
)
def test_a_division_belongs_to_a_section(division: str, letter: str) -> None:
    assert nace.section(division)[0] == letter


def test_what_is_no_division_has_no_section() -> None:
    assert nace.section("") == nace.section("00") == ("", "")


@pytest.mark.django_db
def test_the_registers_own_words_come_first_in_the_readers_language() -> None:
    for language, text in (("fr", "Programmation"), ("nl", "Programmeren")):
        Label.objects.create(category="Nace2025", code="62", language=language, text=text)
    with translation.override("nl"):
        assert nace.names(["62", "86"])["62"] == "Programmeren"
    with translation.override("en"):
        assert nace.names(["62", "86"]) == {"62": "Programmation", "86": "Health and social work"}
