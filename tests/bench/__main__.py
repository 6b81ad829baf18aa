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
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tests.environment  # noqa: F401  (before Django's settings are first read)
from brustart.embedded import EmbeddedError
from tests.bench import reporting
from tests.bench.measuring import Broken, Delays, Figure

ROOT = Path(__file__).resolve().parent.parent.parent
FULL: dict[str, Any] = {"rounds": 5, "seconds": 1.2, "batch": 20, "tasks": 400, "files": 24}
FULL |= {"handed_in": 80, "burst": 1000}
FULL |= {"alone": 60, "at_once": 1000}
FULL |= {"enterprises": (20_000, 200_000), "imports": 3}
FULL |= {"screened": (1_000, 10_000), "rescreenings": 1}
FULL |= {"matched": (100, 1_000), "ranked": (100, 10_000), "pages": 30}
FULL |= {"entries": (1_000, 100_000), "looks": 10}
FULL |= {"exported": (10_000, 100_000), "lined": (100, 1_000)}
QUICK: dict[str, Any] = {"rounds": 2, "seconds": 0.5, "batch": 8, "tasks": 100, "files": 8}
QUICK |= {"handed_in": 40, "burst": 100}
QUICK |= {"alone": 20, "at_once": 100}
QUICK |= {"enterprises": (2_000, 20_000), "imports": 1}
QUICK |= {"screened": (100, 500), "rescreenings": 1}
QUICK |= {"matched": (50, 200), "ranked": (50, 500), "pages": 8}
QUICK |= {"entries": (200, 5_000), "looks": 4}
QUICK |= {"exported": (1_000, 10_000), "lined": (50, 300)}


@dataclass
class Report:
    """What came out, and under which conditions."""

    figures: list[Figure] = field(default_factory=list)
    delays: list[Delays] = field(default_factory=list)
    conditions: dict[str, Any] = field(default_factory=dict)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs, rougher")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--json", type=Path, default=ROOT / "var" / "bench.json", metavar="PATH")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    begun = time.monotonic()
    try:
        report = measure_all(QUICK if arguments.quick else FULL, arguments.only)
    except (Broken, EmbeddedError, KeyboardInterrupt) as error:
        print(f"No figures. {str(error) or 'Interrupted.'}", file=sys.stderr)
        return 1
    conditions = report.conditions
    conditions |= {"quick": arguments.quick, "seconds": round(time.monotonic() - begun)}
    print(reporting.text(report.figures, report.delays, conditions))
    reporting.write(arguments.json, report.figures, report.delays, conditions)
    print(f"\n{conditions['seconds']} s. Written to {arguments.json}")
    return 0


def measure_all(size: dict[str, Any], only: Sequence[str]) -> Report:
    """All figures of these parts."""
    _set_up()
    with ExitStack() as stack:
        template = _template(stack)
        report = Report(conditions=_conditions(template.admin))
        for name, part in PARTS.items():
            if name in only:
                part(template, size, report)
    return report


def _pages(template: Any, size: dict[str, Any], report: Report) -> None:
    from tests.bench import pages

    say("Pages: loading the demo, then reading")
    report.figures += pages.measure(template, rounds=size["rounds"], seconds=size["seconds"])


def _applying(template: Any, size: dict[str, Any], report: Report) -> None:
    from tests.bench import applying

    say("Applying: saving sections, then handing in, then a burst of files")
    figures, burst = applying.measure(
        template,
        rounds=size["rounds"],
        seconds=size["seconds"],
        batch=size["handed_in"],
        burst=size["burst"],
    )
    report.figures += figures
    report.conditions["burst"] = asdict(burst)


def _screenings(template: Any, size: dict[str, Any], report: Report) -> None:
    from tests.bench import screenings

    say("Screenings")
    counts = {"rounds": size["rounds"], "tasks": size["tasks"], "files": size["files"]}
    report.figures.append(screenings.measure(template, **counts))


def _verdicts(template: Any, size: dict[str, Any], report: Report) -> None:
    from tests.bench import verdicts

    say("Verdicts: one file after another, then many at once")
    delays, drained = verdicts.measure(template, files=size["alone"], burst=size["at_once"])
    report.delays += delays
    report.conditions["drained"] = asdict(drained)


def _rescreening(template: Any, size: dict[str, Any], report: Report) -> None:
    from tests.bench import rescreening

    say("Re-screening: copying screened files, then judging all of a call again")
    figures, peaks = rescreening.measure(
        template, rounds=size["rescreenings"], sizes=size["screened"]
    )
    report.figures += figures
    report.conditions["peak_mib_of_rescreening"] = peaks


def _approvals(template: Any, size: dict[str, Any], report: Report) -> None:
    from tests.bench import approvals

    say("Approvals: preparing the proposals, then deciding")
    counts = {"rounds": size["rounds"], "seconds": size["seconds"], "batch": size["batch"]}
    report.figures += approvals.measure(template, **counts)


def _capacity(template: Any, size: dict[str, Any], report: Report) -> None:
    from tests.bench import money

    say("Capacity: filling two ledgers, then reading the pages")
    report.figures += money.measure_pages(
        template, rounds=size["rounds"], entries=size["entries"], pages=size["looks"]
    )


def _exports(template: Any, size: dict[str, Any], report: Report) -> None:
    from tests.bench import money

    say("Exports: taking the ledger home")
    figures, memory = money.measure_exports(template, entries=size["exported"])
    report.figures += figures
    report.conditions["memory_of_exports"] = memory
    for kind, found in memory.items():
        print(f"{kind}: " + ", ".join(f"{what} {number}" for what, number in found.items()))


def _line(template: Any, size: dict[str, Any], report: Report) -> None:
    from tests.bench import lining

    say("Funding line: the best total, proven")
    figure, delays = lining.measure_line(rounds=size["rounds"], lined=size["lined"])
    report.figures.append(figure)
    report.delays.append(delays)


def _panels(template: Any, size: dict[str, Any], report: Report) -> None:
    from tests.bench import panels

    say("Panels: planning who reads what, then reading the ranking")
    report.figures += panels.measure(
        template,
        rounds=size["rounds"],
        matched=size["matched"],
        ranked=size["ranked"],
        pages=size["pages"],
    )


def _register(template: Any, size: dict[str, Any], report: Report) -> None:
    from tests.bench import register

    say("Register: writing the extracts, then importing")
    figures, peaks = register.measure(template, rounds=size["imports"], sizes=size["enterprises"])
    report.figures += figures
    report.conditions["peak_mib_of_imports"] = peaks


PARTS: dict[str, Callable[[Any, dict[str, Any], Report], None]] = {
    "pages": _pages,
    "applying": _applying,
    "screenings": _screenings,
    "verdicts": _verdicts,
    "rescreening": _rescreening,
    "panels": _panels,
    "approvals": _approvals,
    "capacity": _capacity,
    "exports": _exports,
    "line": _line,
    "register": _register,
}


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
