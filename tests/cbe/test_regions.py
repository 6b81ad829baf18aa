"""An import keeps the enterprises that have their seat or a unit in the regions asked for."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from brustart.cbe import lookup
from brustart.cbe.models import Activities, Establishment
from brustart.cbe.reading import ExtractRefused

from .extracts import (
    BAKER,
    LATER,
    MIRABELLE,
    QUETSCHE,
    UNIT,
    company,
    full,
    load,
    spoilt,
    unit,
    update,
)

pytestmark = pytest.mark.django_db

NAMUR = {"postal_code": "5000", "city": "Namur", "city_nl": "Namen"}
GENEVA = {"postal_code": "1200", "city": "Genève", "country": "Suisse", "country_nl": "Zwitserland"}


@pytest.mark.parametrize(
    ("kept", "fields"),
    [
        (True, {}),
        (False, NAMUR),
        (True, {**NAMUR, "units": (unit(),)}),
        (False, {"units": (unit(**NAMUR),), **NAMUR}),
        (False, GENEVA),
        (False, {"struck_off_on": LATER}),
        (False, {"natural_person": True}),
        (True, {"natural_person": True, "units": (unit(),)}),
        (False, {"natural_person": True, "units": (unit(**NAMUR),)}),
        (False, {"status": "ST"}),
    ],
)
def test_only_enterprises_of_the_region_are_kept(
    tmp_path: Path, kept: bool, fields: dict[str, Any]
) -> None:
    call_command("import_cbe", str(full(tmp_path, company(**fields))))
    assert (lookup.enterprise(MIRABELLE) is not None) is kept
    assert (Activities.objects.exists()) is (kept or "status" in fields)


def test_a_kept_enterprise_keeps_its_units_elsewhere(tmp_path: Path) -> None:
    load(full(tmp_path, company(units=(unit(**NAMUR),))), regions=["brussels"])
    found = lookup.enterprise(MIRABELLE)
    assert found is not None
    assert found.establishments == ((UNIT, "5000", "Namur"),)


def without_the_last_line(text: str) -> str:
    return "".join(text.splitlines(keepends=True)[:-1])


def test_an_update_of_a_region(tmp_path: Path) -> None:
    """A new one comes in; one that moves in with nothing but its places is told about."""
    load(full(tmp_path, company(), company(BAKER, "Baker", **NAMUR)), regions=["brussels"])
    moves = company(BAKER, "Baker", units=(unit(),))
    path = update(tmp_path, before=[], after=[company(QUETSCHE, "Quetsche"), moves])
    extract = load(spoilt(path, "enterprise_insert.csv", without_the_last_line))
    assert lookup.enterprise(QUETSCHE) is not None
    assert lookup.enterprise(MIRABELLE) is not None
    assert lookup.enterprise(BAKER) is None
    assert extract.counts["in the region, unknown for the rest"] == 2
    assert not Establishment.objects.exists()
    out = update(tmp_path, before=[company()], after=[company(**NAMUR)], number=142)
    load(out)
    gone = lookup.enterprise(MIRABELLE)
    assert gone is not None
    assert gone.postal_code == "5000", "who leaves the region is still known"
    with pytest.raises(ExtractRefused, match="loaded for brussels"):
        load(update(tmp_path, before=[], after=[], number=143), regions=[])
