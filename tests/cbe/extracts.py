"""Extracts for tests: made by the demo's generator, and spoilt by hand."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from brustart.cbe import importing
from brustart.cbe.models import Extract
from brustart.desk.demo.extract import Company, Register, Unit, write_full, write_update

__all__ = ["Company", "Register", "Unit"]

NOVEMBER, LATER = date(2026, 11, 6), date(2026, 11, 7)
MIRABELLE = "1700900047"  # numbers that the register has not reached
QUETSCHE = "1700900146"
BAKER = "1700900245"
UNIT, SECOND_UNIT = "8000900092", "8000900191"


def company(number: str = MIRABELLE, name: str = "Mirabelle", **fields: Any) -> Company:
    known: dict[str, Any] = {"started_on": date(2024, 3, 1), "nace": ("62100",)}
    return Company(number=number, name=name, **{**known, **fields})


def unit(number: str = UNIT, **fields: Any) -> Unit:
    return Unit(number=number, **{"started_on": date(2024, 3, 1), **fields})


def full(folder: Path, *companies: Company, number: int = 140, fillers: int = 0) -> Path:
    register = Register(companies, fillers=fillers)
    return write_full(folder / f"{number}.zip", register, number=number, snapshot_on=NOVEMBER)


def update(folder: Path, *, before: list[Company], after: list[Company], number: int = 141) -> Path:
    return write_update(
        folder / f"{number}.zip", before=before, after=after, number=number, snapshot_on=LATER
    )


def load(path: Path, **options: Any) -> Extract:
    """For the whole country, unless told otherwise; an update keeps to its full extract."""
    is_full = "enterprise.csv" in ZipFile(path).namelist()
    return importing.load(path, **({"regions": []} if is_full else {}) | options)


def spoilt(path: Path, name: str, change: Callable[[str], str] | None) -> Path:
    """The archive with one file's text changed; without the file when there is no change."""
    with ZipFile(path) as archive:
        texts = {one: archive.read(one).decode() for one in archive.namelist()}
    text = texts.pop(name)
    if change is not None:
        texts[name] = change(text)
    other = path.with_name(f"spoilt-{path.name}")
    with ZipFile(other, "w") as archive:
        for one, content in texts.items():
            archive.writestr(one, content)
    return other
