"""The portal's main job once, over HTTP only, on the demo's own envelope for it."""

from argparse import ArgumentParser
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from brustart.desk.demo.smoke import Smoke
from brustart.desk.demo.visitor import Surprise


class Command(BaseCommand):
    help = "Apply, screen, review, propose and approve over HTTP; left must fall by 25,000 EUR."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--base-url", default="http://localhost:8000")

    def handle(self, *args: Any, base_url: str, **options: Any) -> None:
        run = Smoke(base_url)
        steps: tuple[Callable[[], str], ...] = (
            run.look_at_what_is_left,
            run.register,
            run.fill_in,
            run.submit,
            run.wait_for_screening,
            run.assign,
            run.review,
            run.propose,
            run.approve,
            run.compare,
        )
        for step in steps:
            begun = monotonic()
            try:
                told = step()
            except Surprise as surprise:
                raise CommandError(f"{step.__name__}: {surprise}") from surprise
            self.stdout.write(f"{monotonic() - begun:6.2f} s  {told}")
