"""What a draft still lacks, judged only when it is handed in; and the content that is frozen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import BoundField

from .forms import SECTIONS, SectionForm
from .models import Application


@dataclass(frozen=True)
class Missing:
    """One answer that keeps the file from being submitted."""

    section: str
    field: str
    label: str
    message: str


def stored(application: Application) -> dict[str, dict[str, Any]]:
    """The saved answers of each section."""
    saved = {section.name: section.answers for section in application.sections.all()}
    return {key: saved.get(key, {}) for key in SECTIONS}


def strict_form(key: str, answers: dict[str, Any]) -> SectionForm:
    """The section's form, filled and judged as at submission."""
    return SECTIONS[key](SECTIONS[key].values(answers), draft=False)


def missing(application: Application) -> list[Missing]:
    """Every gap in every section, in the order of the form."""
    gaps = []
    for key, answers in stored(application).items():
        form = strict_form(key, answers)
        for field, errors in form.errors.items():
            bound: BoundField = form[field]
            gaps.append(Missing(key, field, str(bound.label), str(errors[0])))
    return gaps


def content(application: Application, *, now: datetime) -> dict[str, Any]:
    """What the receipt's hash is over: every answer as saved, and which form they answer."""
    return {
        "schema": 1,
        "reference": application.reference,
        "call": application.call.code,
        "language": application.language,
        "submitted_at": now.isoformat(),
        "sections": stored(application),
    }
