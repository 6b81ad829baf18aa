"""Files that arrive on paper: the fund enters them for the startup, by the day they arrived."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from brustart.accounts.models import User
from brustart.core.errors import Refused
from brustart.fund.models import Call

from . import lifecycle
from .models import Application, Startup
from .states import State


class CannotEnter(Refused):
    """The letter arrived while the call was not open, or does not say of whom it is."""


@transaction.atomic
def enter(
    call: Call,
    *,
    startup_name: str,
    language: str,
    received_on: date,
    actor: User,
    now: datetime,
) -> Application:
    """Begin the file of a startup that applied on paper. A second click finds the first one's.

    Raises CannotEnter.
    """
    name = startup_name.strip()
    _require(call, name, received_on, now=now)
    drafts = Application.objects.filter(call=call, state=State.DRAFT)
    same = drafts.filter(startup__name=name, paper_received_on=received_on).first()
    if same:
        return same
    application = lifecycle.begin(
        call=call,
        startup=Startup.objects.create(name=name),
        author=actor,
        language=language,
        now=now,
        paper_received_on=received_on,
    )
    application.sections.filter(name="startup").update(answers={"startup_name": name})
    return application


def _require(call: Call, name: str, received_on: date, *, now: datetime) -> None:
    opened, closed = timezone.localdate(call.opens_at), timezone.localdate(call.closes_at)
    if not name:
        raise CannotEnter(_("Give the name of the startup."))
    if not opened <= received_on <= min(closed, timezone.localdate(now)):
        raise CannotEnter(
            _("On paper the day of arrival counts, and on this day the call was not open.")
        )
