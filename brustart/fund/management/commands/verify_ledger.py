"""Recompute every balance and every chain; the first difference ends it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from brustart.fund.models import Entry
from brustart.fund.verifying import differences


class Command(BaseCommand):
    help = "Recompute the ledger's balances and hash chains; exits non-zero on a difference."

    def handle(self, *args: Any, **options: Any) -> None:
        for difference in differences():
            raise CommandError(difference)
        self.stdout.write(f"The ledger is whole: {Entry.objects.count()} entries.")
