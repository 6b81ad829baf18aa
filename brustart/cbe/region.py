"""The postal codes of the 19 municipalities: a set, never a range (domain.md section 3)."""

_MUNICIPAL = """
1000 1020 1030 1040 1047 1050 1060 1070 1080 1081 1082 1083
1090 1120 1130 1140 1150 1160 1170 1180 1190 1200 1210
"""
# Codes of one large recipient in the Region: a start-up that uses one is looked at by a person.
_SPECIAL = """
1005 1006 1007 1008 1009 1011 1012 1031 1033 1035 1041
1043 1044 1046 1048 1049 1099 1100 1101 1105 1110 1212
"""
MUNICIPAL = frozenset(_MUNICIPAL.split())
SPECIAL = frozenset(_SPECIAL.split())
# What an import may be limited to: an enterprise with its seat or a unit in one is kept.
REGIONS = {"brussels": MUNICIPAL | SPECIAL}
