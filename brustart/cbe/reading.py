"""An extract's ZIP: its meta data, its columns, and its rows one at a time.

Everything odd is an ExtractRefused, whose text is one line that names the file.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError

from django.utils import timezone

from .models import Extract

COLUMNS = {
    "meta": ("Variable", "Value"),
    "code": ("Category", "Code", "Language", "Description"),
    "enterprise": (
        "EnterpriseNumber",
        "Status",
        "JuridicalSituation",
        "TypeOfEnterprise",
        "JuridicalForm",
        "JuridicalFormCAC",
        "StartDate",
    ),
    "establishment": ("EstablishmentNumber", "StartDate", "EnterpriseNumber"),
    "denomination": ("EntityNumber", "Language", "TypeOfDenomination", "Denomination"),
    "address": (
        "EntityNumber",
        "TypeOfAddress",
        "CountryNL",
        "CountryFR",
        "Zipcode",
        "MunicipalityNL",
        "MunicipalityFR",
        "StreetNL",
        "StreetFR",
        "HouseNumber",
        "Box",
        "ExtraAddressInfo",
        "DateStrikingOff",
    ),
    "activity": ("EntityNumber", "ActivityGroup", "NaceVersion", "NaceCode", "Classification"),
}
DATA = ("enterprise", "establishment", "denomination", "address", "activity")


class ExtractRefused(Exception):
    """The extract can't be imported; the message is one line for who runs the import."""


@dataclass(frozen=True)
class Meta:
    """What an extract says of itself in meta.csv."""

    number: int
    kind: Extract.Kind
    snapshot_on: date
    extracted_at: datetime


class Table:
    """A CSV file of the archive, its columns checked; iterating reads it once."""

    def __init__(self, name: str, columns: Sequence[str], archive: ZipFile) -> None:
        self.name, self._columns = name, columns
        self._size = archive.getinfo(name).file_size
        self._raw = archive.open(name)
        text = io.TextIOWrapper(self._raw, "utf-8-sig", newline="")
        self._reader = csv.reader(text, strict=True)
        try:
            with self.located():
                if (found := next(self._reader, [])) != list(columns):
                    raise ValueError(f"columns {', '.join(found)} instead of {', '.join(columns)}")
        except ExtractRefused:
            self.close()
            raise

    def __iter__(self) -> Iterator[list[str]]:
        width = len(self._columns)
        for row in self._reader:
            if len(row) != width:
                raise ValueError(f"{len(row)} columns instead of {width}")
            yield row

    @contextmanager
    def located(self) -> Iterator[None]:
        """What goes wrong with a row is told with its place."""
        try:
            yield
        except (ValueError, csv.Error, BadZipFile, ZlibError, EOFError) as error:
            where = f"{self.name}, line {self._reader.line_num}"
            raise ExtractRefused(f"{where}: {error}") from error

    @property
    def share_read(self) -> float:
        return self._raw.tell() / self._size if self._size else 1.0

    def close(self) -> None:
        self._raw.close()


class Archive:
    """An open extract, of which all files are there and have the official columns."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self.meta = _meta(self)
        for name, columns in self._expected().items():
            self._open(name, columns).close()

    def _expected(self) -> dict[str, Sequence[str]]:
        if self.meta.kind is Extract.Kind.FULL:
            return {f"{name}.csv": COLUMNS[name] for name in ("code", *DATA)}
        inserts = {f"{name}_insert.csv": COLUMNS[name] for name in DATA}
        deletes = {f"{name}_delete.csv": COLUMNS[name][:1] for name in DATA}
        return {"code.csv": COLUMNS["code"], **deletes, **inserts}

    def _open(self, name: str, columns: Sequence[str]) -> Table:
        try:
            return Table(name, columns, self._archive)
        except KeyError:
            raise ExtractRefused(f"{name} is missing in the archive.") from None

    @contextmanager
    def table(self, name: str, columns: Sequence[str]) -> Iterator[Table]:
        table = self._open(name, columns)
        try:
            with table.located():
                yield table
        finally:
            table.close()

    @contextmanager
    def rows(self, name: str) -> Iterator[Table]:
        """What the extract holds (full) or adds (update) of this file."""
        adds = name in DATA and self.meta.kind is Extract.Kind.UPDATE
        with self.table(f"{name}_insert.csv" if adds else f"{name}.csv", COLUMNS[name]) as table:
            yield table

    @contextmanager
    def deleted(self, name: str) -> Iterator[Table]:
        """The numbers of which an update first takes away all rows of this file."""
        with self.table(f"{name}_delete.csv", COLUMNS[name][:1]) as table:
            yield table

    @property
    def fingerprint(self) -> str:
        """The same for the same content, without reading it: a hash of the archive's own CRCs."""
        parts = sorted((one.filename, one.CRC, one.file_size) for one in self._archive.infolist())
        return hashlib.sha256(repr(parts).encode()).hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The extract at this path, checked. Raises ExtractRefused."""
    try:
        archive = ZipFile(path)
    except (OSError, BadZipFile) as error:
        raise ExtractRefused(f"{path} can't be read as a ZIP file: {error}") from error
    with archive:
        yield Archive(archive)


def _meta(archive: Archive) -> Meta:
    with archive.table("meta.csv", COLUMNS["meta"]) as table:
        told: dict[str, str] = dict(table)
    try:
        at = datetime.strptime(told["ExtractTimestamp"], "%d-%m-%Y %H:%M:%S")  # noqa: DTZ007
        return Meta(
            number=int(told["ExtractNumber"]),
            kind=Extract.Kind(told["ExtractType"].lower()),
            snapshot_on=date.fromisoformat(iso_date(told["SnapshotDate"])),
            extracted_at=timezone.make_aware(at),
        )
    except KeyError as error:
        raise ExtractRefused(f"meta.csv does not say {error.args[0]}.") from error
    except ValueError as error:
        raise ExtractRefused(f"meta.csv: {error}") from error


@lru_cache(maxsize=1 << 16)
def iso_date(text: str) -> str:
    """2019-02-01 for 01-02-2019. Raises ValueError for anything else."""
    day, month, year = text[:2], text[3:5], text[6:]
    try:
        if text != f"{day}-{month}-{year}" or len(year) != 4:
            raise ValueError
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise ValueError(f"{text!r} is not a date like 31-12-2019") from None


def ten_digits(text: str) -> str:
    """0403019261 for 0403.019.261. Raises ValueError."""
    digits = text.replace(".", "")
    if len(digits) != 10 or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{text!r} is not a number of the register")
    return digits
