"""An extract is read whole or not at all, in order, and for the regions asked for."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from brustart.cbe import importing, lookup
from brustart.cbe.copying import TARGETS
from brustart.cbe.models import Extract
from brustart.cbe.reading import ExtractRefused
from brustart.cbe.selecting import Numbers
from brustart.core.models import AuditEntry
from tests.databases import Urls

from .extracts import (
    BAKER,
    LATER,
    MIRABELLE,
    NOVEMBER,
    QUETSCHE,
    SECOND_UNIT,
    UNIT,
    company,
    full,
    load,
    spoilt,
    unit,
    update,
)
from .official import OFFICIAL

REFUSED = [
    ("meta.csv", lambda text: text.replace('"full"', '"partial"'), "'partial' is not a valid"),
    ("meta.csv", lambda text: text.replace("ExtractNumber", "Number"), "not say ExtractNumber"),
    ("meta.csv", lambda text: text.replace("06-11-2026", "2026-11-06"), "not a date like"),
    ("enterprise.csv", lambda text: text.replace('"StartDate"', '"Start"'), "columns Enter.*Start"),
    ("enterprise.csv", lambda text: text.replace("01-03-2024", "2024-03-01"), r"line 2: '2024-03-"),
    ("enterprise.csv", lambda text: text.replace("01-03-2024", "31-02-2024"), "not a date like"),
    ("enterprise.csv", lambda text: text.replace("01-03-2024", "01/03/2024"), "not a date like"),
    ("enterprise.csv", lambda text: text.replace(".900.047", ".900.0X7"), "not a number of the"),
    ("enterprise.csv", lambda text: text.replace('"AC","000","2"', '"AC","000","3"'), "neither 1"),
    ("enterprise.csv", lambda text: text + text.splitlines()[1], "Key .* already exists"),
    ("activity.csv", lambda text: text.replace('"MAIN"', '"MAIN","X"', 1), "line 2: 6 columns"),
    ("activity.csv", lambda text: text.replace('"62100"', '"62 100"', 1), "is not an activity"),
    ("activity.csv", None, "activity.csv is missing"),
]


def rows() -> dict[str, int]:
    return {target.file: target.model._default_manager.count() for target in TARGETS}


@pytest.mark.django_db
def test_the_official_layout_is_read(tmp_path: Path) -> None:
    with ZipFile(path := tmp_path / "KboOpenData_0118_2024_07_Full.zip", "w") as archive:
        for name, text in OFFICIAL.items():
            archive.writestr(name, text)
    extract = load(path)
    assert (extract.number, extract.kind, extract.state) == (118, "full", "current")
    assert rows() == {
        "enterprise": 2, "establishment": 1, "denomination": 2, "address": 2, "activity": 1,
    }  # fmt: skip
    found = lookup.enterprise("0200065765")
    assert found is not None
    assert found.name == 'Intergemeentelijke Vereniging "Veneco"'
    assert (found.legal_form, found.street, found.postal_code) == (
        "Intercommunale", "Panhuisstraat 1", "9070",
    )  # fmt: skip
    assert str(found.started_on) == "1960-08-09"
    assert found.establishments == (("2000000339", "", ""),)
    assert [(one.version, one.code, one.main) for one in found.activities] == [
        ("2025", "68121", True), ("2025", "84130", True), ("2008", "41101", True),
    ]  # fmt: skip
    abroad = lookup.enterprise("0200068636")
    assert abroad is not None
    assert (abroad.legal_form_code, abroad.postal_code) == ("416", "")
    assert abroad.municipality == "62000 Arras, France"


@pytest.mark.django_db
def test_a_full_extract_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    load(full(tmp_path, company(), company(BAKER, "Baker")))
    assert lookup.register_date() == NOVEMBER
    load(full(tmp_path, company(name="Mirabelle II"), number=141))
    assert lookup.enterprise(BAKER) is None
    assert lookup.by_name("mirabelle")[0].name == "Mirabelle II"
    assert rows()["enterprise"] == 1, "what nobody reads any more is gone"
    assert [one.number for one in Extract.objects.all()] == [141]
    told = AuditEntry.objects.filter(act="register.loaded").latest("pk").details
    assert (told["number"], told["counts"]["enterprise"]) == (141, 1)


@pytest.mark.django_db
def test_an_update_deletes_then_inserts_and_leaves_the_rest(tmp_path: Path) -> None:
    moved = {"street": "Rue Neuve", "units": (unit(SECOND_UNIT),)}
    stays, stops = company(QUETSCHE, "Quetsche"), company(BAKER, "Baker")
    load(full(tmp_path, company(units=(unit(),)), stays, stops))
    load(update(tmp_path, before=[company(units=(unit(),)), stops], after=[company(**moved)]))
    found = lookup.enterprise(MIRABELLE)
    assert found is not None
    assert (found.street, found.extract_date) == ("Rue Neuve 12", LATER)
    assert [one.number for one in found.establishments] == [SECOND_UNIT]
    assert len(found.activities) == 2, "the activities of before are not doubled"
    assert lookup.enterprise(BAKER) is None
    assert lookup.enterprise(QUETSCHE) is not None
    load(update(tmp_path, before=[], after=[stops], number=142))
    assert lookup.enterprise(BAKER) is not None


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "change", "told"), REFUSED)
def test_what_is_wrong_is_refused_whole(
    tmp_path: Path, name: str, change: Callable[[str], str] | None, told: str
) -> None:
    load(full(tmp_path, company(BAKER, "Baker"), number=139))
    before = rows()
    with pytest.raises(ExtractRefused, match=told) as refused:
        load(spoilt(full(tmp_path, company()), name, change))
    assert "\n" not in str(refused.value)
    assert lookup.enterprise(BAKER) is not None
    assert rows() == before
    assert [one.number for one in Extract.objects.all()] == [139]


@pytest.mark.django_db
def test_a_wrong_update_leaves_the_register_as_it_was(tmp_path: Path) -> None:
    load(full(tmp_path, company()))
    wrong = update(tmp_path, before=[company()], after=[company(name="Changed")])
    wrong = spoilt(wrong, "activity_insert.csv", lambda text: text.replace("2025", "20 25"))
    with pytest.raises(ExtractRefused, match=r"activity_insert\.csv, line 2"):
        load(wrong)
    found = lookup.enterprise(MIRABELLE)
    assert found is not None
    assert (found.name, found.extract_date) == ("Mirabelle", NOVEMBER)
    assert Extract.objects.count() == 1


@pytest.mark.django_db
def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (text := tmp_path / "text.zip").write_text("not a ZIP")
    for path in (text, tmp_path / "nowhere.zip"):
        with pytest.raises(ExtractRefused, match="can't be read as a ZIP file"):
            importing.load(path)


@pytest.mark.django_db
def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    path = full(tmp_path, company(), fillers=300)
    content = bytearray(path.read_bytes())
    with ZipFile(path) as archive:
        content[archive.getinfo("activity.csv").header_offset + 400] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ExtractRefused, match=r"^activity.csv, line"):
        load(path)
    assert not Extract.objects.exists()
    assert set(rows().values()) == {0}


@pytest.mark.django_db
def test_extracts_come_in_their_order(tmp_path: Path) -> None:
    def next_one(number: int) -> Path:
        return update(tmp_path, before=[], after=[], number=number)

    with pytest.raises(ExtractRefused, match="import a full extract first"):
        load(next_one(141))
    load(full(tmp_path, company()))
    with pytest.raises(ExtractRefused, match="Update 142 does not follow extract 140"):
        load(next_one(142))
    for number in (139, 140):
        with pytest.raises(ExtractRefused, match=f"Extract {number} is not newer than"):
            load(full(tmp_path, company(), number=number))
    load(next_one(141))
    load(next_one(142))
    load(full(tmp_path, company(), number=140), replace=True)
    assert lookup.register_date() == NOVEMBER
    load(full(tmp_path, company(), number=155))


class Interrupt:
    """Ends an import, as Ctrl-C would, when the file is in; notes what was read."""

    def __init__(self, after: str = "") -> None:
        self.after, self.read = after, set[str]()

    def __call__(self, file: str, rows: int, share: float) -> None:
        self.read.add(file)
        if (file, share) == (self.after, 1.0):
            raise KeyboardInterrupt


def test_an_interrupted_import_goes_on(tmp_path: Path, committed_db: Urls) -> None:
    path = full(tmp_path, company(), fillers=50)
    with pytest.raises(KeyboardInterrupt):
        load(path, progress=Interrupt(after="denomination"))
    assert not lookup.has_register()
    assert rows()["denomination"] > 50
    again = Interrupt()
    load(path, progress=again)
    assert again.read == {"address", "activity"}
    assert rows()["enterprise"] == 51
    assert lookup.enterprise(MIRABELLE) is not None


def test_an_import_given_up_leaves_nothing(tmp_path: Path, committed_db: Urls) -> None:
    with pytest.raises(KeyboardInterrupt):
        load(full(tmp_path, company(), fillers=50), progress=Interrupt(after="address"))
    load(full(tmp_path, company(), number=141))
    assert rows() == {
        "enterprise": 1, "establishment": 0, "denomination": 1, "address": 1, "activity": 1,
    }  # fmt: skip
    assert [one.number for one in Extract.objects.all()] == [141]


def test_what_an_interrupted_clean_up_left_goes_with_the_next_import(
    tmp_path: Path, committed_db: Urls, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(full(tmp_path, company(BAKER, "Baker")))
    with monkeypatch.context() as patched:
        patched.setattr(importing, "_remove", raise_interrupt)
        with pytest.raises(KeyboardInterrupt):
            load(full(tmp_path, company(), number=141))
    assert lookup.enterprise(MIRABELLE) is not None, "the switch was made"
    assert rows()["enterprise"] == 2
    load(update(tmp_path, before=[], after=[], number=142))
    assert rows()["enterprise"] == 1


def raise_interrupt(*given: object) -> None:
    raise KeyboardInterrupt


def test_one_import_at_a_time(tmp_path: Path, committed_db: Urls) -> None:
    with psycopg.connect(committed_db.application) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [importing.ONE_IMPORT])
        with pytest.raises(ExtractRefused, match="Another import is running"):
            load(full(tmp_path, company()))
        other.execute("SELECT pg_advisory_unlock(%s)", [importing.ONE_IMPORT])
    load(full(tmp_path, company()))


OLD = company(units=(unit(),))
NEW = company(name="Nouvelle", street="Rue Neuve", units=(unit(SECOND_UNIT),), nace=("62900",))
STATES = {
    ("Mirabelle", "Rue Haute 12", UNIT, "62100", NOVEMBER),
    ("Nouvelle", "Rue Neuve 12", SECOND_UNIT, "62900", LATER),
}


def state() -> tuple[Any, ...]:
    found = lookup.enterprise(MIRABELLE)
    assert found is not None
    units = ",".join(one.number for one in found.establishments)
    return found.name, found.street, units, found.activities[0].code, found.extract_date


def read_until(done: threading.Event, seen: list[tuple[Any, ...]]) -> None:
    """What a reader on another connection sees, again and again."""
    try:
        while not done.is_set():
            seen.append(state())
        seen.append(state())
    finally:
        connections.close_all()


@pytest.mark.parametrize("kind", ["full", "update"])
def test_a_reader_sees_all_of_one_extract(tmp_path: Path, committed_db: Urls, kind: str) -> None:
    load(full(tmp_path, OLD))
    if kind == "full":
        after = full(tmp_path, NEW, number=141, fillers=3000)
        after = spoilt(after, "meta.csv", lambda text: text.replace("06-11", "07-11"))
    else:
        after = update(tmp_path, before=[OLD], after=[NEW])
    seen: list[tuple[Any, ...]] = []
    midway: list[tuple[Any, ...]] = []
    done = threading.Event()

    def look(file: str, rows: int, share: float) -> None:
        with ThreadPoolExecutor(1) as other:
            other.submit(read_until, halfway, midway).result()

    halfway = threading.Event()
    halfway.set()
    with ThreadPoolExecutor(1) as reader:
        reading = reader.submit(read_until, done, seen)
        load(after, progress=look)
        done.set()
        reading.result()
    assert set(midway) == {state_of("Mirabelle")}
    assert set(seen) <= STATES
    assert seen[-1] == state_of("Nouvelle")


def state_of(name: str) -> tuple[Any, ...]:
    return next(one for one in STATES if one[0] == name)


@pytest.mark.django_db
def test_the_command_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(full(tmp_path, company(struck_off_on=LATER), fillers=20))
    call_command("import_cbe", path, "--all-regions")
    told = capsys.readouterr()
    assert "Extract 140 (full) of 06-11-2026 is loaded: enterprise 21" in told.out
    assert "address struck off 1" in told.out
    assert [line.split()[0] for line in told.err.splitlines()] == [one.file for one in TARGETS]
    with pytest.raises(CommandError, match="give --replace"):
        call_command("import_cbe", path)
    call_command("import_cbe", path, "--replace")
    assert rows()["enterprise"] < 21, "Brussels is the default"


def test_numbers_hold_exactly_what_was_added() -> None:
    numbers = Numbers(["0403019261", UNIT])
    assert "0403019261" in numbers
    assert UNIT in numbers
    assert SECOND_UNIT not in numbers
    assert "0403019360" not in numbers


def test_generated_extracts_are_the_same_each_time(tmp_path: Path) -> None:
    first = full(tmp_path, company(), fillers=30).read_bytes()
    assert full(tmp_path, company(), fillers=30).read_bytes() == first
    assert full(tmp_path, company(), fillers=31).read_bytes() != first
