"""Documents as startups hand them in, good and bad, made in memory."""

import struct
import zlib
from collections.abc import Callable, Iterable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image
from pypdf import PdfReader, PdfWriter

from applications.inspecting import MAX_BYTES

Maker = Callable[[], bytes]


# --- PDF ------------------------------------------------------------------------------------
def pdf(*texts: str) -> bytes:
    """A PDF with a page for each text."""
    shown = [f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode() for text in texts or ("Plan",)]
    return pdf_of(shown)


def pdf_of(contents: list[bytes]) -> bytes:
    """A PDF with a page for each content stream."""
    pages = [4 + 2 * index for index in range(len(contents))]
    kids = " ".join(f"{page} 0 R" for page in pages)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for page, content in zip(pages, contents, strict=True):
        packed = zlib.compress(content)
        objects += [_page(page + 1), _stream(packed)]
    return assembled(objects)


def _page(content: int) -> bytes:
    return (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
        f"/Resources << /Font << /F1 3 0 R >> >> /Contents {content} 0 R >>"
    ).encode()


def _stream(packed: bytes) -> bytes:
    head = f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode()
    return head + packed + b"\nendstream"


def assembled(objects: list[bytes], *, shift: int = 0) -> bytes:
    """The objects with header, cross-references (off by `shift`) and trailer."""
    written, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(written) + shift)
        written += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(written) + b"startxref\n%d\n%%%%EOF\n" % start


def _written(writer: PdfWriter) -> bytes:
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def encrypted_pdf(user: str = "secret", algorithm: str = "AES-256") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf())))
    writer.encrypt(user, owner_password="owner", algorithm=algorithm)
    return _written(writer)


def pdf_locked_by_certificate() -> bytes:
    lock = b"<< /Filter /Adobe.PubSec /V 4 >>"
    whole = assembled([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Kids [] >>", lock])
    return whole.replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 3 0 R")


def pdf_with_an_unreadable_page() -> bytes:
    """The second of three is packed in a way that nobody knows."""
    filters = pdf("one", "two", "three").split(b"/FlateDecode")
    return (
        filters[0]
        + b"/FlateDecode"
        + filters[1]
        + b"/MysteryCode"
        + b"/FlateDecode".join(filters[2:])
    )


def truncated_pdf() -> bytes:
    return pdf("one", "two", "three")[:-400]


def updated_pdf_cut_off() -> bytes:
    """Whole as it first was; what was added later has lost its end."""
    return pdf() + b"9 0 obj\n<< /Signed true >>\nendobj\n" + b"x" * 3000


def pdf_without_a_page_it_names() -> bytes:
    return assembled(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [7 0 R] /Count 1 >>"]
    )


def pdf_running_in_a_circle() -> bytes:
    return assembled(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] >>"]
    )


def deeply_nested_pdf() -> bytes:
    return assembled([b"<< /Type /Catalog /Pages 2 0 R /Deep " + b"[" * 50_000, b"null"])


def laborious_pdf() -> bytes:
    """Hundreds of pages, none where the cross-references say: each is looked for in 8 MB."""
    kids = " ".join(f"{number} 0 R" for number in range(4, 2004))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] >>".encode(),
        b"(" + b"1 " * 4_000_000 + b")",
        *[b"<< /Type /Page >>"] * 2000,
    ]
    return assembled(objects, shift=3)


def pdf_without_pages() -> bytes:
    return _written(PdfWriter())


def _pdf_with(catalogue: bytes, *more: bytes) -> bytes:
    whole = [
        b"<< /Type /Catalog /Pages 2 0 R %b >>" % catalogue,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R >>",
    ]
    return assembled([*whole, *more])


def pdf_with_script() -> bytes:
    tree = b"<< /Names [(hello) << /S /JavaScript /JS (app.alert(1)) >>] >>"
    return _pdf_with(b"/Names << /JavaScript 4 0 R >>", tree)


def pdf_with_launch() -> bytes:
    return _pdf_with(
        b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next 4 0 R >>", b"<< /S 5 0 R >>", b"/Launch"
    )


def pdf_with_script_on_closing() -> bytes:
    return _pdf_with(b"/AA << /WC 4 0 R >>", b"<< /S /J#61vaScript /JS (app.beep(0)) >>")


def pdf_with_script_on_its_page() -> bytes:
    whole = _pdf_with(b"")
    action = b"/AA << /O << /S /JavaScript /JS (1) >> >>"
    return whole.replace(b"/Type /Page /Parent", action + b" /Type /Page /Parent")


def pdf_opening_at_a_page() -> bytes:
    return _pdf_with(b"/OpenAction [3 0 R /Fit] /Names << /JavaScript << /Names [] >> >>")


# --- Office ---------------------------------------------------------------------------------
_TYPES = "application/vnd.openxmlformats-officedocument."
WORD, EXCEL = _TYPES + "wordprocessingml.document", _TYPES + "spreadsheetml.sheet"
PARTS = {WORD: "word/document.xml", EXCEL: "xl/workbook.xml"}


def content_types(*types: str) -> bytes:
    overrides = "".join(f'<Override PartName="/x" ContentType="{one}"/>' for one in types)
    head = '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.example/types">'
    return f"{head}{overrides}</Types>".encode()


def packed(parts: Iterable[tuple[str, bytes]]) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return file.getvalue()


def office(kind: str, *more: tuple[str, bytes]) -> bytes:
    main = (PARTS[kind], b"<document/>")
    types = ("[Content_Types].xml", content_types(kind + ".main+xml"))
    return packed([types, main, *more])


def docx() -> bytes:
    return office(WORD)


def xlsx() -> bytes:
    return office(EXCEL)


def docx_with_macros() -> bytes:
    return office(WORD, ("word/vbaProject.bin", b"macro"))


def xlsm() -> bytes:
    kind = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    return packed([("[Content_Types].xml", content_types(kind)), ("xl/workbook.xml", b"<x/>")])


def docx_bomb() -> bytes:
    return office(WORD, ("word/zeros.xml", bytes(12 * 1024 * 1024)))


def docx_bomb_of_a_small_ratio() -> bytes:
    block = bytes(index * index % 251 for index in range(2048)) + bytes(98_304)
    return office(WORD, ("word/media.bin", block * 2100))


def docx_bomb_that_lies() -> bytes:
    """Its table of contents says that 12 MB are one kilobyte."""
    size = 12 * 1024 * 1024
    return docx_bomb().replace(struct.pack("<L", size), struct.pack("<L", 1024))


def docx_of_many_parts() -> bytes:
    return office(WORD, *((f"word/{number}.xml", b"") for number in range(5_000)))


def docx_with_a_table_of_contents_too_long() -> bytes:
    names = ("x" * 60_000 + str(number) for number in range(40))
    return office(WORD, *((name, b"") for name in names))


def truncated_docx() -> bytes:
    return docx()[:-30]


def docx_with_a_wrong_checksum() -> bytes:
    whole = bytearray(docx())
    with ZipFile(BytesIO(whole)) as archive:
        place = archive.getinfo("word/document.xml").header_offset
    whole[place + 30 + len("word/document.xml") + 3] ^= 0xFF
    return bytes(whole)


def docx_with_two_lists_of_parts() -> bytes:
    return office(WORD, ("[content_types].XML", content_types(EXCEL + ".main+xml")))


def docx_with_broken_types() -> bytes:
    return packed([("[Content_Types].xml", b"<Types"), ("word/document.xml", b"<document/>")])


def pptx() -> bytes:
    kind = _TYPES + "presentationml.presentation.main+xml"
    return packed([("[Content_Types].xml", content_types(kind))])


def plain_zip() -> bytes:
    return packed([("plan.pdf", pdf())])


def ole(*streams: str) -> bytes:
    """A container as old Office programs wrote it, reduced to the names in it."""
    names = b"".join(stream.encode("utf-16-le").ljust(128, b"\0") for stream in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(65_500) + names


# --- pictures -------------------------------------------------------------------------------
def _chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">L", len(content))
        + name
        + content
        + struct.pack(">L", zlib.crc32(name + content))
    )


def png(width: int = 8, height: int = 8) -> bytes:
    """A grey picture; a large one declares its size and holds next to nothing."""
    head = _chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = zlib.compress(bytes((width + 1) * height) if height < 100 else b"")
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def animated_png() -> bytes:
    file = BytesIO()
    frames = [Image.new("L", (8, 8), shade) for shade in (0, 128, 255)]
    frames[0].save(file, "PNG", save_all=True, append_images=frames[1:])
    return file.getvalue()


def jpeg() -> bytes:
    """With a thumbnail's end marker before its data, as cameras write it."""
    file = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(file, "JPEG")
    thumbnail = b"\xff\xe7\x00\x06\xff\xd8\xff\xd9"
    filled = b"\xff\xff"
    return b"\xff\xd8" + thumbnail + filled + file.getvalue()[2:]


def truncated_png() -> bytes:
    return png()[:-20]


def png_with_a_wrong_checksum() -> bytes:
    return png().replace(b"IDAT", b"IDAT\x01")


def truncated_jpeg() -> bytes:
    return jpeg()[:-40]


def jpeg_that_never_ends() -> bytes:
    """Hundreds of thousands of empty segments, each a read or more."""
    return b"\xff\xd8" + b"\xff\xfe\x00\x02" * 300_000


# --- all of them ----------------------------------------------------------------------------
GOOD: list[tuple[Maker, str, str, int | None]] = [
    (pdf, "pdf", "application/pdf", 1),
    (lambda: pdf("one", "two", "three"), "pdf", "application/pdf", 3),
    (lambda: b"\xef\xbb\xbf" + pdf(), "pdf", "application/pdf", 1),
    (lambda: pdf() + bytes(4096), "pdf", "application/pdf", 1),
    (lambda: encrypted_pdf(""), "pdf", "application/pdf", 1),
    (lambda: encrypted_pdf("", "RC4-128"), "pdf", "application/pdf", 1),
    (pdf_opening_at_a_page, "pdf", "application/pdf", 1),
    (docx, "docx", WORD, None),
    (xlsx, "xlsx", EXCEL, None),
    (png, "png", "image/png", None),
    (animated_png, "png", "image/png", None),
    (jpeg, "jpeg", "image/jpeg", None),
]
BAD: list[tuple[str, str, Maker]] = [
    ("empty", "plan.pdf", lambda: b""),
    ("too_big", "plan.pdf", lambda: pdf() + bytes(MAX_BYTES)),
    ("wrong_type", "plan.pdf", lambda: b"MZ\x90\x00\x03" + bytes(500)),
    ("wrong_type", "plan.pdf", lambda: b"\x7fELF" + bytes(500)),
    ("wrong_type", "plan.pdf", lambda: b"#!/bin/sh\nrm -rf /\n# %PDF-1.7"),
    ("wrong_type", "plan.pdf", lambda: b"<html><script>%PDF-1.7</script></html>"),
    ("wrong_type", "logo.png", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ("wrong_type", "logo.png", lambda: b"GIF89a" + bytes(100)),
    ("wrong_type", "deck.pptx", pptx),
    ("wrong_type", "setup.msi", lambda: ole("Property", "File")),
    ("office_old", "plan.doc", lambda: ole("Root Entry", "WordDocument")),
    ("office_old", "plan.xls", lambda: ole("Root Entry", "Workbook")),
    ("office_password", "plan.docx", lambda: ole("EncryptionInfo", "EncryptedPackage")),
    ("office_macros", "plan.docx", docx_with_macros),
    ("office_macros", "plan.xlsx", xlsm),
    ("office_bomb", "plan.docx", docx_bomb),
    ("office_bomb", "plan.docx", docx_bomb_that_lies),
    ("office_bomb", "plan.docx", docx_bomb_of_a_small_ratio),
    ("office_bomb", "plan.docx", docx_of_many_parts),
    ("office_damaged", "plan.docx", docx_with_a_table_of_contents_too_long),
    ("office_damaged", "plan.docx", truncated_docx),
    ("office_damaged", "plan.docx", docx_with_a_wrong_checksum),
    ("office_damaged", "plan.docx", docx_with_two_lists_of_parts),
    ("office_damaged", "plan.docx", docx_with_broken_types),
    ("archive", "plan.docx", plain_zip),
    ("archive", "plan.docx", lambda: packed([])),
    ("pdf_password", "plan.pdf", encrypted_pdf),
    ("pdf_password", "plan.pdf", lambda: encrypted_pdf("secret", "RC4-128")),
    ("pdf_password", "plan.pdf", pdf_locked_by_certificate),
    ("pdf_damaged", "plan.pdf", truncated_pdf),
    ("pdf_damaged", "plan.pdf", updated_pdf_cut_off),
    ("pdf_damaged", "plan.pdf", pdf_without_a_page_it_names),
    ("pdf_damaged", "plan.pdf", pdf_running_in_a_circle),
    ("pdf_damaged", "plan.pdf", deeply_nested_pdf),
    ("pdf_no_pages", "plan.pdf", pdf_without_pages),
    ("pdf_scripts", "plan.pdf", pdf_with_script),
    ("pdf_scripts", "plan.pdf", pdf_with_launch),
    ("pdf_scripts", "plan.pdf", pdf_with_script_on_closing),
    ("pdf_scripts", "plan.pdf", pdf_with_script_on_its_page),
    ("image_damaged", "logo.png", truncated_png),
    ("image_damaged", "logo.png", lambda: png(0, 0)),
    ("image_damaged", "logo.png", png_with_a_wrong_checksum),
    ("image_damaged", "logo.jpg", truncated_jpeg),
    ("image_damaged", "logo.jpg", jpeg_that_never_ends),
    ("image_bomb", "logo.png", lambda: png(30_000, 30_000)),
    ("image_bomb", "logo.png", lambda: png(10_000, 6_000)),
]
