"""Until when a draft can be handed in: the server's clock and the call decide."""

from datetime import datetime

from django.utils import timezone

from .models import Application


def deadline(application: Application) -> datetime:
    """The instant from which it is too late: the call's, or that of an extension not yet used."""
    extension = getattr(application, "extension", None)
    closes_at = application.call.closes_at
    if extension and extension.used_at is None:
        return max(closes_at, extension.until)
    return closes_at


def may_submit(application: Application, now: datetime) -> bool:
    """Whether it is early and late enough. On paper, the day of arrival counts."""
    if application.paper_received_on:
        opened, closed = map(
            timezone.localdate, (application.call.opens_at, application.call.closes_at)
        )
        return opened <= application.paper_received_on <= closed
    return application.call.opens_at <= now < deadline(application)
