"""Load an extract of the company register from its ZIP file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from brustart.cbe import importing
from brustart.cbe.reading import ExtractRefused
from brustart.cbe.region import REGIONS


class Command(BaseCommand):
    help = (
        "Load a full or update extract of the company register (KboOpenData_..._Full.zip). "
        "The portal keeps showing the one before until the new one is whole."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        limit = parser.add_mutually_exclusive_group()
        limit.add_argument(
            "--region",
            action="append",
            choices=sorted(REGIONS),
            help="only enterprises with their seat or a unit there (default: brussels)",
        )
        limit.add_argument("--all-regions", action="store_true", help="the whole country")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="load it over the same or a newer extract",
        )

    def handle(self, *args: Any, file: Path, region: list[str] | None, **options: Any) -> None:
        try:
            extract = importing.load(
                file,
                regions=[] if options["all_regions"] else region,
                replace=options["replace"],
                progress=self._progress,
            )
        except ExtractRefused as refused:
            raise CommandError(str(refused)) from refused
        except KeyboardInterrupt as interrupted:
            raise CommandError(
                "Interrupted; readers keep what they had. Run it again to go on."
            ) from interrupted
        self._end_line()
        self.stdout.write(
            f"Extract {extract} of {extract.snapshot_on:%d-%m-%Y} is loaded: "
            + ", ".join(f"{name} {count:,}" for name, count in extract.counts.items())
        )

    def _progress(self, file: str, rows: int, share: float) -> None:
        """One line that grows on a terminal; elsewhere one for each file."""
        line = f"{file:<14}{share:>5.0%}{rows:>12,} rows"
        if self.stderr.isatty():
            self.stderr.write(f"\r{line}", ending="")
        elif share == 1.0:
            self.stderr.write(line)

    def _end_line(self) -> None:
        if self.stderr.isatty():
            self.stderr.write("")
