"""COPY of ready-made rows beside an import of the extract that they come from.

Both fill the same empty tables, with their keys and indexes, from one client. The import also
reads, checks and turns the extract's files, and shows nothing before all is there.
"""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql

from brustart import children
from brustart.cbe.copying import TARGETS
from brustart.desk.demo.extract import Register, write_full
from tests.bench import processes
from tests.bench.measuring import Figure, beside
from tests.databases import Urls, clone

BLOCK = 1 << 18  # bytes
SECONDS = "SELECT extract(epoch FROM finished_at - started_at) FROM cbe_extract"


@dataclass
class Loads:
    """An extract of so many enterprises, its rows as COPY takes them, and what imports needed."""

    template: Urls
    enterprises: int
    folder: Path
    rows: int = 0
    peak_kib: int = field(default=0)

    def prepare(self) -> None:
        """Write the extract, import it once, and keep the rows that came of it."""
        register = Register(fillers=self.enterprises)
        write_full(self._archive, register, snapshot_on=date(2026, 11, 6))
        with clone(self.template) as urls:
            self._run(urls)
            with psycopg.connect(urls.application) as connection:
                self.rows = sum(self._keep(connection, number) for number in range(len(TARGETS)))

    def copied(self) -> float:
        """Rows a second by COPY alone, a transaction for each table."""
        with clone(self.template) as urls, psycopg.connect(urls.application) as connection:
            begun = time.perf_counter()
            for number in range(len(TARGETS)):
                self._copy(connection, number)
                connection.commit()
            return self.rows / (time.perf_counter() - begun)

    def imported(self) -> float:
        """Rows a second from the beginning of the import to what readers see."""
        with clone(self.template) as urls:
            self._run(urls)
            with psycopg.connect(urls.application) as connection:
                found = connection.execute(SECONDS).fetchone()
        assert found is not None
        return self.rows / float(found[0])

    @property
    def _archive(self) -> Path:
        return self.folder / "extract.zip"

    def _run(self, urls: Urls) -> None:
        command = children.manage("import_cbe", str(self._archive), "--all-regions")
        ended = processes.run("import", command, processes.portal_environment(urls))
        self.peak_kib = max(self.peak_kib, ended.peak_kib)

    def _keep(self, connection: "psycopg.Connection[tuple[object, ...]]", number: int) -> int:
        statement = sql.SQL("COPY {} TO STDOUT").format(_table(number))
        with (
            (self.folder / str(number)).open("wb") as file,
            connection.cursor() as cursor,
        ):
            with cursor.copy(statement) as source:
                for block in source:
                    file.write(block)
            return cursor.rowcount

    def _copy(self, connection: "psycopg.Connection[tuple[object, ...]]", number: int) -> None:
        statement = sql.SQL("COPY {} FROM STDIN").format(_table(number))
        with (
            (self.folder / str(number)).open("rb") as file,
            connection.cursor() as cursor,
            cursor.copy(statement) as sink,
        ):
            while block := file.read(BLOCK):
                sink.write(block)


def _table(number: int) -> sql.Identifier:
    return sql.Identifier(TARGETS[number].model._meta.db_table)


def measure(
    template: Urls, *, rounds: int, sizes: Sequence[int]
) -> tuple[list[Figure], dict[str, int]]:
    """A figure for each number of enterprises, and the peak memory of its imports in MiB."""
    figures, peaks = [], {}
    for size in sizes:
        folder = settings.VAR / "register"
        folder.mkdir(parents=True)
        try:
            loads = Loads(template, size, folder)
            loads.prepare()
            figures.append(_figure(loads, rounds))
        finally:
            shutil.rmtree(folder)
        peaks[f"{size:,} enterprises"] = round(loads.peak_kib / 1024)
    return figures, peaks


def _figure(loads: Loads, rounds: int) -> Figure:
    return beside(
        f"register, {loads.enterprises:,} enterprises: rows",
        control=("COPY of the same rows into the same tables", loads.copied),
        ours=("import_cbe: the ZIP read, checked, copied, switched", loads.imported),
        rounds=rounds,
    )
