"""Saving one section of a draft, or of a file of which the fund asked more."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from brustart.core.errors import Refused

from . import lifecycle
from .forms import SectionForm
from .forms.enterprise import StartupForm
from .models import Application, Section, Startup
from .states import State


class StaleSave(Refused):
    """Somebody saved this section since the page was opened. Carries what is saved now."""

    def __init__(self, section: Section) -> None:
        self.section = section
        super().__init__(
            _(
                "This section was changed in another window or by somebody else. Your text is "
                "still below; nothing was overwritten. Compare, then save again to replace it."
            )
        )


@transaction.atomic
def save_section(
    application: Application,
    form: SectionForm,
    *,
    begun_from: int,
    page: str,
    actor: Any | None,
    now: datetime,
) -> dict[str, Section]:
    """Keep what the form says, and as typed what it cannot read; every section as it is then.

    `begun_from`: the version that the page was opened with; `page`: that page's own token, by
    which a save sent twice is not stale. Raises StaleSave, or WrongState when the section cannot
    be changed any more.
    """
    sections = _locked(application, form.key)
    section = sections[form.key]
    lifecycle.require_open(section.application, form.key, now=now)
    same_page = page != "" and section.saved_page == page
    if section.version != begun_from and not same_page:
        raise StaleSave(section)
    form.is_valid()  # reads it; what is not valid is kept as it was typed
    section.answers = _kept(section, form) | form.answers()
    section.unread = _storable(form.unread())
    section.version += 1
    section.saved_at, section.saved_by, section.saved_page = now, actor, page
    section.save()
    if section.application.state == State.DRAFT:
        repeat_for_lists(section)
    return sections


@transaction.atomic
def carry_over(
    application: Application, answers: dict[str, dict[str, Any]], *, now: datetime
) -> None:
    """Put answers that were given elsewhere, as JSON, into sections that are still empty."""
    for key, given in answers.items():
        section = _locked(application, key)[key]
        if given and not section.answers and not section.unread:
            section.answers = given
            section.version += 1
            section.saved_at, section.saved_by = now, application.author
            section.save()
            repeat_for_lists(section)


def _locked(application: Application, key: str) -> dict[str, Section]:
    """The file and its sections, locked in this order, as every act does."""
    rows = Section.objects.select_for_update(of=("application", "self"))
    found = rows.select_related("application__startup").filter(application=application)
    sections = {section.name: section for section in found}
    if key not in sections:
        Section.objects.get_or_create(application=application, name=key)
        return _locked(application, key)
    return sections


def _kept(section: Section, form: SectionForm) -> dict[str, Any]:
    """Answers to questions that the page did not show."""
    return {
        name: value
        for name, value in section.answers.items()
        if name in form.base_fields and not _was_shown(form, name)
    }


def _was_shown(form: SectionForm, name: str) -> bool:
    """The startup's first step asks for the number alone; what it opens was not on that page."""
    if isinstance(form, StartupForm) and set(form.base_fields) & set(form.data) <= set(form.NUMBER):
        return name in form.NUMBER
    return name in form.fields


def _storable(unread: dict[str, Any]) -> dict[str, Any]:
    """Without the one character that PostgreSQL cannot keep."""
    return {
        name: value.replace("\0", "") if isinstance(value, str) else value
        for name, value in unread.items()
    }


def repeat_for_lists(section: Section) -> None:
    """Copy the answers that lists and constraints need; of a file handed in, those that count."""
    answers, application = section.answers, section.application
    if section.name == "startup":
        _update(
            application.startup,
            name=answers.get("startup_name", ""),
            enterprise_number=answers.get("enterprise_number", ""),
        )
    elif section.name == "project":
        _update(application, title=answers.get("title", ""), track=answers.get("track", ""))
    elif section.name == "budget":
        requested = answers.get("requested")
        _update(application, requested=Decimal(requested) if requested else None)


def _update(row: Application | Startup, **values: Any) -> None:
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    if changed:
        type(row).objects.filter(pk=row.pk).update(**changed)
