"""Keep the French and Dutch catalogues: update them, check them, compile them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from brustart.core import catalogues


class Command(BaseCommand):
    requires_system_checks: list[str] = []
    help = "catalogues update | check | compile"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=["update", "check", "compile"])

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        for language in catalogues.LANGUAGES:
            if act == "update":
                self.stdout.write(f"{language}: {catalogues.update(language)} to translate")
            elif act == "compile":
                catalogues.compile(language)
            elif faults := sorted(catalogues.faults(language)):
                raise CommandError("\n".join([f"{language}: {len(faults)} faults", *faults]))
