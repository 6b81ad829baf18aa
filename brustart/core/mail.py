"""Mail: written as a row in the act's transaction, sent by a worker after it committed."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import translation

from . import audit, queue
from .models import Mail


def write(
    template: str,
    *,
    to: Any,
    about: models.Model,
    now: datetime,
    language: str = "",
    fact: str = "",
    name: str = "",
    **context: Any,
) -> Mail:
    """Queue the mail `templates/mail/<template>.txt` (first line: its subject).

    `to`: a user, an address, or None for a letter that the fund prints and posts; `name` is how
    to greet whoever is no user. `fact`: what it tells; the same one is told to the same reader
    once, however often this is called.
    """
    language = language or to.language
    about_what = audit.reference(about)
    told = f"{fact}:{to.pk if hasattr(to, 'pk') else to or 'post'}" if fact else None
    if told and (found := Mail.objects.filter(fact=told).first()):
        return found
    subject, body = _text(template, language, {**context, "recipient": _greeted(to, name)})
    mail = Mail(
        recipient=to if hasattr(to, "pk") else None,
        address=to if isinstance(to, str) else "",
        by_post=to is None,
        fact=told,
        language=language,
        template=template,
        subject=subject,
        body=body,
        message_id=f"<{uuid.uuid4()}@brustart>",
        about=about_what,
        queued_at=now,
    )
    if mail.by_post:
        mail.save(force_insert=True)  # due to nobody: it waits for a person
    else:
        queue.enqueue(mail, now=now)
    return mail


@dataclass(frozen=True)
class Addressee:
    """Somebody without an account, as the mails' templates greet people."""

    display_name: str


def _greeted(to: Any, name: str) -> Any:
    return to if hasattr(to, "pk") else Addressee(name or to or "")


def _text(template: str, language: str, context: dict[str, Any]) -> tuple[str, str]:
    with translation.override(language):
        text = render_to_string(f"mail/{template}.txt", {**context, "site": settings.SITE_URL})
    subject, _, body = text.strip().partition("\n")
    return subject.strip(), body.strip() + "\n"


def send(mail: Mail, now: datetime) -> None:
    """Hand the mail to the server; its Message-ID stays the same whoever sends it. What failed
    before, or was refused, is tried again; raises queue.Uncertain when it may have been taken."""
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.body,
        to=[mail.goes_to],
        headers={"Message-ID": mail.message_id, "Content-Language": mail.language},
    )
    message.attach_alternative(html(mail), "text/html")
    with get_connection() as connection:
        try:
            connection.send_messages([message])
        except (SMTPResponseException, SMTPRecipientsRefused):
            raise
        except Exception as error:
            raise queue.Uncertain(f"{type(error).__name__}: {error}") from error


def html(mail: Mail) -> str:
    """The same words for readers of HTML: links can be followed, nothing comes from elsewhere."""
    with translation.override(mail.language):
        return render_to_string("mail/layout.html", {"mail": mail})


@transaction.atomic
def post(letter: Mail, *, actor: Any, now: datetime) -> None:
    """The fund printed and posted this letter. A second click, or a mail, changes nothing."""
    waiting = Mail.objects.filter(pk=letter.pk, by_post=True, state=queue.State.QUEUED)
    if waiting.update(state=queue.State.DONE, finished_at=now):
        audit.record("letter.posted", about=letter, actor=actor, now=now)
