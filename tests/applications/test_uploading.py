"""Documents come in once, are kept once, and leave without being lost."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from applications import completeness, lifecycle, requesting, uploading
from applications.inspecting import BadDocument
from applications.lifecycle import WrongState
from applications.models import Application, Document, Extraction
from applications.uploading import NotKept
from brustart.accounts.models import Role
from brustart.core import queue
from brustart.core.models import AuditEntry
from brustart.core.queue import State
from brustart.worker import KINDS
from tests.applications.bad_files import docx, jpeg, pdf, pdf_of, png, truncated_pdf, xlsx
from tests.factories import make_draft, make_empty_draft, make_screened, make_user
from tests.races.together import at_once

database = pytest.mark.django_db


def upload(content: bytes, name: str = "plan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def receive(application: Application, content: bytes, name: str = "plan.pdf") -> Document:
    return uploading.receive(
        application,
        upload(content, name),
        kind=Document.Kind.OTHER,
        actor=application.author,
        now=timezone.now(),
    )


def on_disk(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def perform(document: Document) -> bool:
    key = Extraction.objects.get(document=document).pk
    return queue.perform(Extraction, key, uploading.extract, worker="tests")


@database
def test_a_document_is_kept_with_what_it_is(media: Path) -> None:
    application, content = make_empty_draft(), pdf("one", "two")
    document = receive(application, content, "C:\\plans\\Our  plan.PDF")
    digest = hashlib.sha256(content).hexdigest()
    assert (document.name, document.type, document.pages) == ("Our plan.pdf", "pdf", 2)
    assert (document.size, document.sha256) == (len(content), digest)
    assert (document.uploaded_by, document.reading) == (application.author, "waiting")
    kept = media / "documents" / digest[:2] / digest[2:4] / digest
    assert on_disk(media) == [kept]
    assert kept.read_bytes() == content
    entry = AuditEntry.objects.get(act="document.added")
    assert (entry.actor, entry.details["sha256"]) == (application.author, digest)
    assert entry.about == f"applications.application:{application.pk}"
    assert completeness.current_documents(application) == [document]


@database
def test_the_same_bytes_lie_on_disk_once_for_all_files(media: Path) -> None:
    content = pdf()
    receive(make_empty_draft(), content)
    [kept] = on_disk(media)
    written = kept.stat()
    receive(make_empty_draft(), content)
    assert on_disk(media) == [kept]
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)


@database
def test_a_write_that_breaks_off_leaves_nothing(media: Path) -> None:
    application = make_empty_draft()
    with (
        patch("brustart.core.storing.os.fsync", side_effect=OSError("no space left")),
        pytest.raises(OSError, match="no space left"),
    ):
        receive(application, pdf())
    assert on_disk(media) == []
    assert not Document.objects.exists()


@database
def test_another_storage_keeps_the_bytes_too(settings: Any, media: Path) -> None:
    memory = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    settings.STORAGES = settings.STORAGES | {"default": memory}
    document = receive(make_empty_draft(), pdf("Rounds of nurses"))
    assert default_storage.size(uploading.place(document.sha256)) == document.size
    assert perform(document)
    document.refresh_from_db()
    assert "Rounds of nurses" in document.text
    assert on_disk(media) == []


@database
def test_what_is_in_the_file_already_is_named() -> None:
    application = make_empty_draft()
    kept = receive(application, pdf(), "Our plan.pdf")
    with pytest.raises(NotKept, match=r"as “Our plan\.pdf” \(Other document\)"):
        receive(application, pdf(), "other.pdf")
    assert completeness.current_documents(application) == [kept]


@database
def test_an_eleventh_is_refused() -> None:
    application = make_empty_draft()
    for number in range(uploading.MOST):
        receive(application, png(8 + number), "logo.png")
    with pytest.raises(NotKept, match="holds 10 documents"):
        receive(application, jpeg(), "photo.jpg")
    uploading.remove(Document.objects.all()[0], actor=None, now=timezone.now())
    receive(application, jpeg(), "photo.jpg")
    assert len(completeness.current_documents(application)) == uploading.MOST


@database
def test_nothing_chosen_and_bad_content_are_refused(media: Path) -> None:
    application, now = make_empty_draft(), timezone.now()
    with pytest.raises(NotKept, match="No document was chosen"):
        uploading.receive(application, None, kind=Document.Kind.DECK, actor=None, now=now)
    with pytest.raises(BadDocument, match="damaged or incomplete"):
        receive(application, truncated_pdf())
    assert on_disk(media) == []


@database
def test_the_row_cannot_be_there_twice_whatever_happens() -> None:
    application = make_empty_draft()
    document = receive(application, pdf())
    document.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        document.save(force_insert=True)
    with (
        patch("applications.uploading._require_room"),
        pytest.raises(NotKept, match=r"in your file already, as “plan\.pdf”"),
    ):
        receive(application, pdf())


@database
def test_removed_is_out_of_the_file_and_not_lost(media: Path) -> None:
    application = make_empty_draft()
    document = receive(application, pdf())
    uploading.remove(document, actor=application.author, now=timezone.now())
    uploading.remove(document, actor=application.author, now=timezone.now())
    assert completeness.current_documents(application) == []
    assert AuditEntry.objects.filter(act="document.removed").count() == 1
    with uploading.opened(document) as kept:
        assert kept.read() == pdf()
    again = receive(application, pdf())
    assert (again.pk != document.pk, len(on_disk(media))) == (True, 1)


@database
def test_only_what_was_handed_in_can_be_read_once_it_is_removed() -> None:
    now = timezone.now()
    application = make_draft(now=now)
    given_up = receive(application, png(), "logo.png")
    uploading.remove(given_up, actor=None, now=now)
    lifecycle.submit(application, actor=application.author, now=now)
    handed_in = application.documents.filter(removed_at=None)
    handed_in.update(removed_at=now + timedelta(days=1))
    readable = set(uploading.readable(Document.objects.all()))
    assert readable == set(Document.objects.exclude(pk=given_up.pk))


@database
def test_a_submitted_file_opens_for_documents_only_when_the_fund_asks() -> None:
    application, now = make_screened(), timezone.now()
    document = completeness.current_documents(application)[0]
    acts: list[Callable[[], Any]] = [
        lambda: receive(application, png(), "logo.png"),
        lambda: uploading.remove(document, actor=None, now=now),
    ]
    for act in acts:
        with pytest.raises(WrongState):
            act()
    manager = make_user(Role.FUND_MANAGER)
    asking = {"question": "Your plan?", "until": now + timedelta(days=5), "actor": manager}
    request = requesting.ask(application, sections=["budget"], now=now, **asking)
    for act in acts:
        with pytest.raises(WrongState):
            act()
    requesting.take_back(request, actor=manager, now=now)
    requesting.ask(application, sections=["documents"], now=now, **asking)
    for act in acts:
        act()
    names = [one.name for one in completeness.current_documents(application)]
    assert (document.name in names, "logo.png" in names) == (False, True)


@pytest.mark.usefixtures("committed_db")
def test_two_same_uploads_at_once_are_kept_once(media: Path) -> None:
    application = make_empty_draft()
    answers = at_once([lambda: receive(application, pdf())] * 2)
    assert sorted(type(answer).__name__ for answer in answers) == ["Document", "NotKept"]
    assert Document.objects.count() == Extraction.objects.count() == 1
    assert len(on_disk(media)) == 1


@pytest.mark.usefixtures("committed_db")
def test_two_uploads_at_once_do_not_pass_the_most(media: Path) -> None:
    application = make_empty_draft()
    for number in range(uploading.MOST - 1):
        receive(application, png(8 + number), "logo.png")
    acts = [lambda one=one: receive(application, one, "more") for one in (png(50), png(51))]
    answers = at_once(acts)
    assert sorted(type(answer).__name__ for answer in answers) == ["Document", "NotKept"]
    assert Document.objects.count() == uploading.MOST


# --- text -----------------------------------------------------------------------------------
def test_the_worker_knows_the_step() -> None:
    assert KINDS[Extraction.kind] == (Extraction, uploading.extract)


@database
def test_the_text_of_a_pdf_is_taken_out_by_a_worker() -> None:
    document = receive(make_empty_draft(), pdf("Rounds of nurses"))
    assert perform(document)
    document.refresh_from_db()
    assert "Rounds of nurses" in document.text
    assert document.reading == Document.Reading.READ


@database
def test_a_scan_has_no_text() -> None:
    document = receive(make_empty_draft(), pdf_of([b"0 0 100 100 re f"]))
    assert perform(document)
    document.refresh_from_db()
    assert (document.reading, document.text) == (Document.Reading.UNREADABLE, "")


@database
def test_a_pdf_that_cannot_be_read_is_done_with() -> None:
    document = receive(make_empty_draft(), pdf())
    Path(default_storage.path(uploading.place(document.sha256))).write_bytes(truncated_pdf()[:200])
    assert perform(document)
    document.refresh_from_db()
    assert document.reading == Document.Reading.UNREADABLE
    assert document.extraction.state == State.DONE


@database
def test_what_else_goes_wrong_is_tried_again() -> None:
    document = receive(make_empty_draft(), pdf())
    with patch("applications.uploading.opened", side_effect=FileNotFoundError("away")):
        assert not perform(document)
    extraction = Extraction.objects.get(document=document)
    assert (extraction.state, extraction.error) == (State.QUEUED, "FileNotFoundError: away")
    document.refresh_from_db()
    assert document.reading == Document.Reading.WAITING


@database
@pytest.mark.parametrize(("make", "name"), [(docx, "a.docx"), (xlsx, "a.xlsx"), (png, "a.png")])
def test_of_other_types_no_text_is_taken(make: Callable[[], bytes], name: str) -> None:
    document = receive(make_empty_draft(), make(), name)
    assert document.reading == Document.Reading.UNREADABLE
    assert not Extraction.objects.exists()
