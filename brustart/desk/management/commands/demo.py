"""Load the demo; a loaded one is left as it is."""

from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from brustart.desk.demo import loading, register
from brustart.worker import KINDS


class Command(BaseCommand):
    help = "Load the demo: sixty-four files on one envelope of 4,000,000 EUR. Only in demo mode."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is not a demo portal: set BRUSTART_DEMO=1 to make it one.")
        if loading.loaded():
            self.stdout.write("The demo is loaded already; nothing was changed.")
            return
        begun = monotonic()
        register.load(timezone.localdate())
        files = loading.load(timezone.now(), KINDS)
        self.stdout.write(f"Demo loaded: {files} files in {monotonic() - begun:.0f} s.")
