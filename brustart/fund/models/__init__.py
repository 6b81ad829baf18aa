"""Programmes, calls, envelopes; accounts, their entries and caps; aid received by undertakings."""

from .aid import Aid, RegisterEntry, Undertaking, UndertakingMember
from .calls import Call, CallQuerySet, Envelope, EnvelopePart, NumberNeeded, Programme
from .capping import CapAnswer, CapChange
from .money import Account, Entry

__all__ = [
    "Account",
    "Aid",
    "Call",
    "CallQuerySet",
    "CapAnswer",
    "CapChange",
    "Entry",
    "Envelope",
    "EnvelopePart",
    "NumberNeeded",
    "Programme",
    "RegisterEntry",
    "Undertaking",
    "UndertakingMember",
]
