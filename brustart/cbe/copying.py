"""The extract's rows into the register's tables, by COPY, a batch in memory at a time."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from .codes import Codes
from .models import Activities, Address, Enterprise, Establishment, Name, Row
from .naming import searchable
from .reading import Archive, ExtractRefused, Table, iso_date, ten_digits
from .selecting import SEATS, Kept, is_in

BATCH = 1000  # lines
Progress = Callable[[str, int, float], None]  # file, rows written of it, share of it read


@dataclass
class Intake:
    """What an import takes in, and what it noticed on the way.

    `base`: key of the full extract whose rows these are; `since`: number of the one they come in.
    """

    base: int
    since: int
    kept: Kept
    postal_codes: Collection[str]
    codes: Codes
    noticed: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Target:
    """Where the rows of a file go; `key` holds the number by which an update deletes."""

    file: str
    model: type[Row]
    key: str
    columns: tuple[str, ...]
    lines: Callable[[Table, Intake], Iterator[str]]


def fill(target: Target, archive: Archive, intake: Intake, progress: Progress) -> int:
    """Write the file's rows into its table. Returns how many. Raises ExtractRefused."""
    names = (sql.Identifier(name) for name in ("extract_id", *target.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(target.model._meta.db_table), sql.SQL(", ").join(names)
    )
    written = 0
    with archive.rows(target.file) as table, connection.cursor() as cursor:
        lines = target.lines(table, intake)
        try:
            with cursor.copy(statement.as_string()) as sink:
                while batch := list(islice(lines, BATCH)):
                    sink.write("".join(batch))
                    written += len(batch)
                    progress(target.file, written, min(table.share_read, 0.99))
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            told = " ".join(str(error).split())
            raise ExtractRefused(f"{table.name}: {told}") from error
    return written


# The lines below are CSV as COPY reads it: nothing is NULL, "" an empty text. A line written by
# hand takes half the time of csv.writer's, and there are tens of millions.


def _enterprises(table: Table, intake: Intake) -> Iterator[str]:
    base, kept = intake.base, intake.kept
    for entity, status, situation, kind, form, form_of_code, started_on in table:
        number = ten_digits(entity)
        if kind not in {"1", "2"}:
            raise ValueError(f"type of enterprise {kind!r} is neither 1 (natural) nor 2 (legal)")
        if status != "AC":
            intake.noticed["not active"] += 1
        elif number in kept:
            # The form as the code of companies of 2019 has it replaces the one before.
            form = _code(form_of_code or form)
            person = "t" if kind == "1" else "f"
            yield f"{base},{number},AC,{_code(situation)},{person},{form},{_day(started_on)}\n"


def _establishments(table: Table, intake: Intake) -> Iterator[str]:
    base, kept = intake.base, intake.kept
    for entity, started_on, owner in table:
        if (number := ten_digits(entity)) in kept:
            yield f"{base},{number},{ten_digits(owner)},{_day(started_on)}\n"


def _names(table: Table, intake: Intake) -> Iterator[str]:
    """Of enterprises only: nobody looks for the name of a shop."""
    base, since, kept = intake.base, intake.since, intake.kept
    languages = intake.codes.languages
    for place, (entity, language, kind, text) in enumerate(table):
        number = ten_digits(entity)
        if number[0] in "01" and number in kept:
            texts = _quoted(languages.get(language, ""), text, searchable(text))
            yield f"{base},{number},{since},{place},{_code(kind)},{texts}\n"


def _addresses(table: Table, intake: Intake) -> Iterator[str]:
    base, since, kept = intake.base, intake.since, intake.kept
    for place, row in enumerate(table):
        entity, kind, abroad_nl, abroad, code, town_nl, town, street_nl, street, *rest = row
        house_number, box, _extra, struck_off_on = rest
        if kind not in SEATS:
            continue
        if _day(struck_off_on):
            intake.noticed["address struck off"] += 1
        elif (number := ten_digits(entity)) in kept:
            if abroad or abroad_nl:
                town, town_nl = f"{code} {town}, {abroad}", f"{code} {town_nl}, {abroad_nl}"
                code = ""
            texts = _quoted(code, town, town_nl, street, street_nl, house_number, box)
            yield f"{base},{number},{since},{place},{texts}\n"
        elif is_in(row, intake.postal_codes):
            intake.noticed["in the region, unknown for the rest"] += 1


def _activities(table: Table, intake: Intake) -> Iterator[str]:
    base, since, kept = intake.base, intake.since, intake.kept
    for place, (entity, rows) in enumerate(groupby(table, itemgetter(0))):
        if (number := ten_digits(entity)) in kept:
            words = [_word(nace, code, rank, group) for _entity, group, nace, code, rank in rows]
            yield f"{base},{number},{since},{place},{' '.join(words)}\n"


def _quoted(*texts: str) -> str:
    line = '","'.join(texts)
    if line.count('"') > 2 * len(texts) - 2:
        line = '","'.join(text.replace('"', '""') for text in texts)
    return f'"{line}"'


def _day(text: str) -> str:
    return iso_date(text) if text else ""


@lru_cache(maxsize=1 << 10)
def _code(text: str) -> str:
    """A code between quotes. Raises ValueError for what is none."""
    if text and not text.isalnum():
        raise ValueError(f"{text!r} is not a code")
    return f'"{text}"'


@lru_cache(maxsize=1 << 16)
def _word(version: str, code: str, classification: str, group: str) -> str:
    """An activity as models.Activities holds it. Raises ValueError."""
    word = (version, code, classification, group)
    if not all(part.isascii() and part.isalnum() for part in word):
        raise ValueError(f"{word} is not an activity")
    return ":".join(word)


KEY = ("entity", "since", "place")
TARGETS = (
    Target(
        "enterprise",
        Enterprise,
        "number",
        ("number", "status", "situation", "is_natural_person", "legal_form", "started_on"),
        _enterprises,
    ),
    Target(
        "establishment",
        Establishment,
        "number",
        ("number", "enterprise", "started_on"),
        _establishments,
    ),
    Target(
        "denomination",
        Name,
        "entity",
        (*KEY, "kind", "language", "text", "searchable"),
        _names,
    ),
    Target(
        "address",
        Address,
        "entity",
        (
            *KEY,
            "postal_code",
            "municipality_fr",
            "municipality_nl",
            "street_fr",
            "street_nl",
            "house_number",
            "box",
        ),
        _addresses,
    ),
    Target("activity", Activities, "entity", (*KEY, "codes"), _activities),
)


def take_away(target: Target, archive: Archive, base: int) -> None:
    """Delete what an update says to delete of this file."""
    with archive.deleted(target.file) as table:
        numbers = (ten_digits(row[0]) for row in table)
        while batch := list(islice(numbers, BATCH)):
            condition: dict[str, Any] = {"extract": base, f"{target.key}__in": batch}
            target.model._default_manager.filter(**condition).delete()
