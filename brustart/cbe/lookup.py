"""Looking an enterprise up: the only reader of the register for the rest of the house.

What stopped is not in it, nor what is not listed yet, nor what lies outside the regions it was
loaded for; so not being found proves nothing, and `register_date` says what was searched.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from .entries import Activity, Entry, Unit, Wording, entry
from .models import Activities, Address, Enterprise, Establishment, Extract, Label, Name
from .naming import searchable

__all__ = [
    "Activity",
    "Entry",
    "Unit",
    "by_name",
    "enterprise",
    "has_register",
    "register_date",
]

NAMES_EACH = 5  # names of one enterprise that may begin alike
ADDRESS = (
    "entity",
    "postal_code",
    "municipality_fr",
    "municipality_nl",
    "street_fr",
    "street_nl",
    "house_number",
    "box",
)


def has_register() -> bool:
    return Extract.objects.current().exists()


def register_date() -> date | None:
    """The day whose situation the register gives; None when none is loaded."""
    return Extract.objects.current().values_list("snapshot_on", flat=True).first()


def enterprise(number: str) -> Entry | None:
    """The enterprise with these ten digits, or None when the register does not have it."""
    return next(_entries(_found().filter(number=number)), None)


def by_name(prefix: str, limit: int = 10) -> list[Entry]:
    """Enterprises of which a name begins so, whatever its accents and capitals."""
    if not (wanted := searchable(prefix)):
        return []
    names = Name.objects.filter(extract=_base(), searchable__startswith=wanted)
    numbers = names.order_by("searchable").values("entity")[: limit * NAMES_EACH]
    found = _entries(_found().filter(number__in=numbers))
    return sorted(found, key=lambda one: searchable(one.name))[:limit]


def _base() -> Subquery:
    return Subquery(Extract.objects.current().values("base"))


@cache
def _found() -> QuerySet[Any]:
    """Enterprises with all that is known of them, in one statement. Kept: Django takes four times
    as long to build it as the server to answer it.

    One statement sees one state of the database: never rows of two extracts.
    """
    current = Extract.objects.current().filter(base=OuterRef("extract"))
    units = Establishment.objects.filter(
        extract=OuterRef(OuterRef("extract")), enterprise=OuterRef(OuterRef("number"))
    )
    mine = {"entity": OuterRef("number")}
    of_units = {"entity__in": units.values("number")}
    return Enterprise.objects.filter(extract=_base()).annotate(
        extract_date=Subquery(current.values("snapshot_on")),
        names=_rows(Name, ("kind", "language", "text"), mine),
        seats=_rows(Address, ADDRESS, mine),
        units=_rows(Establishment, ("number",), {"enterprise": OuterRef("number")}),
        places=_rows(Address, ADDRESS, of_units),
        own=_rows(Activities, ("codes",), mine),
        theirs=_rows(Activities, ("codes",), of_units),
    )


def _rows(model: type[Model], fields: Sequence[str], condition: dict[str, Any]) -> ArraySubquery:
    rows = model._default_manager.filter(extract=OuterRef("extract"), **condition)
    return ArraySubquery(rows.values(row=JSONObject(**{name: F(name) for name in fields})))


def _entries(found: QuerySet[Any]) -> Iterator[Entry]:
    rows = list(found)
    wording = Wording.of(rows, Label.objects.all())
    return (entry(row, wording) for row in rows)
