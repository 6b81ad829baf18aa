"""`manage.py prepare`: the database, its two roles, its tables and who may do what to them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from brustart.core.database import DatabaseRefused, prepare


class Command(BaseCommand):
    help = "Creates what is missing of the database, migrates it as its owner, grants rights."
    requires_system_checks: list[str] = []  # they would ask a database that may not exist yet

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            warnings = prepare()
        except DatabaseRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        for warning in warnings:
            self.stderr.write(f"Warning: {warning}")
