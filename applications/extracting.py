"""What a PDF holds, read by a child process: one that is slow, greedy or broken harms nobody.

The child runs this file by its path, without Django and without the portal's environment.
"""

import json
import logging
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdf import PdfReader

MAX_CHARACTERS = 200_000
MAX_NODES = 50_000  # of a page tree, or actions: more are a circle
SHARE_OF_TIME = 0.75  # after which the child reads no further page
TAIL = 64 * 1024
KEPT = ("LD_LIBRARY_PATH", "TMPDIR")


class ExtractionFailed(Exception):
    """The PDF could not be read. `reason` is "time", "memory" or "damaged"."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Extracted:
    """The text of a PDF; not `complete` if it was cut short or a page could not be read."""

    text: str
    pages: int
    complete: bool


@dataclass(frozen=True)
class Outline:
    """What a PDF is, without its text. Behind a password nothing else is known."""

    pages: int = 0
    password: bool = False
    scripts: bool = False  # it runs JavaScript or starts a program by itself


def text_of(path: Path, *, seconds: int = 8, megabytes: int = 512) -> Extracted:
    """The text of a PDF, within so much time and memory. Raises ExtractionFailed."""
    return Extracted(**_ask("text", path, seconds, megabytes))


def outline_of(file: IO[bytes], *, seconds: int = 10, megabytes: int = 256) -> Outline:
    """Pages, password and scripts of a PDF, read from a copy. Raises ExtractionFailed."""
    with NamedTemporaryFile() as copy:
        file.seek(0)
        shutil.copyfileobj(file, copy)
        copy.flush()
        return Outline(**_ask("outline", Path(copy.name), seconds, megabytes))


def _ask(what: str, path: Path, seconds: int, megabytes: int) -> dict[str, Any]:
    command = [sys.executable, "-I", __file__, what, str(path), str(seconds), str(megabytes)]
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    try:
        child = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, env=kept, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        raise ExtractionFailed("time") from None
    if child.returncode < 0:
        raise ExtractionFailed(_ENDINGS.get(-child.returncode, "damaged"))
    child.check_returncode()
    answer: dict[str, Any] = json.loads(child.stdout)
    if "failed" in answer:
        raise ExtractionFailed(answer["failed"])
    return answer


_ENDINGS: dict[int, str] = {signal.SIGXCPU: "time", signal.SIGKILL: "memory"}


# --- from here on in the child --------------------------------------------------------------
def main(what: str, path: str, seconds: str, megabytes: str) -> None:
    """Answer as JSON on standard output."""
    until = time.monotonic() + int(seconds) * SHARE_OF_TIME
    logging.disable()  # pypdf warns of each repair
    from pypdf import PdfReader

    _limit(int(seconds), int(megabytes) * 1024 * 1024)
    try:
        with open(path, "rb") as file:
            answer = read_outline(file) if what == "outline" else read_text(PdfReader(file), until)
    except MemoryError:
        answer = {"failed": "memory"}
    except Exception:  # a broken file can make pypdf raise anything
        answer = {"failed": "damaged"}
    sys.stdout.write(json.dumps(answer))


def _limit(seconds: int, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_text(reader: "PdfReader", until: float) -> dict[str, Any]:
    """The pages' text, until so much is read or the clock has passed `until`."""
    pieces, length, complete = [], 0, True
    for page in reader.pages:
        if length > MAX_CHARACTERS or time.monotonic() > until:
            complete = False
            break
        try:
            pieces.append(_storable(page.extract_text()))
        except MemoryError:
            raise
        except Exception:  # the other pages may still be readable
            complete = False
            continue
        length += len(pieces[-1]) + 1
    whole = "\n".join(pieces)
    complete = complete and len(whole) <= MAX_CHARACTERS
    return {"text": whole[:MAX_CHARACTERS], "pages": len(reader.pages), "complete": complete}


def _storable(found: str) -> str:
    """Without what a database or a page refuses: halves of characters, invisible codes."""
    whole = found.encode("utf-8", "replace").decode()
    plain = (" " if one.isspace() and one != "\n" else one for one in whole)
    return "".join(one for one in plain if one.isprintable() or one == "\n")


def read_outline(file: IO[bytes]) -> dict[str, Any]:
    """Password, pages and scripts, from the trailer, the catalogue and the page tree alone."""
    from pypdf import PasswordType, PdfReader

    if not _has_its_end(file):
        return {"failed": "damaged"}
    try:
        reader = PdfReader(file, strict=False)
        closed = reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED
    except NotImplementedError:  # locked in a way that needs more than a password
        return {"password": True}
    if closed:
        return {"password": True}
    pages = list(_pages(reader))
    return {"pages": len(pages), "scripts": _runs_by_itself(reader.root_object, pages)}


def _has_its_end(file: IO[bytes]) -> bool:
    """Whether the marker of the end is where Acrobat wants it: in the last 1,024 bytes."""
    file.seek(-min(TAIL, file.seek(0, os.SEEK_END)), os.SEEK_END)
    return b"%%EOF" in file.read().rstrip(b"\0\t\n\r ")[-1024:]


def _pages(reader: "PdfReader") -> Iterator[Any]:
    """The leaves of the page tree. Raises TypeError or ValueError if a branch is missing or it
    runs in a circle."""
    waiting = [reader.root_object["/Pages"]]
    for _visit in range(MAX_NODES):
        if not waiting:
            return
        node = waiting.pop().get_object()
        if not isinstance(node, dict):
            raise TypeError("a branch of the page tree is missing")
        if "/Kids" in node:
            waiting.extend(node["/Kids"])
        elif node.get("/Type") != "/Pages":
            yield node
    raise ValueError("the page tree has no end")


def _runs_by_itself(root: Any, pages: list[Any]) -> bool:
    """Whether JavaScript or a program starts when the document or a page is opened."""
    tree = _inside(_inside(root, "/Names"), "/JavaScript")
    if any(key in tree and tree[key] for key in ("/Names", "/Kids")):
        return True
    waiting = [root.get("/OpenAction")]
    for one in (root, *pages):
        waiting.extend(_inside(one, "/AA").values())
    return any(
        "/JS" in action or ("/S" in action and action["/S"] in ("/JavaScript", "/Launch"))
        for action in _actions(waiting)
    )


def _inside(outer: Any, key: str) -> Any:
    """The dictionary under a key; an empty one if there is none."""
    entry = outer.get(key)
    inner = None if entry is None else entry.get_object()
    return inner if isinstance(inner, dict) else {}


def _actions(waiting: list[Any]) -> Iterator[Any]:
    """These actions and those that follow them. Raises ValueError for a circle."""
    for _visit in range(MAX_NODES):
        if not waiting:
            return
        entry = waiting.pop()
        action = entry.get_object() if entry is not None else None
        if isinstance(action, list):
            waiting.extend(action)
        elif isinstance(action, dict):
            yield action
            waiting.append(action.get("/Next"))
    raise ValueError("the actions have no end")


if __name__ == "__main__":
    main(*sys.argv[1:])
