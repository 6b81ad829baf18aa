"""Keeping a document that comes with an act: judged by its content, stored once, for good."""

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from applications import uploading
from applications.inspecting import BadDocument, Inspected, Kind, inspect
from applications.models import Application
from brustart.core.errors import Refused
from brustart.core.storing import store

from .models import Attachment

SCANS = (Kind.PDF, Kind.PNG, Kind.JPEG)
_OTHERS = ("wrong_type", "office", "archive")  # refusals that would offer what is no scan


class NotAttached(Refused):
    """There is no document."""


class NotScanned(Refused):
    """A document of another kind than signed papers come as."""

    def __init__(self) -> None:
        words = _("A signed paper comes as a PDF or a picture (JPEG or PNG). Choose one of these.")
        super().__init__(words, field="upload")


def keep(
    application: Application,
    upload: UploadedFile | None,
    *,
    internal: bool,
    actor: Any,
    now: datetime,
    scan: bool = False,
) -> Attachment:
    """Store it; `internal`: not for the startup; `scan`: a signed paper. Raises NotAttached,
    NotScanned, inspecting.BadDocument."""
    if upload is None:
        raise NotAttached(_("No document was chosen. Choose one, then send the form again."))
    found = _judged(upload, scan=scan)
    digest = getattr(upload, "sha256", "") or uploading.sha256_of(upload)
    store(upload, uploading.place(digest))
    return Attachment.objects.create(
        application=application,
        internal=internal,
        name=found.name,
        type=found.kind,
        media_type=found.media_type,
        size=upload.size or 0,
        sha256=digest,
        by=actor,
        at=now,
    )


def _judged(upload: UploadedFile, *, scan: bool) -> Inspected:
    try:
        found = inspect(upload, upload.name or "", size=upload.size or 0)
    except BadDocument as bad:
        if scan and bad.code.startswith(_OTHERS):
            raise NotScanned from bad
        raise
    if scan and found.kind not in SCANS:
        raise NotScanned
    return found
