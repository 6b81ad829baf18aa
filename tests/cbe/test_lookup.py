"""What the rest of the house sees of the register."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from brustart.cbe import lookup
from brustart.cbe.naming import searchable

from .extracts import (
    BAKER,
    MIRABELLE,
    NOVEMBER,
    QUETSCHE,
    SECOND_UNIT,
    UNIT,
    company,
    full,
    load,
    unit,
)

pytestmark = pytest.mark.django_db


def found(number: str = MIRABELLE) -> lookup.Entry:
    entry = lookup.enterprise(number)
    assert entry is not None
    return entry


def test_no_register_is_not_the_same_as_not_found(tmp_path: Path) -> None:
    assert not lookup.has_register()
    assert lookup.register_date() is None
    assert lookup.enterprise(MIRABELLE) is None
    assert lookup.by_name("mira") == []
    load(full(tmp_path, company(QUETSCHE, "Quetsche")))
    assert lookup.has_register()
    assert lookup.register_date() == NOVEMBER
    assert lookup.enterprise(MIRABELLE) is None


@pytest.mark.parametrize(
    ("language", "name", "form", "street", "place", "activity"),
    [
        ("fr", "Mirabelle", "Société à responsabilité limitée", "Rue Haute 12 bte 3", "Bruxelles",
         "Activités de programmation informatique"),
        ("nl", "Mirabel", "Besloten vennootschap", "Hoogstraat 12 bus 3", "Brussel",
         "Programmeren van computers"),
        ("en", "Mirabelle", "Société à responsabilité limitée", "Rue Haute 12 bte 3", "Bruxelles",
         "Activités de programmation informatique"),
    ],
)  # fmt: skip
def test_texts_are_in_the_readers_language_or_the_next_best(
    tmp_path: Path, language: str, name: str, form: str, street: str, place: str, activity: str
) -> None:
    load(full(tmp_path, company(name_nl="Mirabel", box="3")))
    with translation.override(language):
        entry = found()
    assert (entry.name, entry.legal_form, entry.legal_form_code) == (name, form, "610")
    assert (entry.street, entry.postal_code, entry.municipality) == (street, "1000", place)
    assert entry.activities[0].label == activity


def test_a_natural_person_has_no_seat(tmp_path: Path) -> None:
    load(full(tmp_path, company(natural_person=True, units=(unit(postal_code="1190"),))))
    entry = found()
    assert entry.is_natural_person
    assert (entry.street, entry.postal_code, entry.municipality) == ("", "", "")
    assert (entry.legal_form, entry.legal_form_code) == ("", "")
    assert entry.establishments == ((UNIT, "1190", "Bruxelles"),)


def test_several_main_activities_and_none(tmp_path: Path) -> None:
    """MAIN stands once for each group and version, and is the enterprise's, not a unit's."""
    several = company(nace=("62100", "62200", "62900"), units=(unit(nace=("47910",)),))
    load(full(tmp_path, several, company(BAKER, "Baker", nace=())))
    newest = [(one.code, one.main) for one in found().activities if one.version == "2025"]
    assert newest == [("62100", True), ("62900", True), ("47910", False), ("62200", False)]
    assert found().activities[-1].version == "2008"
    assert found(BAKER).activities == ()


def test_a_code_without_label_is_shown_as_it_is(tmp_path: Path) -> None:
    load(full(tmp_path, company(nace=("99999",), situation="012", legal_form="998")))
    entry = found()
    assert (entry.activities[0].label, entry.legal_form) == ("99999", "998")
    assert (entry.situation, entry.situation_code, entry.status) == ("012", "012", "AC")


def test_a_seat_abroad_has_no_belgian_postal_code(tmp_path: Path) -> None:
    at = {"postal_code": "1200", "city": "Genève", "country": "Suisse", "country_nl": "Zwitserland"}
    load(full(tmp_path, company(**at)))
    assert found().postal_code == ""
    assert found().municipality == "1200 Genève, Suisse"


@pytest.mark.parametrize(
    ("prefix", "numbers"),
    [
        ("creche d'e", [MIRABELLE]),
        ("  CRÈCHE  D’É"[:9], [MIRABELLE, QUETSCHE]),
        ("crèche", [MIRABELLE, QUETSCHE]),
        ("petits pas", [QUETSCHE]),
        ("d'été", []),
        ("cr_che", []),
        ("", []),
    ],
)
def test_a_name_is_found_by_how_it_begins(tmp_path: Path, prefix: str, numbers: list[str]) -> None:
    first = company(MIRABELLE, "Crèche  d'Été", name_nl="Crèche Zomer")
    second = company(QUETSCHE, "Crèche du Parc", commercial_name="Petits Pas")
    load(full(tmp_path, first, second, company(BAKER, "Boulangerie")))
    assert [one.number for one in lookup.by_name(prefix)] == numbers


def test_as_many_names_as_asked_for(tmp_path: Path) -> None:
    load(full(tmp_path, fillers=60))
    everyone = [one.name for one in lookup.by_name("atelier", limit=60)]
    assert len(everyone) > lookup.NAMES_EACH
    assert everyone == sorted(everyone, key=searchable)
    assert [one.name for one in lookup.by_name("atelier", limit=1)] == everyone[:1]


@pytest.mark.parametrize("units", [1, 3])
def test_an_entry_is_two_statements_however_much_it_holds(
    tmp_path: Path, units: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    numbers = [UNIT, SECOND_UNIT, "8000900290"][:units]
    told: dict[str, Any] = {"nace": ("62100", "62200", "62900")[:units]}
    load(full(tmp_path, company(units=tuple(unit(one, **told) for one in numbers), **told)))
    with django_assert_num_queries(2):
        assert len(found().establishments) == units
    with django_assert_num_queries(1):
        assert lookup.enterprise(BAKER) is None
    with django_assert_num_queries(2):
        assert len(lookup.by_name("mira")) == 1
