"""`manage.py rescreen --call C [--as-of DATE] [--dry-run]`."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from brustart.fund.models import Call
from scoring.screening import rescreening

EVERY = 100


class Command(BaseCommand):
    help = "Judge a call's files again by the rules, and print what changes and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--call", required=True, help="the call's code")
        parser.add_argument(
            "--as-of", type=date.fromisoformat, help="use the rules valid on this day (2026-11-23)"
        )
        parser.add_argument("--dry-run", action="store_true", help="print only, keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        call = Call.objects.filter(code=options["call"]).first()
        if call is None:
            raise CommandError(f"there is no call {options['call']}")
        seen = changed = 0
        for application in rescreening.files(call):
            if options["dry_run"]:
                outcome = rescreening.compare(application, as_of=options["as_of"])
            else:
                outcome = rescreening.rescreen(
                    application, as_of=options["as_of"], now=timezone.now()
                )
            seen += 1
            changed += bool(outcome.changes)
            for one in outcome.changes:
                before = one.before or "not judged"
                self.stdout.write(
                    f"{application.reference}  {one.rule}: {before} -> {one.after} ({one.reason})"
                )
            if seen % EVERY == 0:
                self.stderr.write(f"{seen} files")
        kept = "nothing kept" if options["dry_run"] else f"{changed} new screenings kept"
        self.stdout.write(f"{seen} files screened again, {changed} differ; {kept}")
