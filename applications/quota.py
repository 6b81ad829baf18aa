"""How much of an upload is kept: each file on disk, never in memory, and at most 25 MB of it."""

import hashlib
from typing import Any

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

from .inspecting import MAX_BYTES


class BoundedUpload(TemporaryUploadedFile):
    """An uploaded file on disk with its SHA-256. If `too_big`, its content was dropped."""

    sha256: str = ""
    too_big: bool = False


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Streams a file to disk and hashes it; past the limit it drops it, and reads on to the other
    fields of the form. The dropped file keeps its name and the size that was sent."""

    file: BoundedUpload

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = BoundedUpload(
            str(self.file_name), self.content_type, 0, self.charset, self.content_type_extra
        )
        self.digest = hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.file.too_big:
            return
        if start + len(raw_data) > MAX_BYTES:
            self._drop()
            return
        self.digest.update(raw_data)
        self.file.write(raw_data)

    def _drop(self) -> None:
        self.file.too_big = True
        self.file.seek(0)
        self.file.truncate()

    def file_complete(self, file_size: int) -> BoundedUpload:
        if not self.file.too_big:
            self.file.sha256 = self.digest.hexdigest()
        self.file.seek(0)
        self.file.size = file_size
        return self.file
