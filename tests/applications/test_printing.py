"""Papers of a submission, written by the worker; the whole file in one download."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from applications import printing
from applications.models import Application, Membership, Paper, Part
from brustart.accounts.models import Role, User
from brustart.core import queue
from brustart.core.hashing import sha256
from tests.factories import make_draft, make_submitted, make_user

pytestmark = pytest.mark.django_db


def write_all(application: Application) -> list[Paper]:
    """Do the worker's part."""
    papers = list(Paper.objects.filter(submission=application.handed_in))
    for paper in papers:
        assert queue.perform(Paper, paper.pk, printing.write, worker="tests")
    return list(Paper.objects.filter(submission=application.handed_in).order_by("name"))


def text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def body(response: Any) -> bytes:
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def test_the_receipt_says_what_arrived_and_when(client: Client) -> None:
    application = make_submitted(title="Home care 🚲 on time")
    answers, receipt = write_all(application)
    client.force_login(application.author)
    said = text(body(client.get(reverse("paper", args=[receipt.pk]))))
    assert application.handed_in.receipt in said
    assert application.handed_in.sha256[:32] in said.replace("\n", "")
    assert "[U+1F6B2]" in said  # the JSON keeps the sign itself
    assert "Rounds are planned from memory." in text(
        body(client.get(reverse("paper", args=[answers.pk])))
    )


@pytest.mark.parametrize(("language", "title"), [("fr", "Accusé de réception"), ("nl", "Ontvang")])
def test_a_paper_is_in_the_language_of_the_file(language: str, title: str) -> None:
    application = make_submitted()
    Application.objects.filter(pk=application.pk).update(language=language)
    application.refresh_from_db()
    pdf = printing.render(application.handed_in, Paper.Name.RECEIPT)
    assert title in text(pdf)
    root: Any = PdfReader(io.BytesIO(pdf)).trailer["/Root"]
    assert root["/Lang"] == language


def test_writing_a_paper_twice_keeps_one(tmp_path: Any) -> None:
    application = make_submitted()
    paper = write_all(application)[0]
    printing.write(paper, timezone.now())
    assert len(list(tmp_path.rglob(f"{paper.name}.pdf"))) == 1


def test_a_paper_that_is_not_written_yet_is_not_there(client: Client) -> None:
    application = make_submitted()
    client.force_login(application.author)
    paper = Paper.objects.filter(submission=application.handed_in).first()
    assert paper is not None
    assert client.get(reverse("paper", args=[paper.pk])).status_code == 404
    page = client.get(reverse("received", args=[application.pk])).content.decode()
    assert "being written" in page


def test_the_whole_file_holds_all_that_was_handed_in(client: Client) -> None:
    application = make_submitted()
    client.force_login(application.author)
    url = reverse("whole_file", args=[application.submission_id])
    with zipfile.ZipFile(io.BytesIO(body(client.get(url)))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        content = json.loads(archive.read("file.json"))
        documents = [name for name in names if name.startswith("documents/")]
    assert {"receipt.pdf", "answers.pdf", "file.json"} < set(names)
    assert sha256(content) == application.handed_in.sha256
    assert len(documents) == len(content["documents"]) == 2


def member(application: Application, part: Part) -> User:
    user = make_user()
    Membership.objects.create(startup=application.startup, user=user, part=part)
    return user


def test_downloads_are_for_who_reads_the_file(client: Client) -> None:
    application = make_submitted()
    paper = write_all(application)[0]
    readers = {
        member(application, Part.READER): 200,
        make_user(Role.FUND_MANAGER): 200,
        make_user(Role.AUDITOR): 200,
        member(application, Part.ACCOUNTANT): 404,
        make_user(): 404,
        make_user(Role.REVIEWER): 404,
        make_user(Role.ADMINISTRATOR): 404,
    }
    for name, key in (("paper", paper.pk), ("whole_file", application.submission_id)):
        url = reverse(name, args=[key])
        assert Client().get(url).status_code == 302
        for reader, status in readers.items():
            client.force_login(reader)
            response = client.get(url)
            assert response.status_code == status, (name, reader.role)
            if status == 200:
                assert body(response)


def test_a_draft_has_no_papers() -> None:
    make_draft()
    assert not Paper.objects.exists()
