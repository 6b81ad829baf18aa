"""Tables as CSV and XLSX: complete, and written row by row however long they are.

CSV is UTF-8 with its mark, commas, a point in figures and ISO dates; text that a spreadsheet would
take for a formula is preceded by an apostrophe. XLSX keeps figures and dates as such, and text as
text, which no spreadsheet reads as a formula.
"""

import csv
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils import timezone

RISKY = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
SHEET = 1_000_000  # rows; a sheet holds 1,048,576
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # tells a spreadsheet that the text is UTF-8
CHUNK = 500  # rows handed on at once
LONGEST = 32_767  # characters that a cell of a spreadsheet holds
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | int | Decimal | date | datetime | bool | None


@dataclass(frozen=True)
class Table:
    """`rows` may be read once, and holds few of them in memory at a time."""

    name: str
    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Cell]]


class _Echo:
    """Gives a csv.writer's line back."""

    def write(self, line: str) -> str:
        return line


def as_csv(table: Table) -> Iterator[bytes]:
    """The file in pieces."""
    writer = csv.writer(_Echo())
    held = [MARK + writer.writerow([_safe(head) for head in table.heads])]
    for row in table.rows:
        held.append(writer.writerow([_plain(cell) for cell in row]))
        if len(held) >= CHUNK:
            yield "".join(held).encode()
            held = []
    yield "".join(held).encode()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return timezone.localtime(cell).isoformat(timespec="seconds")
    return _safe(cell) if isinstance(cell, str) else str(cell)


def _safe(text: str) -> str:
    """Nothing that a spreadsheet would run: `text` as it is, or behind an apostrophe."""
    return f"'{text}" if text.startswith(RISKY) else text


def _tab(title: str) -> str:
    """As much of it as a sheet may be called, with a number behind it."""
    return re.sub(r"[\[\]:*?/\\']", " ", title)[:27]


def as_xlsx(table: Table) -> IO[bytes]:
    """The file, at its beginning, in a temporary place that is gone once it is closed."""
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - whoever sends it closes it
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    pen = _Pen(book, table)
    for row in table.rows:
        pen.write(row)
    book.close()
    file.seek(0)
    return file


class _Pen:
    """Writes rows from the top down; begins another sheet when one is full."""

    def __init__(self, book: Any, table: Table) -> None:
        self.book, self.table = book, table
        self.bold = book.add_format({"bold": True})
        self.money = book.add_format({"num_format": "#,##0.00"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.sheets = 0
        self._begin()

    def _begin(self) -> None:
        self.sheets += 1
        self.sheet = self.book.add_worksheet(f"{_tab(self.table.title)} {self.sheets}")
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, len(self.table.heads) - 1, 18)
        for column, head in enumerate(self.table.heads):
            self.sheet.write_string(0, column, head, self.bold)
        self.row = 1

    def write(self, row: Sequence[Cell]) -> None:
        if self.row > SHEET:
            self._begin()
        for column, cell in enumerate(row):
            self._write(column, cell)
        self.row += 1

    def _write(self, column: int, cell: Cell) -> None:
        sheet, at = self.sheet, (self.row, column)
        if isinstance(cell, str):
            sheet.write_string(*at, cell[:LONGEST])
        elif isinstance(cell, bool):
            sheet.write_boolean(*at, cell)
        elif isinstance(cell, datetime):  # a spreadsheet knows no time zones: Brussels time
            local = timezone.localtime(cell).replace(tzinfo=None)
            sheet.write_datetime(*at, local, self.moment)
        elif isinstance(cell, date):
            sheet.write_datetime(*at, cell, self.day)
        elif isinstance(cell, Decimal):
            sheet.write_number(*at, cell, self.money)
        elif cell is not None:
            sheet.write_number(*at, cell)
