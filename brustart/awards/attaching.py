"""Keeping a document that comes with an act: judged by its content, stored once, for good."""

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from applications import uploading
from applications.inspecting import inspect
from applications.models import Application
from brustart.core.errors import Refused

from .models import Attachment


class NotAttached(Refused):
    """There is no document."""


def keep(
    application: Application,
    upload: UploadedFile | None,
    *,
    internal: bool,
    actor: Any,
    now: datetime,
) -> Attachment:
    """Store it; `internal`: not for the startup. Raises NotAttached, inspecting.BadDocument."""
    if upload is None:
        raise NotAttached(_("No document was chosen. Choose one, then send the form again."))
    found = inspect(upload, upload.name or "", size=upload.size or 0)
    digest = getattr(upload, "sha256", "") or uploading.sha256_of(upload)
    uploading.store(upload, uploading.place(digest))
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
