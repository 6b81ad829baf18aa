"""A document is what its content says, and whoever hands in a bad one hears what is wrong."""

from functools import partial
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from applications import inspecting
from applications.extracting import outline_of
from applications.inspecting import MAX_BYTES, SENTENCES, BadDocument, Inspected, sanitised
from tests.applications import bad_files
from tests.applications.bad_files import BAD, GOOD, Maker


def inspect(content: bytes, name: str = "plan.pdf") -> Inspected:
    return inspecting.inspect(BytesIO(content), name, size=len(content))


def refusal(content: bytes, name: str = "plan.pdf") -> BadDocument:
    with pytest.raises(BadDocument) as refused:
        inspect(content, name)
    return refused.value


@pytest.mark.parametrize(("make", "kind", "media_type", "pages"), GOOD)
def test_a_good_document_is_what_it_is(
    make: Maker, kind: str, media_type: str, pages: int | None
) -> None:
    found = inspect(make())
    assert (found.kind, found.media_type, found.pages) == (kind, media_type, pages)


@pytest.mark.parametrize(("code", "name", "make"), BAD)
def test_a_bad_document_is_refused_with_its_own_sentence(code: str, name: str, make: Maker) -> None:
    refused = refusal(make(), name)
    assert refused.code == code
    assert str(refused) == str(SENTENCES[code])


def test_each_cause_has_a_sentence_of_its_own_and_a_file_that_shows_it() -> None:
    assert len({str(sentence) for sentence in SENTENCES.values()}) == len(SENTENCES)
    assert {code for code, _name, _make in BAD} | {"pdf_complex"} == set(SENTENCES)


def test_a_pdf_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inspecting, "outline_of", partial(outline_of, seconds=1))
    assert refusal(bad_files.laborious_pdf()).code == "pdf_complex"


def test_the_extension_is_that_of_the_content() -> None:
    assert inspect(bad_files.png(), "x.pdf").name == "x.png"


def test_the_file_is_left_at_its_beginning() -> None:
    for content in (bad_files.pdf(), bad_files.docx(), bad_files.png()):
        file = SimpleUploadedFile("plan", content)
        inspecting.inspect(file, "plan", size=len(content))
        assert file.read() == content


def test_a_document_may_be_as_large_as_the_limit() -> None:
    filled = bad_files.jpeg().ljust(MAX_BYTES, b"\0")
    assert inspect(filled).kind == "jpeg"
    assert refusal(filled + b"\n").code == "too_big"


def test_a_document_that_was_dropped_while_it_came_in_is_too_big() -> None:
    with pytest.raises(BadDocument) as refused:
        inspecting.inspect(BytesIO(b""), "plan.pdf", size=MAX_BYTES + 1)
    assert refused.value.code == "too_big"


@pytest.mark.parametrize(
    ("given", "kind", "clean"),
    [
        ("Plan financier 2026.pdf", "pdf", "Plan financier 2026.pdf"),
        ("plan.v2.pdf", "pdf", "plan.v2.pdf"),
        ("PLAN.PDF", "pdf", "PLAN.pdf"),
        ("photo.jpg", "jpeg", "photo.jpg"),
        ("photo.JPEG", "jpeg", "photo.jpeg"),
        ("photo.png", "jpeg", "photo.jpg"),
        ("invoice.pdf.exe", "pdf", "invoice.pdf"),
        ("plan.pdf.pdf", "pdf", "plan.pdf"),
        ("jaarplan 2.0", "pdf", "jaarplan 2.0.pdf"),
        ("../../etc/passwd", "pdf", "passwd.pdf"),
        ("C:\\Users\\me\\plan.docx", "docx", "plan.docx"),
        (".htaccess.pdf", "pdf", "htaccess.pdf"),
        ("...pdf", "pdf", "document.pdf"),
        ("..", "pdf", "document.pdf"),
        ("", "xlsx", "document.xlsx"),
        ("plan.pdf. ", "pdf", "plan.pdf"),
        ("  my \t plan\n.pdf", "pdf", "my plan.pdf"),
        ("a\x00b\x07c\x7f.pdf", "pdf", "abc.pdf"),
        ("plan\u202efdp.exe", "pdf", "planfdp.pdf"),
        ("\u2066\u200bplan\u2069\ufeff.pdf", "pdf", "plan.pdf"),
        ("re\u0301sume\u0301.pdf", "pdf", "r\u00e9sum\u00e9.pdf"),
        ("half\ud800.pdf", "pdf", "half.pdf"),
    ],
)
def test_a_name_is_cleaned(given: str, kind: str, clean: str) -> None:
    assert sanitised(given, kind) == clean
    assert sanitised(clean, kind) == clean


def test_a_long_name_keeps_its_extension() -> None:
    assert sanitised("é" * 300 + ".xlsx", "xlsx") == "é" * 95 + ".xlsx"
