"""Where a file's startup is and what it does, read by the database out of what was handed in.

The postal code is that of the seat; of a seat outside the Region, that of the establishment inside
it. The activity is the first that the company register gave when the startup applied: the newest
version of the nomenclature, a main activity first (brustart/cbe/entries.py).
"""

from collections.abc import Iterable

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce, StrIndex, Substr
from django.utils.translation import gettext_lazy as _

from applications.models import Application
from brustart.cbe import nace
from brustart.cbe.municipalities import KNOWN, MUNICIPALITIES, UNPLACED

UNPLACED_CODE, OUTSIDE, UNKNOWN = "special", "outside", "unknown"
ELSEWHERE = {
    UNPLACED_CODE: _("A postal code of one large recipient"),
    OUTSIDE: _("Outside the Region"),
    UNKNOWN: _("Not known"),
}


def _told(name: str) -> Coalesce:
    """An answer about the startup, as text."""
    startup = KeyTransform("startup", KeyTransform("sections", "submission__content"))
    return Coalesce(KeyTextTransform(name, startup), Value(""), output_field=CharField())


def placed(files: QuerySet[Application]) -> QuerySet[Application]:
    """With `postal`, `municipality` (its number, or a key of ELSEWHERE) and `division` (two digits
    of NACE, or "unknown")."""
    inside = KNOWN | UNPLACED
    activities = KeyTransform("startup", KeyTransform("sections", "submission__content"))
    first = KeyTextTransform(0, KeyTransform("activities", activities))
    return files.annotate(
        seat=_told("postal_code"),
        establishment=_told("establishment_postal_code"),
        activity=Coalesce(first, Value(""), output_field=CharField()),
    ).annotate(
        postal=Case(
            When(~Q(seat__in=inside) & Q(establishment__in=inside), then=F("establishment")),
            default=F("seat"),
        ),
        municipality=_municipality(),
        division=Case(
            When(activity="", then=Value(UNKNOWN)),
            default=Substr("activity", StrIndex("activity", Value(":")) + 1, 2),
        ),
    )


def _municipality() -> Case:
    known = [When(postal__in=one.codes, then=Value(nis)) for nis, one in MUNICIPALITIES.items()]
    return Case(
        *known,
        When(postal__in=UNPLACED, then=Value(UNPLACED_CODE)),
        When(postal="", then=Value(UNKNOWN)),
        default=Value(OUTSIDE),
        output_field=CharField(),
    )


def municipality_name(key: str) -> str:
    """How people call what `municipality` says."""
    return str(MUNICIPALITIES.get(key) or ELSEWHERE[key])


def division_names(divisions: Iterable[str]) -> dict[str, str]:
    """How people call what `division` says: "62 Computer programming". One query."""
    known = [one for one in divisions if one != UNKNOWN]
    told = {one: f"{one} {name}".strip() for one, name in nace.names(known).items()}
    return told | {UNKNOWN: str(ELSEWHERE[UNKNOWN])}
