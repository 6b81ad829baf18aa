"""Programmes and calls are public; the accounts and the aid of undertakings are the fund's."""

from brustart.accounts.access import open_to, open_to_all
from brustart.accounts.models import Role

from .models import (
    Account,
    Aid,
    Call,
    CapAnswer,
    CapChange,
    Entry,
    Envelope,
    EnvelopePart,
    Programme,
    RegisterEntry,
    Undertaking,
    UndertakingMember,
)

OF_MONEY = (Account, Entry, CapChange, CapAnswer, EnvelopePart)
OF_AID = (Undertaking, UndertakingMember, Aid, RegisterEntry)

for public in (Programme, Call, Envelope):
    open_to_all(public)
for internal in OF_MONEY + OF_AID:
    open_to(internal, Role.FUND_MANAGER, Role.AUDITOR)
