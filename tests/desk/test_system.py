"""The administrator's pages: what runs, what got stuck, which mails were written."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from brustart.accounts.models import Role
from brustart.core.models import AuditEntry, Mail, Worker
from brustart.core.queue import State
from brustart.desk import machinery
from scoring.screening.models import Step
from tests.factories import make_screened, make_submitted, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(make_user(Role.ADMINISTRATOR))
    return client


def test_it_names_database_broker_and_living_workers(administrator: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://somebody:secret@cache.example:6380/2"
    now = timezone.now()
    Worker.objects.create(name="alive/1", started_at=now, seen_at=now)
    Worker.objects.create(name="gone/2", started_at=now, seen_at=now - timedelta(minutes=5))
    html = administrator.get(reverse("system")).content.decode()
    assert "cache.example:6380/2" in html
    assert "secret" not in html
    assert "alive/1" in html
    assert "gone/2" not in html


def test_the_applications_role_is_protected() -> None:
    assert machinery.database().guarded


def test_a_stuck_row_is_queued_again_by_hand(administrator: Client) -> None:
    step = Step.objects.filter(run__submission__application=make_screened()).first()
    assert step
    Step.objects.filter(pk=step.pk).update(state=State.FAILED, error="out of luck", attempt=5)
    assert "out of luck" in administrator.get(reverse("system")).content.decode()
    response = administrator.post(reverse("retry"), {"kind": "screening", "key": step.pk})
    assert response.url == reverse("system")
    step.refresh_from_db()
    assert (step.state, step.attempt) == (State.QUEUED, 0)
    assert AuditEntry.objects.filter(act="work.retried").count() == 1
    again = administrator.post(reverse("retry"), {"kind": "screening", "key": step.pk})
    assert again.status_code == 404


@pytest.mark.parametrize(
    "data", [{}, {"kind": "nothing", "key": "1"}, {"kind": "mail", "key": "x"}]
)
def test_a_retry_of_nothing_is_not_found(administrator: Client, data: dict[str, str]) -> None:
    assert administrator.post(reverse("retry"), data).status_code == 404


def test_mails_are_listed_and_read(administrator: Client) -> None:
    make_submitted()
    mail = Mail.objects.get()
    assert mail.subject in administrator.get(reverse("mails")).content.decode()
    html = administrator.get(reverse("mail", args=[mail.pk])).content.decode()
    assert mail.recipient.email in html
    assert mail.message_id.strip("<>") in html


def test_a_sign_of_life_needs_nobody(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "database": True})
    assert "sessionid" not in response.cookies

    def away(*_args: Any, **_named: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr("brustart.desk.views.system.connection.cursor", away)
    assert client.get("/healthz").status_code == 503
