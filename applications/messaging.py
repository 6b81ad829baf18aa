"""Messages about a file, between its startup and the fund; each is told to the other side."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from brustart.accounts.models import Role, User
from brustart.core import audit, mail
from brustart.core.errors import Refused

from . import lifecycle
from .models import Application, FileMessage, Membership
from .sharing import WRITERS

LONGEST = 5_000  # characters


class CannotWrite(Refused):
    """The message says nothing or too much, or its author does not speak for a side."""


def may_write(application: Application, author: User) -> bool:
    """Fund managers speak for the fund, owners and editors for their startup."""
    if author.is_fund_manager:
        return True
    people = Membership.objects.filter(startup=application.startup_id, part__in=WRITERS)
    return author.is_applicant and people.filter(user=author).exists()


@transaction.atomic
def write(application: Application, *, text: str, author: User, now: datetime) -> FileMessage:
    """Keep the message and tell the other side by mail. A second click finds the first one's.

    Raises CannotWrite.
    """
    text = text.strip()
    _require(application, text, author)
    application = lifecycle.lock(application)
    last = application.messages.last()
    if last and (last.author_id, last.text) == (author.pk, text):
        return last
    message = FileMessage.objects.create(
        application=application,
        text=text,
        author=author,
        from_fund=author.is_fund_manager,
        at=now,
    )
    audit.record("message.written", about=application, actor=author, now=now)
    _tell(message, now=now)
    return message


def _require(application: Application, text: str, author: User) -> None:
    if not may_write(application, author):
        raise CannotWrite(_("Only owners and editors of the startup can write to the fund."))
    if not text:
        raise CannotWrite(_("Write your message first. Nothing was sent."))
    if len(text) > LONGEST:
        raise CannotWrite(
            _("This message has %(length)s characters; %(longest)s fit. Nothing was sent.")
            % {"length": len(text), "longest": LONGEST}
        )


def _tell(message: FileMessage, *, now: datetime) -> None:
    application, fact = message.application, f"message:{message.pk}"
    if message.from_fund:
        lifecycle.tell(application, "message", now=now, fact=fact, message=message)
        return
    for manager in _addressed(application):
        mail.write(
            "message", to=manager, about=application, now=now, fact=fact,
            application=application, message=message,
        )  # fmt: skip


def _addressed(application: Application) -> list[User]:
    """The fund managers who dealt with the file before; all, while nobody did."""
    managers = User.objects.filter(role=Role.FUND_MANAGER, is_active=True).order_by("pk")
    wrote = Q(pk__in=application.messages.values("author"))
    acted = Q(pk__in=application.timeline.filter(actor__isnull=False).values("actor"))
    return list(managers.filter(wrote | acted)) or list(managers)
