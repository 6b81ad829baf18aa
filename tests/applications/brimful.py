"""Answers to every question of a section, each as long as it may be, every table with all its
rows: to see that nothing is lost, cut or moved on the way to the page and back."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from applications.forms import QuestionForm, SectionForm
from applications.forms.fields import (
    CountField,
    EnterpriseNumberField,
    EurosField,
    LongTextField,
    NumberField,
    PercentField,
    QuarterField,
)
from tests.mirabelle import enterprise_number

EMOJI = "Rondes 🚲👩🏽‍⚕️ «à l’heure» – 25 % <b>&amp;</b>"
RTL = "عربي \u202bמעורב\u202c with English"
LEFT_OUT = {"not_registered", "register_error"}  # asked only in other cases than the common one

QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "neighbours",
        "kind": "text",
        "label": {"fr": "Voisins ?", "nl": "Buren?", "en": "Neighbours?"},
        "help": {},
        "required": True,
        "track": "",
    },
    {
        "id": "borough",
        "kind": "choice",
        "label": {"fr": "Rive ?", "nl": "Oever?", "en": "Bank?"},
        "help": {},
        "required": True,
        "track": "",
        "choices": [
            {"value": "c1", "label": {"fr": "Gauche", "nl": "Links", "en": "Left"}},
            {"value": "c2", "label": {"fr": "Droite", "nl": "Rechts", "en": "Right"}},
        ],
    },
    {
        "id": "beds",
        "kind": "number",
        "label": {"fr": "Lits ?", "nl": "Bedden?", "en": "Beds?"},
        "help": {},
        "required": False,
        "track": "ehealth",
    },
    {
        "id": "plan",
        "kind": "file",
        "label": {"fr": "Plan", "nl": "Plan", "en": "Plan"},
        "help": {},
        "required": True,
        "track": "",
    },
]  # what a call may add, one of each kind


def answers(form: type[SectionForm]) -> dict[str, Any]:
    """Python values for everything that the section's page asks."""
    tables = {
        table.name: [_row(table.row, number) for number in range(table.most)]
        for table in form.tables
    }
    return _row(form, 7) | tables


def _row(form: type[QuestionForm], number: int) -> dict[str, Any]:
    asked = {name: field for name, field in form.base_fields.items() if name not in LEFT_OUT}
    return {name: _value(name, field, number) for name, field in asked.items()}


def _value(name: str, field: forms.Field, number: int) -> Any:
    if isinstance(field, forms.MultipleChoiceField):
        return [value for value, _label in field.choices]
    if isinstance(field, forms.ChoiceField):
        offered = [value for value, _label in field.choices if value]
        return "enterprise" if name == "kind" else offered[number % len(offered)]
    if isinstance(field, forms.BooleanField):
        return True
    if isinstance(field, forms.DateField):
        return date(2024, 2, 29 - number % 28)
    if isinstance(field, CountField):
        return field.max_value or 1_000 + number
    if isinstance(field, NumberField):
        return _figure(field, number)
    return _words(field, number)


def _figure(field: NumberField, number: int) -> Decimal:
    if isinstance(field, PercentField):
        return Decimal("3.25")
    if isinstance(field, EurosField):
        return (-1 if field.min_value is None else 1) * (Decimal("1234567.80") + number)
    return Decimal("1234.25") + number


def _words(field: forms.Field, number: int) -> str:
    if isinstance(field, EnterpriseNumberField):
        return enterprise_number()
    if isinstance(field, QuarterField):
        return f"{2027 + number // 4}-Q{number % 4 + 1}"
    assert isinstance(field, forms.CharField)
    end = "\n\n  " if isinstance(field, LongTextField) else " "
    length = field.max_length or 10_000
    text = f"{number} {EMOJI} {RTL}{end}" * (length // 60 + 1)
    return f"{text[: length - 1]}."
