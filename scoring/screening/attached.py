"""The documents of a submission, and those that it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from applications.completeness import NEEDED_DOCUMENTS
from applications.forms import questions
from applications.models import Application, Document

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Attached:
    """A document as handed in: its kind, whether its text could be read, its pages."""

    kind: str
    name: str = ""
    type: str = "pdf"
    question: str = ""  # of the call, which it answers
    reading: str = ""
    pages: int | None = None

    @property
    def answers(self) -> str:
        """What it is there for: its kind, or the question of the call."""
        return self.question or self.kind


def attached(content: Content) -> tuple[Attached, ...]:
    """The documents of a submission's content, with what the worker made of them."""
    listed = content.get("documents", [])
    read = Document.objects.order_by().only("reading", "pages")  # not their whole text
    rows = read.in_bulk([one["id"] for one in listed])
    return tuple(_one(one, rows[one["id"]]) for one in listed)


def _one(listed: Content, row: Document) -> Attached:
    names = ("kind", "question", "name", "type")
    told = {name: listed.get(name, "") for name in names}
    return Attached(**told, reading=row.reading, pages=row.pages)


def needed(application: Application, content: Content) -> tuple[str, ...]:
    """Kinds of document, and questions of the call that a document must answer."""
    asked = questions.wanted_documents(content.get("questions", []))
    scan = [Document.Kind.SCAN] if application.on_paper else []
    required = [one["id"] for one in asked if one.get("required")]
    return (*map(str, [*NEEDED_DOCUMENTS, *scan]), *required)
