"""What the documents point at is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.ROOT)
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\[([^\]]*)\]\(([^)#\s]+)(?:#L(\d+))?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(document: Path) -> None:
    text = document.read_text("utf-8")
    targets = {target for _words, target, _line in LINK.findall(text) if "://" not in target}
    assert [one for one in targets if not (document.parent / one).exists()] == []


def test_links_into_the_code_lead_to_the_line_they_name() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    wrong = []
    for words, target, line in LINK.findall(text):
        if line:
            found = (ROOT / target).read_text("utf-8").splitlines()[int(line) - 1]
            name = words.strip("`") if words.startswith("`") else "def test_"
            if name not in found:
                wrong.append(f"{words}: {target}#L{line} is {found.strip()!r}")
    assert wrong == []
