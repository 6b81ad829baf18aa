"""A small company register for the demo, all of it invented: its startups, and others."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from dateutil.relativedelta import relativedelta

from brustart.cbe import importing, lookup
from brustart.cbe.numbers import with_check

from . import content
from .entries import Entry
from .extract import Company, Register, Unit, write_full

FILLERS = 300
FIRST_UNIT = 90_000_000  # first eight digits of a startup's first establishment unit
ACTIVITIES = {  # by the kind of project, as files.toml and panel.toml tell it
    "app": ("62100",),
    "care": ("86990",),
    "device": ("32500",),
    "sensors": ("26300", "62100"),
    "software": ("62100", "63100"),
}


def load(today: date) -> None:
    """Import it as it stood yesterday, unless a register is loaded already."""
    if lookup.has_register():
        return
    known = {one.number: one for one in (*_startups(today), _example(today))}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "register.zip"
        register = Register(list(known.values()), FILLERS)
        importing.load(write_full(path, register, snapshot_on=today - relativedelta(days=1)))


def _startups(today: date) -> Iterator[Company]:
    """Those of the demo's files that have a number, as they say themselves what they are."""
    told = [one for name in ("files", "panel") for one in content.read(name)["file"]]
    for place, one in enumerate(told):
        said = one["startup"]
        if not said.get("enterprise_number") or "street" not in said:
            continue
        on = today - timedelta(days=one.get("days_before_now", 3))
        founded_on = Entry(one, on, founder="").founded_on
        street, _space, house = said["street"].rpartition(" ")
        yield Company(
            number=said["enterprise_number"],
            name=said["startup_name"],
            started_on=founded_on,
            street=street,
            street_nl=street,
            house_number=house,
            postal_code=said["postal_code"],
            city=said["city"],
            city_nl=said["city"],
            nace=ACTIVITIES[one.get("kind", "software")],
            units=_units(said, place, founded_on),
        )


def _units(said: dict[str, str], place: int, founded_on: date) -> tuple[Unit, ...]:
    """The establishment inside the Region of a startup whose seat lies outside it."""
    if not said.get("establishment_postal_code"):
        return ()
    return (
        Unit(
            number=with_check(FIRST_UNIT + place),
            started_on=founded_on,
            postal_code=said["establishment_postal_code"],
        ),
    )


def _example(today: date) -> Company:
    """The startup of the button “Fill with an example” (example.toml)."""
    french, dutch = (content.read("example")[language]["startup"] for language in ("fr", "nl"))
    street, _space, house = french["street"].rpartition(" ")
    return Company(
        number=french["enterprise_number"],
        name=french["startup_name"],
        started_on=today - relativedelta(months=french["age_months"]),
        street=street,
        street_nl=dutch["street"].rpartition(" ")[0],
        house_number=house,
        postal_code=french["postal_code"],
        city=french["city"],
        city_nl=dutch["city"],
        nace=("62100",),
    )
