"""Which enterprises and establishment units an import keeps."""

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from .reading import Archive, Table, ten_digits

SEATS = {"REGO", "BAET"}  # of an enterprise, of a unit; branches abroad have others


class Kept(Protocol):
    def __contains__(self, number: str, /) -> bool: ...


class Everything:
    """The whole country."""

    def __contains__(self, number: str, /) -> bool:
        return True


class Numbers:
    """A set of numbers in 12.5 MB, however many it holds.

    The last two digits follow from the first eight, so each eight have a bit of their own.
    """

    def __init__(self, numbers: Iterable[str] = ()) -> None:
        self._bits = bytearray(10**8 // 8)
        for number in numbers:
            self.add(number)

    def add(self, number: str) -> None:
        first = int(number[:8])
        self._bits[first >> 3] |= 1 << (first & 7)

    def __contains__(self, number: str, /) -> bool:
        first = int(number[:8])
        return bool(self._bits[first >> 3] & 1 << (first & 7))


def of_regions(
    archive: Archive, postal_codes: Collection[str], present: Iterable[str] = ()
) -> Numbers:
    """Enterprises with their seat or a unit in the regions, and all units of those.

    `present`: numbers that the register holds already; an update adds to them. An enterprise of
    which neither it nor the extract has more than an address is left out.
    """
    with archive.rows("address") as table:
        there = Numbers(_located(table, postal_codes))
    kept = Numbers(present)
    with archive.rows("enterprise") as table:
        told = Numbers(ten_digits(row[0]) for row in table)
    with archive.rows("enterprise") as table:
        for row in table:
            if (number := ten_digits(row[0])) in there:
                kept.add(number)
    for unit, enterprise in _units(archive):
        if unit in there and enterprise in told:
            kept.add(enterprise)
    for unit, enterprise in _units(archive):
        if enterprise in kept:
            kept.add(unit)
    return kept


def is_in(row: list[str], postal_codes: Collection[str]) -> bool:
    """Whether a row of address.csv is a valid place in Belgium with one of these codes.

    The register leaves the country of a Belgian address empty; Geneva has a 1200 too.
    """
    _entity, kind, country_nl, country_fr, code, *_rest, struck_off = row
    abroad = country_nl or country_fr
    return code in postal_codes and kind in SEATS and not abroad and not struck_off


def _located(table: Table, postal_codes: Collection[str]) -> Iterator[str]:
    for row in table:
        if is_in(row, postal_codes):
            yield ten_digits(row[0])


def _units(archive: Archive) -> Iterator[tuple[str, str]]:
    with archive.rows("establishment") as table:
        for unit, _start, enterprise in table:
            yield ten_digits(unit), ten_digits(enterprise)
