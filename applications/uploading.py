"""Documents come into a file and leave it, and a worker takes their text out.

Bytes lie in storage under their SHA-256: written once for all files, and never taken away.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Protocol

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from brustart.accounts.models import User
from brustart.core import audit, outbox, queue
from brustart.core.errors import Refused
from brustart.core.storing import CHUNK, store

from . import lifecycle
from .extracting import ExtractionFailed, text_of
from .inspecting import Inspected, Kind, inspect
from .models import Application, Document, Extraction, Submission
from .states import State

MOST_EVER = 60  # removed ones keep their bytes
MOST = 10  # documents in one file


class NotKept(Refused):
    """There is nothing to keep, no room for it, or it is in the file already."""


def receive(
    application: Application,
    upload: UploadedFile | None,
    *,
    kind: str,
    question: str = "",
    actor: User | None,
    now: datetime,
) -> Document:
    """Keep a document in the file; `actor` is None for a guest.

    Raises lifecycle.WrongState, inspecting.BadDocument, NotKept.
    """
    lifecycle.require_open(application, "documents", now=now)
    if upload is None:
        raise NotKept(_("No document was chosen. Choose one, then upload it."))
    found = inspect(upload, upload.name or "", size=upload.size or 0)
    document = Document(
        application=application,
        kind=kind,
        question=question,
        name=found.name,
        type=found.kind,
        media_type=found.media_type,
        size=upload.size or 0,
        sha256=getattr(upload, "sha256", "") or sha256_of(upload),
        pages=found.pages,
        uploaded_at=now,
        uploaded_by=actor,
        reading=_reading_at_first(found),
    )
    return keep(document, upload, now=now)


def _reading_at_first(found: Inspected) -> str:
    is_pdf = found.kind is Kind.PDF
    return Document.Reading.WAITING if is_pdf else Document.Reading.UNREADABLE


@transaction.atomic
def keep(document: Document, upload: IO[bytes], *, now: datetime) -> Document:
    application = lifecycle.lock(document.application)
    lifecycle.require_open(application, "documents", now=now)
    _require_room(document)
    try:
        with transaction.atomic():
            document.save(force_insert=True)
    except IntegrityError as error:
        raise _there_already(_twin(document)) from error
    store(upload, place(document.sha256))
    if document.reading == Document.Reading.WAITING:
        queue.enqueue(Extraction(document=document), now=now)
    _record("document.added", document, actor=document.uploaded_by, now=now)
    return document


def _require_room(document: Document) -> None:
    """Raise NotKept if the file holds these bytes already, or as many documents as it may."""
    if twin := _twin(document):
        raise _there_already(twin)
    ever = Document.objects.filter(application=document.application)
    if ever.filter(removed_at=None).count() >= MOST or ever.count() >= MOST_EVER:
        raise NotKept(
            _(
                "This file holds %(most)s documents already, which is the most it can. They are "
                "kept. Remove one, or put several into one PDF."
            )
            % {"most": MOST}
        )


def _twin(document: Document) -> Document | None:
    rows = Document.objects.filter(application=document.application, removed_at=None)
    return rows.filter(sha256=document.sha256).first()


def _there_already(twin: Document | None) -> NotKept:
    named = {"name": twin.name, "kind": twin.kind_label} if twin else {"name": "–", "kind": "–"}
    return NotKept(
        _(
            "This document is in your file already, as “%(name)s” (%(kind)s). It is kept there; "
            "you need not upload it again."
        )
        % named
    )


@transaction.atomic
def remove(document: Document, *, actor: User | None, now: datetime) -> None:
    """Take a document out of the file; row and bytes stay. A second time changes nothing.

    Raises lifecycle.WrongState.
    """
    application = lifecycle.lock(document.application)
    lifecycle.require_open(application, "documents", now=now)
    if Document.objects.filter(pk=document.pk, removed_at=None).update(removed_at=now):
        document.removed_at = now
        _record("document.removed", document, actor=actor, now=now)


def _record(act: str, document: Document, *, actor: User | None, now: datetime) -> None:
    about = document.application
    details = {name: getattr(document, name) for name in ("pk", "kind", "name", "sha256")}
    audit.record(act, about=about, actor=actor, now=now, **details)


def readable(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Without those that were taken out before anybody handed them in."""
    handed_in = Submission.objects.filter(
        application=OuterRef("application"),
        at__gte=OuterRef("uploaded_at"),
        at__lt=OuterRef("removed_at"),
    )
    return documents.filter(Q(removed_at=None) | Exists(handed_in))


# --- bytes ----------------------------------------------------------------------------------
def place(sha256: str) -> str:
    """The name in storage of the bytes with this SHA-256."""
    return f"documents/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def sha256_of(file: IO[bytes]) -> str:
    """Read in chunks; leaves the file at its beginning."""
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


class Stored(Protocol):
    """Whatever has bytes in storage."""

    sha256: str


def opened(document: Stored) -> IO[bytes]:
    """The document's bytes, to be closed by the caller."""
    return default_storage.open(place(document.sha256))


def chunks(document: Stored) -> Iterator[bytes]:
    """The same, piece by piece."""
    with opened(document) as stored:
        yield from iter(lambda: stored.read(CHUNK), b"")


# --- text -----------------------------------------------------------------------------------
def extract(extraction: Extraction, now: datetime) -> None:
    """Take the text out of a PDF: a worker's step. One that gives none is marked so."""
    document = extraction.document
    try:
        with copied(document) as path:
            text = text_of(path).text
    except ExtractionFailed:
        text = ""
    read, none = Document.Reading.READ, Document.Reading.UNREADABLE
    document.text, document.reading = text, read if text.strip() else none
    document.save(update_fields=["text", "reading"])
    if document.application.state != State.DRAFT:  # its screening may wait for this document
        outbox.put("document.read", now=now, application=document.application_id)


@contextmanager
def copied(document: Document) -> Iterator[Path]:
    """The bytes under a path of this machine, wherever the storage keeps them."""
    with opened(document) as kept, NamedTemporaryFile() as copy:
        shutil.copyfileobj(kept, copy, CHUNK)
        copy.flush()
        yield Path(copy.name)
