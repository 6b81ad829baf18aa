"""Tables to take home: whole, typed, harmless, and written without holding them in memory."""

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from brustart.desk import exporting
from brustart.desk.exporting import Table

MOMENT = datetime(2026, 11, 23, 8, 15, 30, tzinfo=UTC)  # 9.15 in Brussels
ROW = ("BRU-00001", 7, Decimal("-1234.50"), date(2026, 1, 31), MOMENT, True, None)
HEADS = ("File", "Number", "Amount", "Day", "Moment", "Listed", "Nothing")
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "＝1"]


def table(rows: Any, heads: Any = HEADS) -> Table:
    return Table("files", "Files", heads, rows)


def read_csv(found: Table) -> list[list[str]]:
    text = b"".join(exporting.as_csv(found)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def read_xlsx(found: Table) -> Any:
    with exporting.as_xlsx(found) as file:
        return openpyxl.load_workbook(io.BytesIO(file.read()))


def test_csv_has_plain_figures_and_iso_dates() -> None:
    assert read_csv(table([ROW])) == [
        list(HEADS),
        ["BRU-00001", "7", "-1234.50", "2026-01-31", "2026-11-23T09:15:30+01:00", "True", ""],
    ]


def test_csv_keeps_accents_quotes_and_lines() -> None:
    told = ['L’été, "bref"', "two\nlines"]
    assert read_csv(table([told], ["a", "b"]))[1] == told


def test_xlsx_keeps_figures_and_dates_as_such() -> None:
    sheet = read_xlsx(table([ROW])).active
    assert sheet.title == "Files 1"
    heads, row = sheet.iter_rows()
    assert [cell.value for cell in heads] == list(HEADS)
    *plain, day, moment, listed, nothing = [cell.value for cell in row]
    assert plain == ["BRU-00001", 7, -1234.5]
    assert (day.isoformat(), moment.isoformat()) == ("2026-01-31T00:00:00", "2026-11-23T09:15:30")
    assert (listed, nothing) == (True, None)
    assert [cell.data_type for cell in row] == ["s", "n", "n", "d", "d", "b", "n"]
    assert row[2].number_format == "#,##0.00"


@pytest.mark.parametrize("text", FORMULAS)
def test_no_spreadsheet_runs_what_somebody_wrote(text: str) -> None:
    heads = [text]
    assert read_csv(table([[text]], heads)) == [[f"'{text}"], [f"'{text}"]]
    for cell, *_others in read_xlsx(table([[text]], heads)).active.iter_rows():
        assert cell.data_type == "s"


def test_a_negative_figure_is_not_text() -> None:
    assert read_csv(table([[Decimal(-5)]], ["a"]))[1] == ["-5"]


def test_a_full_sheet_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "SHEET", 3)
    book = read_xlsx(table(([number] for number in range(8)), ["Number"]))
    found = [[cell.value for (cell,) in sheet.iter_rows()] for sheet in book]
    assert found == [["Number", 0, 1, 2], ["Number", 3, 4, 5], ["Number", 6, 7]]


def test_a_sheet_is_called_what_it_may_be_called() -> None:
    (sheet,) = read_xlsx(Table("x", "[Par: commune/activité]? 'tout' *ici*", ["a"], []))
    assert sheet.title == " Par  commune activité    t 1"


def rows(number: int) -> Iterator[Any]:
    return (ROW for _row in range(number))


def peak(number: int, *, kind: str) -> int:
    """The most bytes held at once while so many rows are written."""
    tracemalloc.start()
    if kind == "csv":
        written = sum(piece.count(b"\r\n") for piece in exporting.as_csv(table(rows(number))))
        assert written == number + 1
    else:
        exporting.as_xlsx(table(rows(number))).close()
    found = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return found


def test_a_hundred_thousand_rows_of_csv_take_no_more_memory_than_a_thousand() -> None:
    assert peak(100_000, kind="csv") < peak(1_000, kind="csv") + 200_000


def test_many_rows_of_xlsx_take_hardly_more_memory_than_a_few() -> None:
    assert peak(12_000, kind="xlsx") < peak(1_000, kind="xlsx") + 1_000_000
