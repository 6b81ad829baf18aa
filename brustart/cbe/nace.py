"""Divisions of NACE Rev. 2.1 (NACE-BEL 2025): the section that each two-digit code belongs to.

Divisions mean nearly the same in Rev. 2 (2008), which registers still hold; letters do not, so
that a division, not a letter, is what files are counted by.
"""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .codes import NACE
from .models import Label

_SECTIONS: tuple[tuple[int, str, Promise], ...] = (  # from which division on
    (1, "A", _("Farming, forestry and fishing")),
    (5, "B", _("Mining and quarrying")),
    (10, "C", _("Manufacturing")),
    (35, "D", _("Electricity, gas and steam")),
    (36, "E", _("Water and waste")),
    (41, "F", _("Construction")),
    (45, "G", _("Wholesale and retail trade")),
    (49, "H", _("Transport and storage")),
    (55, "I", _("Accommodation and food")),
    (58, "J", _("Publishing, broadcasting and content")),
    (61, "K", _("Telecommunication and computing")),
    (64, "L", _("Finance and insurance")),
    (68, "M", _("Real estate")),
    (69, "N", _("Professional, scientific and technical work")),
    (77, "O", _("Administrative and support services")),
    (84, "P", _("Public administration")),
    (85, "Q", _("Education")),
    (86, "R", _("Health and social work")),
    (90, "S", _("Arts, sports and recreation")),
    (94, "T", _("Other services")),
    (97, "U", _("Households")),
    (99, "V", _("Organisations of several states")),
)


def section(division: str) -> tuple[str, str]:
    """The letter and the name of the section of a division of two digits; empty for none."""
    number = int(division) if division.isdecimal() else 0
    found = [(letter, str(name)) for first, letter, name in _SECTIONS if first <= number]
    return found[-1] if found else ("", "")


def names(divisions: Iterable[str]) -> dict[str, str]:
    """How people call these divisions: in the register's own words where it is loaded, else by
    their section. One query."""
    wanted = set(divisions)
    language = (get_language() or "en")[:2]
    order = {"fr": 1, "nl": 2, "de": 3, language: 0}  # the reader's own first
    rows = Label.objects.filter(category__startswith=NACE, code__in=wanted)
    told: dict[str, str] = {}
    for row in sorted(rows, key=lambda one: (-order.get(one.language, 9), one.category)):
        told[row.code] = row.text
    return {one: told.get(one) or section(one)[1] for one in wanted}
