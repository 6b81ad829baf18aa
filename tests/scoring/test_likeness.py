"""Files that resemble one another are flagged for the fund, and for nobody else."""

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import Application, Document
from brustart.accounts.models import Role
from scoring.screening.models import Likeness
from tests.factories import make_call, make_draft, make_screened, make_user, screen, submit
from tests.mirabelle import enterprise_number

pytestmark = pytest.mark.django_db
OTHERS = [
    {
        "name": "Noor Claes",
        "task": "Director",
        "time": 100,
        "background": "Nurse.",
        "founder": True,
    },
    {"name": "Wim Baert", "task": "Sales", "time": 50, "background": "Sales.", "founder": True},
]


def found(application: Application) -> set[tuple[str, int]]:
    rows = Likeness.objects.filter(run__submission=application.submission_id)
    return set(rows.values_list("kind", "other"))


def test_the_same_number_in_another_call() -> None:
    number = enterprise_number()
    first = make_screened(make_call(), enterprise_number=number, members=OTHERS)
    second = make_screened(make_call(), enterprise_number=number)
    assert found(second) == {("number", first.pk)}


def test_the_same_people() -> None:
    first = make_screened(members=OTHERS)
    second = make_screened(members=list(reversed(OTHERS)))
    assert found(second) == {("team", first.pk)}


def test_one_person_in_common_is_no_likeness() -> None:
    make_screened(members=OTHERS)
    second = make_screened(members=[OTHERS[0], {**OTHERS[1], "name": "Lotte Maes"}])
    assert found(second) == set()


def test_the_same_document() -> None:
    first = make_screened(members=OTHERS)
    second = make_draft()
    shared = Document.objects.filter(application=first).first()
    assert shared is not None
    Document.objects.filter(application=second, kind=shared.kind).update(sha256=shared.sha256)
    screen(submit(second))
    assert found(second) == {("documents", first.pk)}


@pytest.mark.parametrize(("role", "sees"), [(Role.FUND_MANAGER, True), (Role.AUDITOR, True)])
def test_the_fund_reads_it_and_the_startup_does_not(client: Client, role: Role, sees: bool) -> None:
    first = make_screened(members=OTHERS)
    second = make_screened(members=OTHERS)
    link = f'href="{reverse("file", args=[first.pk])}"'
    client.force_login(make_user(role))
    assert (link in client.get(reverse("file", args=[second.pk])).content.decode()) == sees
    client.force_login(second.author)
    assert link not in client.get(reverse("file", args=[second.pk])).content.decode()
