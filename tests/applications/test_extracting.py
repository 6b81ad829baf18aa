"""The text of a PDF is read in a child process, which is stopped when it asks for too much."""

import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from applications import extracting
from applications.extracting import MAX_CHARACTERS, Extracted, ExtractionFailed, text_of
from tests.applications import bad_files

Keep = Callable[[bytes], Path]


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Puts a PDF on disk, and says where."""

    def kept(content: bytes) -> Path:
        path = tmp_path / "plan.pdf"
        path.write_bytes(content)
        return path

    return kept


def shown(text: str, times: int) -> bytes:
    return b"BT /F1 1 Tf " + f"0 -1 Td ({text}) Tj ".encode() * times + b"ET"


def test_the_text_of_all_pages_is_read(keep: Keep) -> None:
    found = text_of(keep(bad_files.pdf("Our plan", "Our team")))
    assert found == Extracted(text="Our plan\nOur team", pages=2, complete=True)


def test_a_pdf_that_opens_without_its_password_is_read(keep: Keep) -> None:
    assert text_of(keep(bad_files.encrypted_pdf(""))).text == "Plan"


def test_a_picture_has_no_text(keep: Keep) -> None:
    found = text_of(keep(bad_files.pdf_of([b""])))
    assert found == Extracted(text="", pages=1, complete=True)


def test_long_text_is_cut_short_and_says_so(keep: Keep) -> None:
    found = text_of(keep(bad_files.pdf_of([shown("x" * 1000, 150)] * 3)))
    assert len(found.text) == MAX_CHARACTERS
    assert (found.pages, found.complete) == (3, False)


def test_a_page_that_cannot_be_read_leaves_the_others(keep: Keep) -> None:
    found = text_of(keep(bad_files.pdf_with_an_unreadable_page()))
    assert found == Extracted(text="one\nthree", pages=3, complete=False)


def test_the_child_gets_nothing_of_the_portals_environment(
    keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}
    run = subprocess.run

    def watched(*args: Any, **more: Any) -> Any:
        given.update(more)
        return run(*args, **more)

    monkeypatch.setenv("SECRET_KEY", "a secret")
    monkeypatch.setattr(subprocess, "run", watched)
    assert text_of(keep(bad_files.pdf())).complete
    assert "SECRET_KEY" not in given["env"]


def test_a_child_that_cannot_even_start_is_no_fault_of_the_document(
    keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extracting, "__file__", "/nonexistent.py")
    with pytest.raises(subprocess.CalledProcessError):
        text_of(keep(bad_files.pdf()))


def test_what_is_read_when_time_runs_out_is_kept() -> None:
    reader = PdfReader(BytesIO(bad_files.pdf("one", "two")))
    assert extracting.read_text(reader, until=0) == {"text": "", "pages": 2, "complete": False}


def test_text_holds_nothing_that_a_database_refuses() -> None:
    assert extracting._storable("a\x00b\ud800c\td\xa0e\u202ef\n") == "ab?c d ef\n"


@pytest.mark.parametrize(
    "make",
    [bad_files.truncated_pdf, bad_files.encrypted_pdf, bad_files.png],
    ids=lambda make: make.__name__,
)
def test_a_pdf_that_cannot_be_opened_is_damaged(keep: Keep, make: Callable[[], bytes]) -> None:
    assert failure(keep(make())).reason == "damaged"


def test_reading_that_takes_too_long_is_stopped(keep: Keep) -> None:
    path = keep(bad_files.pdf_of([shown("word", 300_000)]))
    assert failure(path, seconds=1).reason == "time"


def test_reading_that_takes_too_much_memory_is_stopped(keep: Keep) -> None:
    path = keep(bad_files.pdf_of([b" " * 70_000_000]))
    assert failure(path, megabytes=120).reason == "memory"


def failure(path: Path, *, seconds: int = 8, megabytes: int = 512) -> ExtractionFailed:
    with pytest.raises(ExtractionFailed) as failed:
        text_of(path, seconds=seconds, megabytes=megabytes)
    return failed.value
