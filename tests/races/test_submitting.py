"""Handing in at the same instant, each in a thread and a transaction of its own."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from applications import drafting, lifecycle
from applications.forms import ProjectForm
from applications.models import Membership, Part, Section, Submission
from brustart.core.hashing import plain
from brustart.core.models import Mail, Message
from tests import factories, mirabelle
from tests.races.together import at_once

pytestmark = pytest.mark.xdist_group("races")


@pytest.mark.usefixtures("committed_db")
def test_two_owners_submit_at_once_and_there_is_one_submission() -> None:
    application = factories.make_draft()
    other = factories.make_user()
    Membership.objects.create(startup=application.startup, user=other, part=Part.OWNER)
    now = timezone.now()

    receipts = at_once(
        [
            lambda actor=actor: lifecycle.submit(application, actor=actor, now=now).receipt
            for actor in (application.author, other) * 2
        ]
    )

    assert set(receipts) == {Submission.objects.get().receipt}
    told = Mail.objects.filter(template="received").values_list("recipient", flat=True)
    assert sorted(told) == sorted([application.author.pk, other.pk])
    assert Message.objects.filter(topic="application.submitted").count() == 1


@pytest.mark.usefixtures("committed_db")
def test_two_files_of_one_enterprise_submit_at_once_and_one_is_refused() -> None:
    call, number = factories.make_call(), mirabelle.enterprise_number()
    files = [factories.make_draft(call, enterprise_number=number) for _file in range(2)]
    now = timezone.now()

    answers = at_once(
        [lambda one=one: lifecycle.submit(one, actor=one.author, now=now) for one in files]
    )

    assert sorted(type(one).__name__ for one in answers) == ["AlreadyApplied", "Submission"]
    assert Submission.objects.count() == Mail.objects.count() == 1


@pytest.mark.usefixtures("committed_db")
def test_two_pages_save_one_section_at_once_and_one_is_told() -> None:
    application = factories.make_draft()
    form = ProjectForm.data_for(plain(mirabelle.PROJECT))
    now = timezone.now()

    def save(title: str) -> None:
        drafting.save_section(
            application, ProjectForm(form | {"title": title}), begun_from=1, page=title,
            actor=application.author, now=now,
        )  # fmt: skip

    answers = at_once([lambda title=title: save(title) for title in ("One", "Two")])

    assert sorted(type(one).__name__ for one in answers) == ["NoneType", "StaleSave"]
    kept = Section.objects.get(application=application, name="project")
    assert (kept.version, kept.answers["title"]) == (2, kept.saved_page)


@pytest.mark.usefixtures("committed_db")
def test_a_save_waits_for_the_file_before_it_takes_its_section() -> None:
    """As every act does: otherwise one that has the file and wants the section is a deadlock."""
    application = factories.make_draft()

    def save() -> None:
        try:
            factories.fill(application, "project", mirabelle.PROJECT, now=timezone.now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            lifecycle.lock(application)
            saved = pool.submit(save)
            until_somebody_waits()
            sections = Section.objects.select_for_update(nowait=True)
            assert sections.filter(application=application)  # none of them is taken
        saved.result(timeout=20)
    assert Section.objects.get(application=application, name="project").version == 2


def until_somebody_waits() -> None:
    """Until another connection stands before a lock."""
    waiting = """SELECT count(*) FROM pg_stat_activity
                 WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    for _look in range(400):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    pytest.fail("nobody waits for a lock")
