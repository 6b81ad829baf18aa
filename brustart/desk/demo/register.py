"""A small company register for the demo, all of it invented: the example's startup, and others."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from dateutil.relativedelta import relativedelta

from brustart.cbe import importing, lookup

from . import content
from .extract import Company, Register, write_full

FILLERS = 300


def load(today: date) -> None:
    """Import it as it stood yesterday, unless a register is loaded already."""
    if lookup.has_register():
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "register.zip"
        register = Register([_example(today)], FILLERS)
        importing.load(write_full(path, register, snapshot_on=today - relativedelta(days=1)))


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
