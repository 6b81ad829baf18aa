"""Pages of a PDF as pictures, drawn by a child process: readers see them on any device, and nothing
of the document itself reaches their browser.

The child runs this file by its path, without Django and without the portal's environment.
"""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import Document

WIDTH = 1240  # pixels: A4 at 150 dots an inch
MOST_HIGH = 6 * WIDTH
SECONDS, MEGABYTES = 10, 1024
KEPT = ("LD_LIBRARY_PATH", "TMPDIR")
MEDIA_TYPE = "image/webp"


class CannotDraw(Exception):
    """There is no such page, or the document cannot be drawn."""


def page(document: "Document", number: int) -> bytes:
    """One page (from 1) as WebP, drawn once and kept beside the document's bytes. Raises
    CannotDraw."""
    from django.core.files.storage import default_storage

    from brustart.core.storing import store

    from .uploading import copied

    if document.type != "pdf" or not 1 <= number <= (document.pages or 0):
        raise CannotDraw
    name = f"pages/{document.sha256[:2]}/{document.sha256}/{number}.webp"
    if default_storage.exists(name):
        with default_storage.open(name) as kept:
            return bytes(kept.read())
    with copied(document) as path:
        drawn = _ask(path, number)
    store(io.BytesIO(drawn), name)
    return drawn


def _ask(path: Path, number: int) -> bytes:
    command = [sys.executable, "-I", __file__, str(path), str(number)]
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    try:
        child = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, env=kept, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        raise CannotDraw from None
    if child.returncode or not child.stdout:
        raise CannotDraw
    return child.stdout


# --- from here on in the child --------------------------------------------------------------
def main(path: str, number: str) -> None:
    """Write the page's picture to standard output."""
    import resource

    import pypdfium2

    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES * 1024**2, MEGABYTES * 1024**2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    one = pypdfium2.PdfDocument(path)[int(number) - 1]
    wide, high = one.get_size()
    scale = min(WIDTH / wide, MOST_HIGH / high)
    picture = io.BytesIO()
    one.render(scale=scale).to_pil().convert("RGB").save(picture, "WEBP", quality=80)
    sys.stdout.buffer.write(picture.getvalue())


if __name__ == "__main__":
    main(*sys.argv[1:])
