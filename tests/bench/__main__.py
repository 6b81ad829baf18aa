"""`make bench`: a few figures of ours, each beside a control's from the same run.

Loopback only, on the services of DATABASE_OWNER_URL, DATABASE_URL and REDIS_URL or on an
embedded PostgreSQL and a broker of files; everything it starts or creates is gone at the end.
"""

import argparse
import os
import platform
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tests.environment  # noqa: F401  (before Django's settings are first read)
from brustart.embedded import EmbeddedError
from tests.bench import reporting
from tests.bench.measuring import Broken, Figure

ROOT = Path(__file__).resolve().parent.parent.parent
FULL: dict[str, Any] = {"rounds": 5, "seconds": 1.2, "batch": 20, "tasks": 400, "files": 24}
FULL |= {"handed_in": 80, "burst": 1000}
FULL |= {"enterprises": (20_000, 200_000), "imports": 3}
QUICK: dict[str, Any] = {"rounds": 2, "seconds": 0.5, "batch": 8, "tasks": 100, "files": 8}
QUICK |= {"handed_in": 40, "burst": 100}
QUICK |= {"enterprises": (2_000, 20_000), "imports": 1}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs, rougher")
    parser.add_argument("--json", type=Path, default=ROOT / "var" / "bench.json", metavar="PATH")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    begun = time.monotonic()
    try:
        figures, conditions = measure_all(QUICK if arguments.quick else FULL)
    except (Broken, EmbeddedError, KeyboardInterrupt) as error:
        print(f"No figures. {str(error) or 'Interrupted.'}", file=sys.stderr)
        return 1
    conditions |= {"quick": arguments.quick, "seconds": round(time.monotonic() - begun)}
    print(reporting.table(figures))
    print(*reporting.remarks(conditions), sep="\n")
    reporting.write(arguments.json, figures, conditions)
    print(f"\n{conditions['seconds']} s. Written to {arguments.json}")
    return 0


def measure_all(size: dict[str, Any]) -> tuple[list[Figure], dict[str, Any]]:
    """All figures, and under which conditions they came about."""
    _set_up()
    from tests.bench import applying, approvals, pages, register, screenings

    rounds, seconds = size["rounds"], size["seconds"]
    with ExitStack() as stack:
        template = _template(stack)
        conditions = _conditions(template.admin)
        say("Pages: loading the demo, then reading")
        figures = pages.measure(template, rounds=rounds, seconds=seconds)
        say("Applying: saving sections, then handing in, then a burst of files")
        more, burst = applying.measure(
            template, rounds=rounds, seconds=seconds, batch=size["handed_in"], burst=size["burst"]
        )
        figures += more
        conditions["burst"] = asdict(burst)
        say("Screenings")
        figures.append(
            screenings.measure(template, rounds=rounds, tasks=size["tasks"], files=size["files"])
        )
        say("Approvals: preparing the proposals, then deciding")
        figures.append(
            approvals.measure(template, rounds=rounds, seconds=seconds, batch=size["batch"])
        )
        say("Register: writing the extracts, then importing")
        more, peaks = register.measure(template, rounds=size["imports"], sizes=size["enterprises"])
        figures += more
        conditions["peak_mib_of_imports"] = peaks
    return figures, conditions


def _set_up() -> None:
    import django

    os.environ |= {"DJANGO_SETTINGS_MODULE": "brustart.settings", "LOG_LEVEL": "ERROR"}
    import brustart.celery  # noqa: F401  (acts ring for the worker)

    django.setup()


def _template(stack: ExitStack) -> Any:
    """A migrated template on the given server, or on an embedded one that writes to disk:
    the tests' own server does not wait for the disk, and a commit's price is part of a figure."""
    from django.conf import settings

    from brustart import embedded
    from tests import databases, live

    if not {"DATABASE_URL", "DATABASE_OWNER_URL"}.intersection(os.environ):
        place = settings.VAR / "postgres"
        stack.callback(embedded.reset, place)
        embedded.start(place, durable=True)
    if settings.REDIS_URL:
        stack.callback(live.forget, settings.REDIS_URL, os.environ["BROKER_PREFIX"])
    template = databases.build_template()
    stack.callback(databases.tear_down, template)
    return template


def _conditions(server: str) -> dict[str, Any]:
    import psycopg
    from django.conf import settings

    with psycopg.connect(server, dbname="postgres") as connection:
        names = ("server_version", "fsync", "synchronous_commit")
        database = {name: _shown(connection, name) for name in names}
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "postgresql": database,
        "broker": "redis" if settings.REDIS_URL else "files",
    }


def _shown(connection: Any, name: str) -> str:
    return str(connection.execute(f"SHOW {name}").fetchone()[0])


def say(what: str) -> None:
    print(f"{what} ...", flush=True)


if __name__ == "__main__":
    sys.exit(main())
