"""A submitted file as people read it: the questions of the form with the frozen answers."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from brustart.core.money import euros
from brustart.core.templatetags.portal import day, number

from .fields import EnterpriseNumberField, EurosField
from .forms import SECTIONS, SectionForm
from .models import Submission


@dataclass(frozen=True)
class Row:
    """One question and its answer, for components/summary_list.html."""

    term: str
    value: str


def answers_for_reading(submission: Submission) -> list[tuple[Promise | str, list[Row]]]:
    """Each section's heading with its rows, in the order of the form and the reader's language."""
    return [
        (form.heading, rows(form, form.values(submission.answers(key))))
        for key, form in SECTIONS.items()
    ]


def rows(form: type[SectionForm], answers: dict[str, Any]) -> list[Row]:
    """Every question of a section with its answer, given as Python values."""
    fields = form.base_fields
    return [
        Row(str(fields[name].label), _shown(fields[name], answers.get(name)))
        for name in form.question_names()
    ]


def changed_rows(form: SectionForm, saved: dict[str, Any]) -> list[dict[str, str]]:
    """What is saved where the form now says something else, each with the way to its field."""
    typed = form.answers()
    shown = zip(form.question_names(), rows(type(form), form.values(saved)), strict=True)
    return [
        {"term": row.term, "value": row.value, "change_url": f"#{anchor(form, name)}"}
        for name, row in shown
        if saved.get(name) != typed.get(name)
    ]


def anchor(form: SectionForm, name: str) -> str:
    """The id of a question's field; of its first option where there are several."""
    bound = form[name]
    return bound.id_for_label or f"{bound.auto_id}_0"


def _shown(field: forms.Field, value: Any) -> str:
    if value in (None, "", []):
        return _("Not answered")
    if isinstance(field, forms.ChoiceField):
        return _chosen(field, value)
    if isinstance(field, EurosField):
        return euros(value)
    if isinstance(field, forms.DecimalField | forms.IntegerField):
        return number(value)
    if isinstance(field, forms.DateField):
        return day(value)
    return str(field.prepare_value(value) if isinstance(field, EnterpriseNumberField) else value)


def _chosen(field: forms.ChoiceField, value: Any) -> str:
    """The labels of what was chosen; a choice the form no longer offers stays as it was stored."""
    offered: Any = field.choices
    labels = {str(key): str(label) for key, label in offered}
    chosen = value if isinstance(value, list) else [value]
    return "; ".join(labels.get(str(one), str(one)) for one in chosen)
