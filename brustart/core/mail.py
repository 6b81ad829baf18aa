"""Mail: written as a row in the act's transaction, sent by a worker after it committed."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import models
from django.template.loader import render_to_string
from django.utils import translation

from . import queue
from .audit import reference
from .models import Mail


def write(
    template: str,
    *,
    to: Any,
    about: models.Model,
    now: datetime,
    language: str = "",
    **context: Any,
) -> Mail:
    """Queue the mail `templates/mail/<template>.txt` (first line: its subject) to a user."""
    language = language or to.language
    with translation.override(language):
        text = render_to_string(
            f"mail/{template}.txt", {**context, "recipient": to, "site": settings.SITE_URL}
        )
    subject, _, body = text.strip().partition("\n")
    mail = Mail(
        recipient=to,
        language=language,
        template=template,
        subject=subject.strip(),
        body=body.strip() + "\n",
        message_id=f"<{uuid.uuid4()}@brustart>",
        about=reference(about),
    )
    queue.enqueue(mail, now=now)
    return mail


def send(mail: Mail, now: datetime) -> None:
    """Hand the mail to the server; its Message-ID stays the same whoever sends it."""
    EmailMessage(
        subject=mail.subject,
        body=mail.body,
        to=[mail.recipient.email],
        headers={"Message-ID": mail.message_id, "Content-Language": mail.language},
    ).send()
