"""Made-up extracts of the company register, in its official layout, of any size.

Everything is fictional: fillers have numbers that the register has not reached, and whoever names
companies takes numbers of that range too. The same arguments give the same bytes.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from heapq import merge
from operator import attrgetter
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from brustart.cbe.numbers import with_check
from brustart.cbe.reading import COLUMNS, DATA

FIRST, FIRST_UNIT = 17_000_000, 80_000_000  # first eight digits of the first filler and unit
WORDS = ("Alisier", "Bouleau", "Charme", "Érable", "Frêne", "Genêt", "Hêtre", "Noyer", "Orme")
TRADES = ("Conseil", "Boulangerie", "Atelier", "Logiciels", "Transports", "Jardins", "Optique")
PLACES = (
    ("1000", "Bruxelles", "Brussel", "Rue Haute", "Hoogstraat"),
    ("1050", "Ixelles", "Elsene", "Rue du Bailli", "Baljuwstraat"),
    ("1070", "Anderlecht", "Anderlecht", "Rue Wayez", "Wayezstraat"),
    ("1190", "Forest", "Vorst", "Rue de Belgrade", "Belgradostraat"),
    ("1300", "Wavre", "Waver", "Rue de Namur", "Rue de Namur"),
    ("2000", "Anvers", "Antwerpen", "Meir", "Meir"),
    ("4000", "Liège", "Luik", "Rue Léopold", "Rue Léopold"),
    ("7000", "Mons", "Bergen", "Rue de Nimy", "Rue de Nimy"),
    ("9000", "Gand", "Gent", "Brabantdam", "Brabantdam"),
)
FORMS = ("610", "610", "610", "014", "612")
CODES = ("62100", "62200", "62900", "63100", "47910", "56111", "72100", "32500")
BEFORE_2025 = {"62100": "62010", "62200": "62020", "62900": "62090", "63100": "63110"}
LABELS = (
    ("Language", "1", "Français", "Frans"),
    ("Language", "2", "Néerlandais", "Nederlands"),
    ("Language", "3", "Allemand", "Duits"),
    ("Language", "4", "Anglais", "Engels"),
    ("JuridicalForm", "014", "Société anonyme", "Naamloze vennootschap"),
    ("JuridicalForm", "015", "SPRL", "BVBA"),
    ("JuridicalForm", "017", "Association sans but lucratif", "Vereniging zonder winstoogmerk"),
    ("JuridicalForm", "610", "Société à responsabilité limitée", "Besloten vennootschap"),
    ("JuridicalForm", "612", "Société coopérative", "Coöperatieve vennootschap"),
    ("JuridicalSituation", "000", "Situation normale", "Normale toestand"),
    ("JuridicalSituation", "050", "Ouverture de faillite", "Opening faillissement"),
    ("Nace2008", "62010", "Programmation informatique", "Computerprogrammering"),
    ("Nace2025", "26300", "Équipements de communication", "Communicatieapparatuur"),
    ("Nace2025", "32500", "Instruments médicaux", "Medische instrumenten"),
    ("Nace2025", "47910", "Intermédiation de commerce de détail", "Bemiddeling detailhandel"),
    ("Nace2025", "56111", "Restaurants", "Restaurants"),
    ("Nace2025", "62100", "Activités de programmation informatique", "Programmeren van computers"),
    ("Nace2025", "62200", "Conseil en informatique", "Computerconsultancy"),
    ("Nace2025", "62900", "Autres activités informatiques", "Overige IT-diensten"),
    ("Nace2025", "63100", "Infrastructure informatique", "Computerinfrastructuur"),
    ("Nace2025", "72100", "R&D en sciences naturelles", "O&O natuurwetenschappen"),
    ("Nace2025", "86990", "Autres activités de santé", "Overige gezondheidszorg"),
)


@dataclass(kw_only=True)
class Unit:
    """An establishment unit, at a place in Belgium."""

    number: str
    started_on: date
    postal_code: str = "1000"
    city: str = "Bruxelles"
    city_nl: str = "Brussel"
    street: str = "Rue Haute"
    street_nl: str = "Hoogstraat"
    house_number: str = "12"
    box: str = ""
    country: str = ""
    country_nl: str = ""
    struck_off_on: date | None = None
    nace: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Company(Unit):
    """An enterprise, at its seat. A natural person has none, wherever this says it is."""

    name: str
    name_nl: str = ""
    commercial_name: str = ""
    legal_form: str = "610"
    situation: str = "000"
    status: str = "AC"
    natural_person: bool = False
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True)
class Register:
    """Companies, and so many fillers around them; can be gone through again and again."""

    companies: Sequence[Company] = ()
    fillers: int = 0
    seed: int = 0

    def __iter__(self) -> Iterator[Company]:
        named = sorted(self.companies, key=attrgetter("number"))
        taken = {company.number for company in named}
        more = (filler(place, self.seed) for place in range(self.fillers))
        others = (company for company in more if company.number not in taken)
        return merge(named, others, key=attrgetter("number"))


def filler(place: int, seed: int) -> Company:
    """The company at this place: a fifth natural persons, a third without activity."""
    mixed = ((place + 1) * (2 * seed + 1) * 2_654_435_761 >> 7) % (1 << 24)
    code, city, city_nl, street, street_nl = PLACES[mixed % len(PLACES)]
    started_on = date(1995, 1, 1) + timedelta(days=mixed % 11_000)
    first = mixed % len(CODES)
    nace = CODES[first : first + 3] if mixed % 3 else ()
    where = {
        "started_on": started_on,
        "postal_code": code,
        "city": city,
        "city_nl": city_nl,
        "street": street,
        "street_nl": street_nl,
        "house_number": str(mixed % 290 + 1),
        "nace": nace,
    }
    unit = Unit(number=with_check(FIRST_UNIT + place), **where)  # type: ignore[arg-type]
    return Company(
        number=with_check(FIRST + place),
        name=f"{TRADES[mixed % len(TRADES)]} {WORDS[mixed % len(WORDS)]} {place}",
        name_nl=f"{WORDS[mixed % len(WORDS)]} {place}" if mixed % 5 == 1 else "",
        legal_form=FORMS[mixed % len(FORMS)],
        natural_person=mixed % 5 == 0,
        units=(unit,) if mixed % 10 else (),
        **where,  # type: ignore[arg-type]
    )


def write_full(
    path: Path, register: Iterable[Company], *, number: int = 140, snapshot_on: date
) -> Path:
    """A full extract of these companies. They are gone through once for each file and kind."""
    with ZipFile(path, "w") as archive:
        _write_head(archive, "full", number, snapshot_on)
        for name in (*DATA, "contact", "branch"):
            _write(archive, f"{name}.csv", HEADS[name], _all_rows(name, register))
    return path


def write_update(
    path: Path,
    *,
    before: Iterable[Company],
    after: Iterable[Company],
    number: int = 141,
    snapshot_on: date,
) -> Path:
    """An update that takes away all rows of the companies before, and adds those after."""
    with ZipFile(path, "w") as archive:
        _write_head(archive, "update", number, snapshot_on)
        for name in (*DATA, "contact", "branch"):
            gone = dict.fromkeys(row[0] for row in _all_rows(name, before))
            _write(archive, f"{name}_delete.csv", HEADS[name][:1], ([one] for one in gone))
            _write(archive, f"{name}_insert.csv", HEADS[name], _all_rows(name, after))
    return path


Line = Sequence[str]
HEADS: dict[str, Line] = {
    **COLUMNS,
    "contact": ("EntityNumber", "EntityContact", "ContactType", "Value"),
    "branch": ("Id", "StartDate", "EnterpriseNumber"),
}


def _write_head(archive: ZipFile, kind: str, number: int, snapshot_on: date) -> None:
    meta = (
        ("SnapshotDate", _day(snapshot_on)),
        ("ExtractTimestamp", f"{_day(snapshot_on + timedelta(days=2))} 09:30:00"),
        ("ExtractType", kind),
        ("ExtractNumber", str(number)),
        ("Version", "1.0.0"),
    )
    _write(archive, "meta.csv", HEADS["meta"], meta)
    labels = (
        (category, code, language, text)
        for category, code, *texts in LABELS
        for language, text in zip(("FR", "NL"), texts, strict=True)
    )
    _write(archive, "code.csv", HEADS["code"], labels)


def _write(archive: ZipFile, name: str, head: Line, rows: Iterable[Line]) -> None:
    info = ZipInfo(name)
    info.compress_type = ZIP_DEFLATED
    with (
        archive.open(info, "w", force_zip64=True) as raw,
        io.TextIOWrapper(raw, "utf-8", newline="") as text,
    ):
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def _all_rows(name: str, register: Iterable[Company]) -> Iterator[Line]:
    """Of enterprises first, then of units: in the order of numbers, as the register has it."""
    of_company, of_unit = ROWS[name]
    if of_company:
        for company in register:
            yield from of_company(company)
    if of_unit:
        for company in register:
            for unit in company.units:
                yield from of_unit(unit, company)


def _day(day: date | None) -> str:
    return f"{day:%d-%m-%Y}" if day else ""


def _dotted(number: str) -> str:
    """9999.999.999 for an enterprise, 9.999.999.999 for a unit."""
    if number[0] in "01":
        return f"{number[:4]}.{number[4:7]}.{number[7:]}"
    return f"{number[0]}.{number[1:4]}.{number[4:7]}.{number[7:]}"


def _enterprise(one: Company) -> Iterator[Line]:
    kind, form = ("1", "") if one.natural_person else ("2", one.legal_form)
    yield (
        *(_dotted(one.number), one.status, one.situation, kind, form, ""),
        _day(one.started_on),
    )


def _establishment(unit: Unit, owner: Company) -> Iterator[Line]:
    yield _dotted(unit.number), _day(unit.started_on), _dotted(owner.number)


def _denomination(one: Company) -> Iterator[Line]:
    number = _dotted(one.number)
    yield number, "1", "001", one.name
    if one.name_nl:
        yield number, "2", "001", one.name_nl
    if one.commercial_name:
        yield number, "1", "003", one.commercial_name


def _seat(one: Company) -> Iterator[Line]:
    if not one.natural_person:
        yield _address(one, "REGO")


def _address(at: Unit, kind: str) -> Line:
    return (
        *(_dotted(at.number), kind, at.country_nl, at.country, at.postal_code),
        *(at.city_nl, at.city, at.street_nl, at.street, at.house_number, at.box, ""),
        _day(at.struck_off_on),
    )


def _activity(one: Unit) -> Iterator[Line]:
    """The first code is the main one for VAT, the last for social security: both are MAIN."""
    number = _dotted(one.number)
    for group, codes in (("001", one.nace), ("006", one.nace[-1:])):
        for place, code in enumerate(codes):
            rank = "SECO" if place else "MAIN"
            yield number, group, "2025", code, rank
            yield number, group, "2008", BEFORE_2025.get(code, code), rank


def _contact(one: Company) -> Iterator[Line]:
    yield _dotted(one.number), "ENT", "EMAIL", f"{one.number}@example.org"


OfCompany = Callable[[Company], Iterator[Line]]
OfUnit = Callable[[Unit, Company], Iterator[Line]]
ROWS: dict[str, tuple[OfCompany | None, OfUnit | None]] = {
    "enterprise": (_enterprise, None),
    "establishment": (None, _establishment),
    "denomination": (_denomination, None),
    "address": (_seat, lambda unit, owner: iter([_address(unit, "BAET")])),
    "activity": (_activity, lambda unit, owner: _activity(unit)),
    "contact": (_contact, None),
    "branch": (None, None),
}
