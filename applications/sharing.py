"""Who of a startup may do what with its files."""

from typing import Any

from django.db.models import OuterRef, Subquery

from brustart.accounts.access import Reader, get_or_404, role_of, visible_to
from brustart.accounts.models import Role, User

from .models import Application, Membership, Part

ACCOUNTANTS = frozenset({"size", "budget"})
WRITERS = frozenset({Part.OWNER, Part.EDITOR})


def find(reader: Reader, *related: str, **lookup: Any) -> Application:
    """The file with the reader's part in it (`my_part`), or 404. One query."""
    mine = Membership.objects.filter(startup=OuterRef("startup"), user=reader.pk)
    with_part = visible_to(reader, Application).annotate(part=Subquery(mine.values("part")[:1]))
    application = get_or_404(reader, Application, *related, rows=with_part, **lookup)
    application.my_part = part_of(reader, application)
    return application


def part_of(reader: Reader, application: Application) -> str | None:
    """The reader's part: a guest owns what they began, the fund keeps what came on paper."""
    if application.author_id is None and application.pk in drafts_of(reader):
        return Part.OWNER
    if application.on_paper and role_of(reader) == Role.FUND_MANAGER:
        return Part.OWNER
    part: str | None = application.part  # type: ignore[attr-defined]  # annotated by find()
    return part


def drafts_of(reader: Reader) -> frozenset[int]:
    """The drafts that a browser began before it had an account (guests.py)."""
    drafts: frozenset[int] = getattr(reader, "drafts", frozenset())
    return drafts


def may_read(application: Application, key: str) -> bool:
    """Whether the reader may see this section."""
    if application.my_part == Part.ACCOUNTANT:
        return key in ACCOUNTANTS
    return application.my_part is not None  # the fund reads what was handed in, on the file's page


def may_write(application: Application, key: str) -> bool:
    """Whether the reader's part allows changing this section."""
    if application.my_part == Part.ACCOUNTANT:
        return key in ACCOUNTANTS
    return application.my_part in WRITERS


def writers(application: Application) -> list[User]:
    """Whom the fund writes to about the file: its owners and editors."""
    rows = Membership.objects.filter(startup=application.startup_id, part__in=WRITERS)
    return [row.user for row in rows.select_related("user").order_by("pk")]
