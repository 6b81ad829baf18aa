"""Bytes in storage, written once under a name and never taken away."""

import os
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage

CHUNK = 64 * 1024


def store(file: IO[bytes], name: str) -> None:
    """Keep the bytes under that name, whole or not at all; what is there already stays."""
    if default_storage.exists(name):
        return
    file.seek(0)
    if isinstance(default_storage, FileSystemStorage):
        _write_whole(file, Path(default_storage.path(name)))
    else:
        default_storage.save(name, File(file))


def _write_whole(file: IO[bytes], final: Path) -> None:
    """Under another name first: a process that is killed leaves no half document."""
    final.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=final.parent, prefix="part-", delete=False) as part:
        try:
            shutil.copyfileobj(file, part, CHUNK)
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).replace(final)
        finally:
            Path(part.name).unlink(missing_ok=True)
