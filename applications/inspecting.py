"""Whether an uploaded document can be accepted, judged by its content alone.

Every parser works within bounds. PDFs are opened by a child process (extracting.py); archives and
pictures are read here, in sips that are counted.
"""

import os
import re
import struct
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, cast
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.utils.translation import gettext_lazy as _
from PIL import Image

from brustart.core.errors import Refused

from .extracting import ExtractionFailed, outline_of

MAX_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_ENTRIES = 5_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO, RATIO_MATTERS_FROM = 100, 10 * 1024 * 1024
MAX_SIP, MAX_SIPS, MAX_SIPPED = 2 * 1024 * 1024, 200_000, 4 * MAX_BYTES
MAX_NAME = 100
CHUNK = 64 * 1024


class Kind(StrEnum):
    PDF = "pdf"
    XLSX = "xlsx"
    DOCX = "docx"
    PNG = "png"
    JPEG = "jpeg"


_OFFICE = "application/vnd.openxmlformats-officedocument."
MEDIA_TYPES = {
    Kind.PDF: "application/pdf",
    Kind.XLSX: _OFFICE + "spreadsheetml.sheet",
    Kind.DOCX: _OFFICE + "wordprocessingml.document",
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
}
EXTENSIONS = {kind: (kind.value,) for kind in Kind} | {Kind.JPEG: ("jpg", "jpeg")}

SENTENCES = {
    "empty": _(
        "This file is empty. Open it on your computer to see that it holds something, "
        "and choose it again."
    ),
    "too_big": _(
        "This file is larger than 25 MB. Make it smaller, for example with smaller pictures, "
        "and choose it again."
    ),
    "wrong_type": _(
        "We cannot use this type of file. Choose a PDF, a Word document (DOCX), an Excel workbook "
        "(XLSX), or a picture (PNG or JPEG)."
    ),
    "office_old": _(
        "This file has an old Office format. Open it, save it as DOCX, XLSX or PDF, and choose "
        "the new file."
    ),
    "office_password": _(
        "This Office file is protected with a password. Save it without a password and choose it "
        "again."
    ),
    "office_macros": _(
        "This Office file holds macros. Save it without macros, as DOCX or XLSX, and choose "
        "the new file."
    ),
    "office_bomb": _(
        "This Office file becomes far too large when it is opened. Save it as a PDF, or remove "
        "what you do not need, and choose it again."
    ),
    "office_damaged": _(
        "This Office file is damaged or incomplete. Open it, save it again, and choose the new "
        "file."
    ),
    "archive": _(
        "This is an archive (ZIP), not a document. Unpack it and choose the documents one by one."
    ),
    "pdf_password": _(
        "This PDF is protected with a password. Save it without a password and choose it again."
    ),
    "pdf_damaged": _(
        "This PDF is damaged or incomplete. Export or download it again, and choose the new file."
    ),
    "pdf_complex": _(
        "This PDF is too complex for us to open. Print it to a new PDF and choose that one."
    ),
    "pdf_no_pages": _("This PDF has no pages. Export it again and choose the new file."),
    "pdf_scripts": _(
        "This PDF runs a script or starts a program when it is opened. Print it to a new PDF and "
        "choose that one."
    ),
    "image_damaged": _(
        "This picture is damaged or incomplete. Save or download it again, and choose the new file."
    ),
    "image_bomb": _(
        "This picture has more than 50 million pixels. Make it smaller and choose it again."
    ),
}


class BadDocument(Refused):
    """A document that cannot be accepted; `code` is a key of SENTENCES."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(str(SENTENCES[code]))


@dataclass(frozen=True)
class Inspected:
    """What a document is. Pages are those of a PDF."""

    kind: Kind
    media_type: str
    pages: int | None
    name: str


def inspect(file: IO[bytes], name: str, *, size: int) -> Inspected:
    """Judge a document of `size` bytes, and leave it at its beginning. Raises BadDocument."""
    size = max(size, file.seek(0, os.SEEK_END))  # what was sent may have been dropped
    if size == 0:
        raise BadDocument("empty")
    if size > MAX_BYTES:
        raise BadDocument("too_big")
    try:
        kind, pages = _judge(file, size)
    finally:
        file.seek(0)
    return Inspected(kind, MEDIA_TYPES[kind], pages, sanitised(name, kind))


def _judge(file: IO[bytes], size: int) -> tuple[Kind, int | None]:
    file.seek(0)
    head = file.read(1024)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-"):
        return Kind.PDF, _pdf_pages(file)
    if head.startswith(b"PK\x03\x04"):
        return _office_kind(file, size), None
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _picture(file, Kind.PNG), None
    if head.startswith(b"\xff\xd8\xff"):
        return _picture(file, Kind.JPEG), None
    if head.startswith(b"PK\x05\x06"):
        raise BadDocument("archive")
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise BadDocument(_old_office(file))
    raise BadDocument("wrong_type")


@contextmanager
def _else(code: str) -> Iterator[None]:
    """Whatever a parser stumbles over makes the file a bad one, of this code."""
    try:
        yield
    except BadDocument:
        raise
    except Exception as error:
        raise BadDocument(code) from error


class _Sips:
    """A file for parsers: no read too large, and not too many, or it ends with an OSError."""

    def __init__(self, file: IO[bytes]) -> None:
        self.seek, self.tell, self.file = file.seek, file.tell, file
        self.sips = self.bytes = 0

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(MAX_SIP + 1 if size < 0 else min(size, MAX_SIP + 1))
        self.sips += 1
        self.bytes += len(data)
        if len(data) > MAX_SIP or self.sips > MAX_SIPS or self.bytes > MAX_SIPPED:
            raise OSError("more reading than a good file needs")
        return data


def _in_sips(file: IO[bytes]) -> IO[bytes]:
    file.seek(0)
    return cast(IO[bytes], _Sips(file))


# --- PDF ------------------------------------------------------------------------------------
def _pdf_pages(file: IO[bytes]) -> int:
    try:
        outline = outline_of(file)
    except ExtractionFailed as failure:
        code = "pdf_damaged" if failure.reason == "damaged" else "pdf_complex"
        raise BadDocument(code) from failure
    if outline.password:
        raise BadDocument("pdf_password")
    if not outline.pages:
        raise BadDocument("pdf_no_pages")
    if outline.scripts:
        raise BadDocument("pdf_scripts")
    return outline.pages


# --- Office ---------------------------------------------------------------------------------
_CONTENTS = "[content_types].xml"
_MAIN_PARTS = {
    MEDIA_TYPES[Kind.DOCX] + ".main+xml": Kind.DOCX,
    MEDIA_TYPES[Kind.XLSX] + ".main+xml": Kind.XLSX,
}
_MACROS = ("vbaproject", "macroenabled", "macrosheet")
_OLD_STREAMS = {  # names in an OLE container, in UTF-16
    "EncryptedPackage": "office_password",
    "WordDocument": "office_old",
    "Workbook": "office_old",
    "Book": "office_old",
    "PowerPoint Document": "office_old",
}


def _old_office(file: IO[bytes]) -> str:
    """The code for an OLE container, by the streams it names."""
    for stream, code in _OLD_STREAMS.items():
        if _holds(file, stream.encode("utf-16-le"), start=0):
            return code
    return "wrong_type"


def _holds(file: IO[bytes], wanted: bytes, *, start: int) -> bool:
    """Whether these bytes stand anywhere after `start`."""
    file.seek(start)
    seen = b""
    while chunk := file.read(CHUNK):
        seen = seen[-len(wanted) :] + chunk
        if wanted in seen:
            return True
    return False


def _office_kind(file: IO[bytes], size: int) -> Kind:
    with _else("office_damaged"), ZipFile(_in_sips(file)) as archive:
        entries = {entry.filename.lower(): entry for entry in archive.infolist()}
        if _CONTENTS not in entries:
            raise BadDocument("archive")
        if len(archive.infolist()) > MAX_ENTRIES:
            raise BadDocument("office_bomb")
        if len(entries) < len(archive.infolist()):
            raise ValueError("two parts of one name, of which each reader takes another")
        _unpack(archive, size)
        return _kind_by_parts(entries, _content_types(archive, entries[_CONTENTS]))


def _kind_by_parts(names: Iterable[str], types: set[str]) -> Kind:
    """Word or Excel, by the names and the types of the parts. Raises BadDocument."""
    if any(mark in one for mark in _MACROS for one in types.union(names)):
        raise BadDocument("office_macros")
    kinds = [kind for main, kind in _MAIN_PARTS.items() if main in types]
    if len(kinds) != 1:
        raise BadDocument("wrong_type")
    return kinds[0]


def _unpack(archive: ZipFile, size: int) -> None:
    """Unpack everything once, into nothing: sizes and checksums are measured, not believed."""
    total = 0
    for entry in archive.infolist():
        declared = entry.file_size
        for length in _unpacked(archive, entry):
            total += length
            declared -= length
            if total > MAX_UNPACKED or total > max(RATIO_MATTERS_FROM, MAX_RATIO * size):
                raise BadDocument("office_bomb")
        if declared:
            raise ValueError("not as long as it says")


def _unpacked(archive: ZipFile, entry: ZipInfo) -> Iterator[int]:
    """The lengths of an entry's pieces, to where its data really ends."""
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise ValueError("a compression that Office does not write")
    entry.file_size = MAX_UNPACKED + 1  # else reading stops at the declared size
    with archive.open(entry) as stream:
        while piece := stream.read(CHUNK):
            yield len(piece)


def _content_types(archive: ZipFile, entry: ZipInfo) -> set[str]:
    """The types of all parts, in lower case."""
    with archive.open(entry) as stream:
        document = stream.read(MAX_SIP + 1)
    if len(document) > MAX_SIP:
        raise ValueError("too long for a list of parts")
    return {one.get("ContentType", "").lower() for one in ElementTree.fromstring(document)}


# --- pictures -------------------------------------------------------------------------------
def _picture(file: IO[bytes], kind: Kind) -> Kind:
    """Reads headers and checksums, and decodes no pixel."""
    with _else("image_damaged"):
        try:
            picture = Image.open(_in_sips(file), formats=(kind.value,))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise BadDocument("image_bomb") from None
        pixels = picture.width * picture.height
        if pixels > MAX_PIXELS:
            raise BadDocument("image_bomb")
        if not pixels:
            raise ValueError("a picture without pixels")
        if kind is Kind.JPEG:
            _check_jpeg_end(file)
        else:
            picture.verify()
    return kind


def _check_jpeg_end(file: IO[bytes]) -> None:
    """Raises ValueError if the marker of the end does not follow the picture's data."""
    sips = _in_sips(file)
    sips.seek(2)
    marker = 0
    while marker != 0xFFDA:  # the start of the data; a thumbnail's end may stand before it
        marker, length = struct.unpack(">HH", sips.read(4))
        if marker == 0xFFFF:  # filled up before the marker
            sips.seek(-3, os.SEEK_CUR)
            continue
        if marker < 0xFF01 or length < 2:
            raise ValueError("no marker where one must be")
        sips.seek(length - 2, os.SEEK_CUR)
    if not _holds(file, b"\xff\xd9", start=file.tell()):
        raise ValueError("the end is missing")


# --- names ----------------------------------------------------------------------------------
_ENDING = re.compile(r"(\.(pdf|xlsx|docx|png|jpe?g))*(\.[a-z][a-z0-9]{1,4})?$", re.IGNORECASE)


def sanitised(name: str, kind: str) -> str:
    """A name to show and to save under: no path, nothing invisible, the extension of the kind."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(" " if one.isspace() else one for one in last)
    visible = "".join(one for one in visible if not unicodedata.category(one).startswith("C"))
    tidy = " ".join(visible.split()).rstrip(" .")
    stem = _ENDING.sub("", tidy, count=1).strip(" .")
    fitting = EXTENSIONS[Kind(kind)]
    given = tidy.rpartition(".")[2].lower()
    extension = given if given in fitting else fitting[0]
    stem = stem[: MAX_NAME - len(extension) - 1].rstrip(" .")
    return f"{stem or 'document'}.{extension}"
