"""`manage.py rescreen --call C [--as-of DATE] [--dry-run]`."""

from argparse import ArgumentParser
from collections import Counter
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from brustart.fund.models import Call
from scoring.screening import rescreening
from scoring.screening.rescreening import Change, Outcome

EVERY = 100  # files, where no terminal shows a line that grows


class Command(BaseCommand):
    help = (
        "Judge a call's files again by the rules, and print what changes and why. What was found "
        "before is kept beside it. Interrupted, it goes on when it is run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--call", required=True, help="the call's code")
        parser.add_argument(
            "--as-of", type=date.fromisoformat, help="use the rules valid on this day (2026-11-23)"
        )
        parser.add_argument("--dry-run", action="store_true", help="print only, keep nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        call = Call.objects.filter(code=options["call"]).first()
        if call is None:
            codes = ", ".join(Call.objects.order_by("code").values_list("code", flat=True))
            raise CommandError(f"there is no call {options['call']}; there are: {codes}")
        total, changed = rescreening.count(call), 0
        moved: Counter[tuple[str, str, str]] = Counter()
        for seen, application in enumerate(rescreening.files(call), start=1):
            outcome = _judge(application, **options)
            changed += bool(outcome.changes)
            for one in outcome.changes:
                self.stdout.write(f"{application.reference}  {_told(one)} ({one.reason})")
                moved[one.rule, one.before, one.after] += 1
            self._progress(seen, total, changed)
        for (rule, before, after), number in sorted(moved.items()):
            self.stdout.write(f"{number:>6}  {_told(Change(rule, before, after, ''))}")
        kept = "nothing kept" if options["dry_run"] else f"{changed} new screenings kept"
        self.stdout.write(f"{total} files screened again, {changed} differ; {kept}")

    def _progress(self, seen: int, total: int, changed: int) -> None:
        """One line that grows on a terminal; elsewhere one for every hundred files."""
        line = f"{seen / total:>5.0%}{seen:>8,} of {total:,} files, {changed:,} differ"
        if self.stderr.isatty():
            self.stderr.write(f"\r{line}", ending="\n" if seen == total else "")
        elif seen % EVERY == 0 or seen == total:
            self.stderr.write(line)


def _judge(application: Any, *, as_of: date | None, dry_run: bool, **_options: Any) -> Outcome:
    if dry_run:
        return rescreening.compare(application, as_of=as_of)
    return rescreening.rescreen(application, as_of=as_of, now=timezone.now())


def _told(change: Change) -> str:
    return f"{change.rule}: {change.before or 'not judged'} -> {change.after}"
