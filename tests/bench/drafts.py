"""Complete drafts in their hundreds: one through the real acts, the others rows like its own."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import models, transaction

from applications.models import Application, Document, Membership, Part, Section, Startup
from brustart.accounts.models import User
from brustart.core.hashing import sha256
from tests.mirabelle import enterprise_number

Row = TypeVar("Row", bound=models.Model)


@transaction.atomic
def like(pattern: Application, owners: Sequence[User], count: int) -> list[Application]:
    """So many drafts with the answers and documents of this one, the owners' by turns.

    Each is of a startup of its own, with an enterprise number, people and documents of its own:
    to a screening no two are alike.
    """
    whose = [owners[number % len(owners)] for number in range(count)]
    startups = _startups(pattern.startup, whose)
    drafts = Application.objects.bulk_create(
        _copy(pattern, startup_id=startup.pk, author_id=owner.pk)
        for startup, owner in zip(startups, whose, strict=True)
    )
    _copy_sections(pattern, list(zip(drafts, startups, strict=True)))
    documents = list(pattern.documents.all())
    Document.objects.bulk_create(
        _copy(
            one,
            application_id=draft.pk,
            uploaded_by_id=draft.author_id,
            sha256=sha256({"draft": draft.pk, "like": one.sha256}),
        )
        for draft in drafts
        for one in documents
    )
    return drafts


def _startups(pattern: Startup, owners: Sequence[User]) -> list[Startup]:
    startups = Startup.objects.bulk_create(
        _copy(pattern, enterprise_number=enterprise_number()) for _owner in owners
    )
    Membership.objects.bulk_create(
        Membership(startup=startup, user=owner, part=Part.OWNER)
        for startup, owner in zip(startups, owners, strict=True)
    )
    return startups


def _copy_sections(pattern: Application, drafts: Sequence[tuple[Application, Startup]]) -> None:
    sections = list(pattern.sections.all())
    Section.objects.bulk_create(
        (
            _copy(one, application_id=draft.pk, answers=one.answers | _own(one, startup))
            for draft, startup in drafts
            for one in sections
        ),
        batch_size=1000,
    )


def _own(section: Section, startup: Startup) -> dict[str, Any]:
    """The answers that no other startup gives: its number, the names of its people."""
    number = startup.enterprise_number
    if section.name == "startup":
        return {"enterprise_number": number}
    if section.name == "team":
        members = section.answers["members"]
        return {"members": [one | {"name": f"{one['name']} {number}"} for one in members]}
    return {}


def _copy(row: Row, **changes: Any) -> Row:
    """An unsaved row with the same values, by column."""
    columns = [one.attname for one in row._meta.concrete_fields if not one.primary_key]
    return type(row)(**{**{name: getattr(row, name) for name in columns}, **changes})
