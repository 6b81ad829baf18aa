"""Make the control's tables and rows: `python -m tests.bench.control.seed 60`.

Prints the session cookie's value of a person who is logged in.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import django

STATES = ("submitted", "reviewed", "awarded", "rejected")


def seed(rows: int) -> str:
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    from .models import Dossier

    call_command("migrate", verbosity=0)
    author = User.objects.create_user("control", first_name="Ada", last_name="Control")
    begun = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
    Dossier.objects.bulk_create(
        Dossier(
            title=f"Dossier {number}",
            organisation=f"Organisation {number}",
            state=STATES[number % len(STATES)],
            amount=Decimal(25_000 + 1_000 * number),
            summary="Each morning we plan the rounds of home nurses. " * 12,
            submitted_at=begun + timedelta(hours=number),
            author=author,
        )
        for number in range(1, rows + 1)
    )
    client = Client()
    client.force_login(author)
    return client.cookies["sessionid"].value


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.control.settings"
    django.setup()
    print(seed(int(sys.argv[1])))
