"""What people do with documents of a file over the wire: send them, read them, see the page."""

import html
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import completeness
from applications.models import Application, Document
from brustart.accounts.models import User
from tests.factories import add_documents, make_empty_draft


def signed_in(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


def page_of(application: Application) -> str:
    return reverse("documents", args=[application.pk])


def send(
    client: Client,
    application: Application,
    content: bytes,
    name: str = "plan.pdf",
    *,
    slot: str = "other",
    **headers: str,
) -> Any:
    upload = SimpleUploadedFile(name, content)
    data = {"slot": slot, "document": upload}
    return client.post(page_of(application), data, headers=headers)


def current(application: Application) -> list[str]:
    return [one.name for one in completeness.current_documents(application)]


def fetch(client: Client, document: Document | str, method: str = "get") -> Any:
    """Ask for a document, and let its file go as a server does."""
    address = document if isinstance(document, str) else reverse("document", args=[document.pk])
    response = getattr(client, method)(address)
    for close in response._resource_closers:
        close()
    return response


def words(response: Any) -> str:
    return html.unescape(response.content.decode())


def slots_of(page: str) -> list[str]:
    return re.findall(r'id="slot-([\w-]+)"', page)


def with_documents() -> tuple[Application, Document]:
    """A draft with its two documents, and the first of them."""
    application = make_empty_draft()
    return application, add_documents(application, now=timezone.now())[0]
