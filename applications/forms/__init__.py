"""The form of an application: its sections in order, by track and by the call's questions."""

from collections.abc import Iterable

from . import questions
from .ehealth import EhealthForm
from .enterprise import AidForm, OwnershipForm, SizeForm, StartupForm
from .money import BudgetForm
from .project import DeclarationsForm, DocumentsForm, ProjectForm, TeamForm, WorkPlanForm
from .section import Problem, QuestionForm, RowForm, SectionForm, Table, anchor, values

SECTIONS: dict[str, type[SectionForm]] = {
    form.key: form
    for form in (
        StartupForm,
        ProjectForm,
        EhealthForm,
        TeamForm,
        WorkPlanForm,
        BudgetForm,
        SizeForm,
        OwnershipForm,
        AidForm,
        DocumentsForm,
        DeclarationsForm,
    )
}


def outline(track: str, asked: Iterable[questions.Question] = ()) -> dict[str, type[SectionForm]]:
    """The sections of a file of this track, with the call's own questions before the last two."""
    sections = {
        key: form for key, form in SECTIONS.items() if key != "ehealth" or track == "ehealth"
    }
    if extra := questions.form_of(questions.asked(asked, track)):
        last = {key: sections.pop(key) for key in ("documents", "declarations")}
        sections |= {extra.key: extra, **last}
    return sections


__all__ = [
    "SECTIONS",
    "Problem",
    "QuestionForm",
    "RowForm",
    "SectionForm",
    "Table",
    "anchor",
    "outline",
    "questions",
    "values",
]
