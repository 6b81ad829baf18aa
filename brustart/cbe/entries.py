"""An enterprise as the rest of the house sees it, in the active language."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Self

from django.db.models import QuerySet
from django.utils.translation import get_language

from .codes import LEGAL_FORM, NACE, SITUATION
from .models import Label, Name

LANGUAGES = ("fr", "nl", "en", "de", "")  # after the reader's own
KINDS = (Name.Kind.LEGAL, Name.Kind.COMMERCIAL, Name.Kind.ABBREVIATION)
BOX = {"fr": "bte", "nl": "bus"}
MAIN = "MAIN"


class Unit(NamedTuple):
    """An establishment unit and where it is; `postal_code` is Belgian or empty."""

    number: str
    postal_code: str
    municipality: str


@dataclass(frozen=True)
class Activity:
    """`main`: the enterprise itself has it as a main activity. It may have several, or none."""

    version: str
    code: str
    label: str
    main: bool


@dataclass(frozen=True)
class Entry:
    """An enterprise as the register has it on `extract_date`.

    Texts are empty where the register is: a natural person has no seat. `postal_code` is Belgian
    or empty. Activities are the enterprise's own and those of its units.
    """

    number: str
    name: str
    legal_form: str
    legal_form_code: str
    started_on: date | None
    is_natural_person: bool
    street: str
    postal_code: str
    municipality: str
    establishments: tuple[Unit, ...]
    activities: tuple[Activity, ...]
    extract_date: date
    status: str
    situation: str
    situation_code: str


class Word(NamedTuple):
    """One activity as models.Activities holds it."""

    version: str
    code: str
    classification: str
    group: str


@dataclass(frozen=True)
class Wording:
    """What codes mean, by category and code, in the reader's language or the next best."""

    labels: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, rows: Sequence[Any], labels: QuerySet[Label]) -> Self:
        """For the codes of these rows. One query."""
        wanted = {(LEGAL_FORM, row.legal_form) for row in rows}
        wanted |= {(SITUATION, row.situation) for row in rows}
        wanted |= {(f"{NACE}{one.version}", one.code) for row in rows for one in _words(row)}
        found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        categories, codes = ({one[place] for one in wanted} for place in (0, 1))
        for label in labels.filter(category__in=categories, code__in=codes):
            found[label.category, label.code][label.language] = label.text
        return cls({key: _best(texts) for key, texts in found.items()})

    def __call__(self, category: str, code: str) -> str:
        """The label, or the code itself when code.csv does not name it."""
        return self.labels.get((category, code), code)


def entry(row: Any, wording: Wording) -> Entry:
    """From a row of `lookup`, with all that belongs to it."""
    seat = next(iter(row.seats), None)
    places = {place["entity"]: place for place in row.places}
    numbers = sorted(unit["number"] for unit in row.units)
    return Entry(
        number=row.number,
        name=_name(row.names),
        legal_form=wording(LEGAL_FORM, row.legal_form),
        legal_form_code=row.legal_form,
        started_on=row.started_on,
        is_natural_person=row.is_natural_person,
        street=_street(seat) if seat else "",
        postal_code=seat["postal_code"] if seat else "",
        municipality=_local(seat, "municipality") if seat else "",
        establishments=tuple(_unit(number, places.get(number)) for number in numbers),
        activities=tuple(_activities(row, wording)),
        extract_date=row.extract_date,
        status=row.status,
        situation=wording(SITUATION, row.situation),
        situation_code=row.situation,
    )


def _language() -> str:
    return (get_language() or "en")[:2]


def _best(texts: Mapping[str, str]) -> str:
    return next((texts[one] for one in (_language(), *LANGUAGES) if texts.get(one)), "")


def _name(names: Sequence[Mapping[str, str]]) -> str:
    """The legal name before a commercial one, whatever the language."""
    for kind in KINDS:
        texts = {name["language"]: name["text"] for name in names if name["kind"] == kind}
        if best := _best(texts):
            return best
    return ""


def _local(place: Mapping[str, str], field: str) -> str:
    """Addresses are in French and Dutch, and every other language reads the French."""
    first, second = ("nl", "fr") if _language() == "nl" else ("fr", "nl")
    return place[f"{field}_{first}"] or place[f"{field}_{second}"]


def _street(place: Mapping[str, str]) -> str:
    box = place["box"] and f"{BOX.get(_language(), 'bte')} {place['box']}"
    return " ".join(filter(None, (_local(place, "street"), place["house_number"], box)))


def _unit(number: str, place: Mapping[str, str] | None) -> Unit:
    if place is None:
        return Unit(number, "", "")
    return Unit(number, place["postal_code"], _local(place, "municipality"))


def _words(row: Any) -> Iterator[Word]:
    for held in (*row.own, *row.theirs):
        for word in held["codes"].split():
            yield Word(*word.split(":"))


def _activities(row: Any, wording: Wording) -> list[Activity]:
    """Each code once, whatever the groups: the newest version first, main ones first in it."""
    own = (Word(*word.split(":")) for held in row.own for word in held["codes"].split())
    main = {(one.version, one.code) for one in own if one.classification == MAIN}
    found = {(one.version, one.code) for one in _words(row)}
    ordered = sorted(found, key=lambda one: (-int(one[0]), one not in main, one[1]))
    return [
        Activity(version, code, wording(f"{NACE}{version}", code), (version, code) in main)
        for version, code in ordered
    ]
