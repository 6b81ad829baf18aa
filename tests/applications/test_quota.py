"""An upload goes to disk as it comes in; of one that is too big nothing is kept."""

import hashlib
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from applications.inspecting import MAX_BYTES
from applications.quota import BoundedUpload, BoundedUploadHandler

BLOCK = 64 * 1024


class Body(RawIOBase):
    """A form as a browser sends it, made while it is read: files of so many zeros, then a text."""

    def __init__(self, sizes: list[int]) -> None:
        self.parts = self.pieces(sizes)
        self.rest = b""

    def pieces(self, sizes: list[int]) -> Iterator[bytes]:
        for number, size in enumerate(sizes):
            yield b'--edge\r\nContent-Disposition: form-data; name="file"; filename="'
            yield b'%d.pdf"\r\nContent-Type: application/pdf\r\n\r\n' % number
            for start in range(0, size, BLOCK):
                yield bytes(min(BLOCK, size - start))
            yield b"\r\n"
        yield b'--edge\r\nContent-Disposition: form-data; name="title"\r\n\r\nOur plan\r\n--edge--'

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self.rest or next(self.parts, b"")
        taken, self.rest = piece[: len(buffer)], piece[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


@contextmanager
def posted(*sizes: int) -> Iterator[HttpRequest]:
    body = Body(list(sizes))
    length = sum(len(piece) for piece in body.pieces([0] * len(sizes))) + sum(sizes)
    request = RequestFactory().request(
        REQUEST_METHOD="POST",
        CONTENT_TYPE="multipart/form-data; boundary=edge",
        CONTENT_LENGTH=str(length),
        **{"wsgi.input": body},
    )
    request.upload_handlers = [BoundedUploadHandler(request)]
    yield request
    request.close()


def uploads(request: HttpRequest) -> list[BoundedUpload]:
    assert request.POST["title"] == "Our plan"
    return request.FILES.getlist("file")


def on_disk(file: BoundedUpload) -> int:
    file.flush()
    return Path(file.temporary_file_path()).stat().st_size


def zeros(size: int) -> str:
    return hashlib.sha256(bytes(size)).hexdigest()


@pytest.mark.parametrize("size", [0, 10, BLOCK + 1, MAX_BYTES])
def test_an_upload_is_kept_on_disk_with_its_hash(size: int) -> None:
    with posted(size) as request:
        [file] = uploads(request)
        assert (file.size, on_disk(file), file.too_big) == (size, size, False)
        assert file.sha256 == zeros(size)
        assert file.read() == bytes(size)


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 40 * 1024 * 1024])
def test_an_upload_that_is_too_big_is_dropped_and_the_form_goes_on(size: int) -> None:
    with posted(size) as request:
        [file] = uploads(request)
        assert (file.size, on_disk(file), file.too_big) == (size, 0, True)
        assert file.sha256 == ""


def test_each_file_of_a_form_counts_for_itself() -> None:
    with posted(10, MAX_BYTES + 1, 20) as request:
        files = uploads(request)
        assert [file.too_big for file in files] == [False, True, False]
        assert [file.name for file in files] == ["0.pdf", "1.pdf", "2.pdf"]
        assert [file.sha256 for file in files] == [zeros(10), "", zeros(20)]


def test_memory_stays_flat() -> None:
    tracemalloc.start()
    try:
        with posted(20 * 1024 * 1024) as request:
            uploads(request)
        assert tracemalloc.get_traced_memory()[1] < 2 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_what_was_dropped_or_finished_leaves_no_file_behind() -> None:
    with posted(10, MAX_BYTES + 1) as request:
        places = [Path(file.temporary_file_path()) for file in uploads(request)]
        assert all(place.exists() for place in places)
    assert not any(place.exists() for place in places)
