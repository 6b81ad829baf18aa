"""The 19 municipalities by postal code (domain.md section 3: BeST addresses, bpost).

Postal codes and municipalities are many-to-many: 1040, 1050 and 1060 reach into the City of
Brussels too. Each code counts for the municipality that has most of it.
"""

from dataclasses import dataclass

from brustart.core.text import localized

from .region import SPECIAL


@dataclass(frozen=True)
class Municipality:
    """`nis`: its number at Statbel."""

    nis: str
    name_fr: str
    name_nl: str
    codes: tuple[str, ...]

    @property
    def name_en(self) -> str:
        return self.name_fr

    def __str__(self) -> str:
        return localized(self, "name")


_ROWS = """
21001|Anderlecht|Anderlecht|1070
21002|Auderghem|Oudergem|1160
21003|Berchem-Sainte-Agathe|Sint-Agatha-Berchem|1082
21004|Bruxelles|Brussel|1000 1020 1047 1120 1130
21005|Etterbeek|Etterbeek|1040
21006|Evere|Evere|1140
21007|Forest|Vorst|1190
21008|Ganshoren|Ganshoren|1083
21009|Ixelles|Elsene|1050
21010|Jette|Jette|1090
21011|Koekelberg|Koekelberg|1081
21012|Molenbeek-Saint-Jean|Sint-Jans-Molenbeek|1080
21013|Saint-Gilles|Sint-Gillis|1060
21014|Saint-Josse-ten-Noode|Sint-Joost-ten-Node|1210 1006
21015|Schaerbeek|Schaarbeek|1030 1035 1105
21016|Uccle|Ukkel|1180
21017|Watermael-Boitsfort|Watermaal-Bosvoorde|1170
21018|Woluwe-Saint-Lambert|Sint-Lambrechts-Woluwe|1200
21019|Woluwe-Saint-Pierre|Sint-Pieters-Woluwe|1150
"""
MUNICIPALITIES = {
    nis: Municipality(nis, french, dutch, tuple(codes.split()))
    for nis, french, dutch, codes in (row.split("|") for row in _ROWS.split("\n") if row)
}
KNOWN = frozenset(code for one in MUNICIPALITIES.values() for code in one.codes)
UNPLACED = SPECIAL - KNOWN  # codes of one large recipient: in the Region, no municipality
