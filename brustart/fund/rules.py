"""Programmes and calls are public; the accounts and the aid of undertakings are the fund's."""

from brustart.accounts.access import open_to, open_to_all
from brustart.accounts.models import Role

from .models import Account, Aid, Call, Entry, Envelope, Programme, Undertaking, UndertakingMember

for public in (Programme, Call, Envelope):
    open_to_all(public)
for internal in (Account, Entry, Undertaking, UndertakingMember, Aid):
    open_to(internal, Role.FUND_MANAGER, Role.AUDITOR)
