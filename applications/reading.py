"""A file as people read it: the questions of the form with the answers, and what changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from brustart.core import dates
from brustart.core.money import euros, number

from .forms import QuestionForm, SectionForm, Table, anchor, outline, values
from .forms.fields import EnterpriseNumberField, EurosField, QuarterField, quarter
from .models import Section, Submission


@dataclass(frozen=True)
class Row:
    """One question and its answer, for components/summary_list.html."""

    name: str
    term: str
    value: str
    is_missed: bool  # when it is not answered


@dataclass(frozen=True)
class Grid:
    """The rows of one table of the form; `numeric`: which columns hold figures."""

    name: str
    heading: str
    head: list[str]
    rows: list[list[str]]
    numeric: frozenset[int]

    @property
    def cells(self) -> list[list[tuple[str, str, bool]]]:
        """Each row as (head, text, is a figure)."""
        return [
            [(self.head[at], text, at in self.numeric) for at, text in enumerate(row)]
            for row in self.rows
        ]


@dataclass(frozen=True)
class Reading:
    """One section with its answers."""

    key: str
    heading: str
    rows: list[Row]
    grids: list[Grid]


@dataclass(frozen=True)
class Change:
    """One answer before and after."""

    heading: str
    term: str
    before: str
    after: str


def forms_of(submission: Submission) -> dict[str, type[SectionForm]]:
    """The form that the submission answers."""
    track = submission.answers("project").get("track", "")
    return outline(track, submission.content.get("questions", []))


def answers_for_reading(submission: Submission) -> list[Reading]:
    """Every section that has questions, in the order of the form and the reader's language."""
    found = [read(form, submission.answers(key)) for key, form in forms_of(submission).items()]
    return [one for one in found if one.rows or one.grids]


def read(form: type[SectionForm], answers: Mapping[str, Any]) -> Reading:
    asked = [row for row in rows(form, answers) if row.name in answers or row.is_missed]
    return Reading(
        form.key,
        str(form.heading),
        asked,
        [grid(table, answers.get(table.name, [])) for table in form.tables],
    )


def rows(form: type[QuestionForm], answers: Mapping[str, Any]) -> list[Row]:
    """Every question with its answer, given as stored."""
    known = values(form, answers)
    return [
        Row(name, str(field.label), shown(field, known.get(name)), not form.may_stay_open(name))
        for name, field in form.base_fields.items()
    ]


def grid(table: Table, stored: list[dict[str, Any]]) -> Grid:
    fields = table.row().fields  # in the order of the page
    known = [values(table.row, row) for row in stored]
    return Grid(
        table.name,
        str(table.heading),
        [str(field.label) for field in fields.values()],
        [
            [shown(field, row.get(name), empty="–") for name, field in fields.items()]
            for row in known
        ],
        frozenset(
            at
            for at, field in enumerate(fields.values())
            if isinstance(field, forms.IntegerField | forms.DecimalField)
        ),
    )


def differences(
    form: type[SectionForm], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Change]:
    """What differs between two sets of stored answers, in words."""
    return [
        Change(str(form.heading), term, old, new)
        for (term, old), (_term, new) in zip(_said(form, before), _said(form, after), strict=True)
        if old != new
    ]


def _said(form: type[SectionForm], answers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from ((row.term, row.value) for row in rows(form, answers))
    for one in read(form, answers).grids:
        lines = [", ".join(text for text in row if text != "–") for row in one.rows]
        yield one.heading, "\n".join(lines) or _("Not answered")


def changes_between(before: Submission, after: Submission) -> list[Change]:
    """What an answered request for information changed, documents included."""
    changed = [
        change
        for key, form in forms_of(after).items()
        for change in differences(form, before.answers(key), after.answers(key))
    ]
    old, new = ("\n".join(_documents(submission)) for submission in (before, after))
    if old != new:
        changed.append(Change(_("Documents"), _("Documents"), old, new))
    return changed


def _documents(submission: Submission) -> Iterator[str]:
    """Each document's name, with what tells another one of the same name apart."""
    for one in submission.content.get("documents", []):
        yield f"{one['name']} (SHA-256 {one['sha256'][:8]})"


def changed_rows(form: SectionForm, saved: Section) -> list[dict[str, str]]:
    """What is saved where the form now says something else, each with the way to its field."""
    hidden = {name: saved.answers[name] for name in saved.answers if name not in form.fields}
    tables = {table.name for table in form.tables}
    kept = {name: answer for name, answer in hidden.items() if name not in tables}
    return [
        {"term": change.term, "value": change.before, "change_url": _way(form, change.term)}
        for change in differences(type(form), saved.answers, kept | form.answers())
    ]


def _way(form: SectionForm, term: str) -> str:
    """The place of a question, found by its words, on its page."""
    for table in form.tables:
        if str(table.heading) == term:
            return f"#table-{table.name}"
    named = [name for name in form.fields if str(form.base_fields[name].label) == term]
    return f"#{anchor(form, named[0])}" if named else "#main"


def shown(field: forms.Field, value: Any, *, empty: str = "") -> str:
    """An answer in words, in the reader's language."""
    if value is None or value == "" or value == []:
        return empty or _("Not answered")
    if isinstance(field, forms.BooleanField):
        return _("Yes") if value else _("No")
    if isinstance(field, forms.ChoiceField):
        return _chosen(field, value)
    if isinstance(field, EurosField):
        return euros(value)
    if isinstance(field, forms.DecimalField | forms.IntegerField):
        return number(value)
    if isinstance(field, forms.DateField):
        return dates.in_full(value)
    if isinstance(field, QuarterField):
        return quarter(value)
    return str(field.prepare_value(value) if isinstance(field, EnterpriseNumberField) else value)


def _chosen(field: forms.ChoiceField, value: Any) -> str:
    """The labels of what was chosen; a choice the form no longer offers stays as it was stored."""
    offered: Any = field.choices
    labels = {str(key): str(label) for key, label in offered}
    chosen = value if isinstance(value, list) else [value]
    return "; ".join(labels.get(str(one), str(one)) for one in chosen)
