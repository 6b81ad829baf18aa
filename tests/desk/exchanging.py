"""What a page of the fund says, and a question that the fund asks."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from applications import messaging, requesting
from applications.models import Application, FileMessage, InformationRequest
from brustart.accounts.models import User


def page(client: Client, name: str, *args: Any, user: User | None = None) -> str:
    """What stands on a page, below the head in which everybody is named."""
    if user:
        client.force_login(user)
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200, response
    return response.content.decode().partition("<main")[2]


def ask(application: Application, manager: User, **changes: Any) -> InformationRequest:
    now = timezone.now()
    known: dict[str, Any] = {
        "sections": ["project"],
        "question": "Who are your pilots?",
        "until": now + timedelta(days=10),
        "now": now,
    }
    return requesting.ask(application, actor=manager, **known | changes)


def in_two_months() -> str:
    """As a form of HTML sends a day."""
    return (timezone.localdate() + timedelta(days=60)).isoformat()


def write(application: Application, author: User, text: str = "When do we hear?") -> FileMessage:
    return messaging.write(application, text=text, author=author, now=timezone.now())
