"""What a draft still lacks, judged only when it is handed in; and the content that is frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from brustart.fund.models import NumberNeeded

from .forms import SectionForm, outline, questions
from .forms.enterprise import StartupForm
from .models import Application, Document, Section

NUMBER = "id_enterprise_number"
NEEDED_DOCUMENTS = (Document.Kind.DECK, Document.Kind.FINANCIAL_PLAN)  # [P]


@dataclass(frozen=True)
class Missing:
    """One answer that keeps the file from being submitted; `anchor`: where on its page."""

    section: str
    anchor: str
    label: str
    message: str


def asked(application: Application) -> list[questions.Question]:
    """The call's own questions, as published when the draft began."""
    version = application.form_version
    return questions.asked(version.questions if version else [], application.track)


def sections_of(application: Application) -> dict[str, type[SectionForm]]:
    """The sections of this file, in order."""
    return outline(application.track, asked(application))


def stored(application: Application) -> dict[str, Section]:
    """Each section of the file as it is kept now."""
    kept = {section.name: section for section in application.sections.all()}
    return {key: kept.get(key, Section(name=key)) for key in sections_of(application)}


def strict_form(form: type[SectionForm], section: Section) -> SectionForm:
    """The section's form, filled and judged as at submission."""
    return form(form.data_for(section.answers, section.unread), strict=True)


def missing(application: Application) -> list[Missing]:
    """Every gap in every section, in the order of the form."""
    kept, documents = stored(application), current_documents(application)
    gaps = []
    for key, form in sections_of(application).items():
        gaps += section_gaps(application, form, kept[key], documents)
    return gaps


def section_gaps(
    application: Application,
    form: type[SectionForm],
    section: Section,
    documents: list[Document],
) -> list[Missing]:
    """The gaps of one section."""
    if form.key == "documents":
        return missing_documents(application, documents)
    filled = strict_form(form, section)
    gaps = [
        Missing(form.key, _place(filled, one.anchor), one.label, one.message)
        for one in filled.problems()
    ]
    if section.unread and not gaps:  # it can be read today, or in this language, and is not saved
        text = _("Something here was not saved as an answer. Look at it, and save again.")
        gaps.append(Missing(form.key, "main", str(form.heading), text))
    return [*_missing_number(application, filled), *gaps]


def _place(form: SectionForm, anchor: str) -> str:
    """Until the number is known the startup's page asks nothing else."""
    waits = isinstance(form, StartupForm) and not form.number and not form.not_yet
    return NUMBER if waits else anchor


def _missing_number(application: Application, form: SectionForm) -> list[Missing]:
    """A team may be unregistered where the call needs the number only before an award."""
    needed_now = application.call.number_needed == NumberNeeded.SUBMISSION
    if not (isinstance(form, StartupForm) and form.not_yet and needed_now):
        return []
    text = _("This call needs your enterprise number when you submit.")
    return [Missing(form.key, NUMBER, str(form["enterprise_number"].label), text)]


def current_documents(application: Application) -> list[Document]:
    return list(application.documents.filter(removed_at=None).order_by("pk"))


def missing_documents(application: Application, documents: list[Document]) -> list[Missing]:
    """Kinds of document that are needed and not there."""
    kinds = {one.kind for one in documents}
    answered = {one.question for one in documents}
    needed = [*NEEDED_DOCUMENTS, *([Document.Kind.SCAN] if application.on_paper else [])]
    labels = [(f"upload-{kind}", str(kind.label)) for kind in needed if kind not in kinds]
    for question in questions.wanted_documents(asked(application)):
        if question.get("required") and question["id"] not in answered:
            labels.append((f"upload-{question['id']}", questions.said(question["label"])))
    return [Missing("documents", anchor, label, _("Not there yet.")) for anchor, label in labels]


def content(application: Application, *, now: datetime) -> dict[str, Any]:
    """What the receipt's hash is over: every answer and document, and which form they answer."""
    version = application.form_version
    return {
        "schema": 2,
        "reference": application.reference,
        "call": application.call.code,
        "language": application.language,
        "submitted_at": now.isoformat(),
        "form_version": version.number if version else 0,
        "questions": asked(application),
        "sections": {key: section.answers for key, section in stored(application).items()},
        "documents": [_document(one) for one in current_documents(application)],
    }


def _document(document: Document) -> Mapping[str, Any]:
    names = ("kind", "question", "name", "type", "size", "sha256")
    return {"id": document.pk, **{name: getattr(document, name) for name in names}}
