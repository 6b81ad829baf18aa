from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    """The folder in which a test keeps its documents and papers: its own."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path
