"""Saving one section of a draft."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from brustart.core.errors import Refused

from .forms import SectionForm
from .lifecycle import WrongState, lock
from .models import Application, Section
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
    application: Application, form: SectionForm, *, begun_from: int, now: datetime
) -> Section:
    """Keep the answers of a valid form. `begun_from`: the version its page was opened with.

    Raises StaleSave, or WrongState once the file is submitted.
    """
    application = lock(application)
    if application.state != State.DRAFT:
        raise WrongState(_("This file is submitted; its answers can no longer be changed."))
    section, _new = Section.objects.get_or_create(application=application, name=form.key)
    if section.version != begun_from:
        raise StaleSave(section)
    section.answers, section.version, section.saved_at = form.answers(), begun_from + 1, now
    section.save()
    _repeat_for_lists(application, form.key, section.answers)
    return section


def _repeat_for_lists(application: Application, key: str, answers: dict[str, Any]) -> None:
    """Copy the answers that lists and constraints need."""
    if key == "startup":
        application.startup.name = answers.get("startup_name", "")
        application.startup.enterprise_number = answers.get("enterprise_number", "")
        application.startup.save()
    elif key == "project":
        application.title = answers.get("title", "")
        application.track = answers.get("track", "")
        application.save()
    elif key == "budget":
        requested = answers.get("requested")
        application.requested = Decimal(requested) if requested else None
        application.save()
