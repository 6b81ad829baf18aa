"""Who sees which files: their startup's people always, the fund once they are submitted.

The floor above adds reviewers to the readers of a file (scoring/review/rules.py).
"""

from django.db.models import Q

from brustart.accounts.access import NO_ROW, Reader, follow, register
from brustart.accounts.models import Role, User

from .models import Application, Membership, Section, Startup, Submission, TimelineEntry

OVERSEERS = frozenset({Role.FUND_MANAGER, Role.AUDITOR})


def _is_member(reader: Reader, startup: Startup) -> bool:
    return isinstance(reader, User) and reader in startup.members.all()


def _members_files(reader: Reader) -> Q:
    mine = Membership.objects.filter(user=reader.pk).values("startup")
    return Q(startup__in=mine)


def _handed_in(reader: Reader) -> Q:
    if not isinstance(reader, User) or reader.role not in OVERSEERS:
        return NO_ROW
    return Q(submitted_at__isnull=False)


def _sees_handed_in(reader: Reader, file: Application) -> bool:
    return isinstance(reader, User) and reader.role in OVERSEERS and file.submitted_at is not None


register(
    Application, sees=lambda reader, file: _is_member(reader, file.startup), rows=_members_files
)
register(Application, sees=_sees_handed_in, rows=_handed_in)
register(
    Startup,
    sees=_is_member,
    rows=lambda reader: Q(pk__in=Membership.objects.filter(user=reader.pk).values("startup")),
)
follow(Membership, "startup")
for part in (Section, Submission, TimelineEntry):
    follow(part, "application")
