"""Who sees which files: their startup's people always, the fund once they are submitted.

An accountant sees the file and its sections on size and budget (sharing.py), and nothing of what
became of it. The floor above adds reviewers to the readers (scoring/review/rules.py); what the
startup and the fund say to each other stays between these two.
"""

from typing import Any

from django.db.models import CharField, Model, Q, Value
from django.db.models.functions import Cast, Concat

from brustart.accounts.access import (
    NO_ROW,
    Reader,
    follow,
    open_to,
    open_to_all,
    register,
    role_of,
    sees,
    visible_to,
)
from brustart.accounts.models import Role
from brustart.core.models import Mail

from .models import (
    Application,
    Document,
    Extension,
    Extraction,
    FileMessage,
    FormVersion,
    InformationRequest,
    Invitation,
    Membership,
    Paper,
    Part,
    Section,
    Startup,
    Submission,
    TimelineEntry,
)
from .sharing import drafts_of

OVERSEERS = frozenset({Role.FUND_MANAGER, Role.AUDITOR})


def _memberships(reader: Reader) -> Any:
    return Membership.objects.filter(user=reader.pk)


def _is_member(reader: Reader, startup: Startup) -> bool:
    return _memberships(reader).filter(startup=startup).exists()


def _handed_in(reader: Reader) -> Q:
    if role_of(reader) not in OVERSEERS:
        return NO_ROW
    return Q(submitted_at__isnull=False) | Q(paper_received_on__isnull=False)


def _sees_handed_in(reader: Reader, file: Application) -> bool:
    return role_of(reader) in OVERSEERS and (file.submitted_at is not None or file.on_paper)


register(
    Application,
    sees=lambda reader, file: _is_member(reader, file.startup),
    rows=lambda reader: Q(startup__in=_memberships(reader).values("startup")),
)
register(Application, sees=_sees_handed_in, rows=_handed_in)
register(
    Application,
    sees=lambda reader, file: file.author_id is None and file.pk in drafts_of(reader),
    rows=lambda reader: Q(author=None, pk__in=drafts_of(reader)),
)
register(
    Startup,
    sees=_is_member,
    rows=lambda reader: Q(pk__in=_memberships(reader).values("startup")),
)
for part in (Membership, Invitation):
    follow(part, "startup")
follow(Section, "application")
open_to_all(FormVersion)


def _beyond_figures(model: type[Model], way: str = "application") -> None:
    """Seen by whoever sees the file, but for accountants."""

    def reads(reader: Reader, row: Any) -> bool:
        file = getattr(row, way)
        part = _memberships(reader).filter(startup=file.startup_id, part=Part.ACCOUNTANT)
        return sees(reader, file) and not part.exists()

    def rows(reader: Reader) -> Q:
        figures_only = _memberships(reader).filter(part=Part.ACCOUNTANT).values("startup")
        return Q(**{f"{way}__in": visible_to(reader, Application)}) & ~Q(
            **{f"{way}__startup__in": figures_only}
        )

    register(model, sees=reads, rows=rows)


for kept in (Submission, TimelineEntry, Document):
    _beyond_figures(kept)
follow(Paper, "submission")
follow(Extraction, "document")


def _spoken_for(reader: Reader) -> Any:
    """The memberships through which the fund speaks to the reader."""
    return _memberships(reader).exclude(part=Part.ACCOUNTANT)


def _is_spoken_to(reader: Reader, row: Any) -> bool:
    return _spoken_for(reader).filter(startup=row.application.startup_id).exists()


for said in (InformationRequest, FileMessage, Extension):
    open_to(said, *OVERSEERS)
    register(
        said,
        sees=_is_spoken_to,
        rows=lambda reader: Q(application__startup__in=_spoken_for(reader).values("startup")),
    )


def _is_about_a_file(reader: Reader, mail: Mail) -> bool:
    """Whether it was written about a file that this reader of the fund sees."""
    kind, _colon, key = mail.about.partition(":")
    if role_of(reader) not in OVERSEERS or kind != Application._meta.label_lower:
        return False
    return visible_to(reader, Application).filter(pk=key).exists()


def _about_files(reader: Reader) -> Q:
    if role_of(reader) not in OVERSEERS:
        return NO_ROW
    name = Concat(Value(f"{Application._meta.label_lower}:"), Cast("pk", CharField()))
    return Q(about__in=visible_to(reader, Application).annotate(named=name).values("named"))


register(Mail, sees=_is_about_a_file, rows=_about_files)
