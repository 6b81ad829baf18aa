"""One section of the application: its questions, its tables of rows, and how they are kept.

A draft may leave anything empty (`strict=False`); completeness.py reads the same forms strictly.
Answers are JSON: decimals as strings, dates in ISO, a table as a list of rows; nothing for no
answer. What was typed and cannot be read as an answer is kept beside them, as typed (`unread`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import BadRequest
from django.forms.formsets import TOTAL_FORM_COUNT
from django.http import QueryDict
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from .feeds import Feeds

Text = Promise | str
MOST_ROWS = 30


class QuestionForm(forms.Form):
    """Questions that a draft may leave open. `feeds` says what each is for; `when`: asked only
    while another answer of the same form is one of these."""

    feeds: ClassVar[Mapping[str, Feeds]] = {}
    optional: ClassVar[frozenset[str]] = frozenset()
    when: ClassVar[Mapping[str, tuple[str, frozenset[str]]]] = {}
    use_required_attribute = False

    def __init__(self, *args: Any, strict: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.strict = strict
        for name, field in self.fields.items():
            needed = name not in self.optional and self._applies(name)
            field.required = needed and strict
            field.error_messages["required"] = _("Not answered yet.")
            field.needed = needed  # type: ignore[attr-defined]  # the label says "(optional)" or not
            field.feeds = self.feeds.get(name)  # type: ignore[attr-defined]
            if name in self.when:
                other, values = self.when[name]
                field.when = f"{other}:{' '.join(sorted(values))}"  # type: ignore[attr-defined]

    def _applies(self, name: str) -> bool:
        if name not in self.when:
            return True
        other, values = self.when[name]
        return self.data.get(self.add_prefix(other)) in values

    @classmethod
    def may_stay_open(cls, name: str) -> bool:
        """Whether no answer can be an answer."""
        return name in cls.optional or name in cls.when

    def own_answers(self) -> dict[str, Any]:
        cleaned = {name: self.cleaned_data.get(name) for name in self.fields}
        return {name: _as_json(value) for name, value in cleaned.items() if not _is_nothing(value)}

    def own_unread(self) -> dict[str, Any]:
        """What was typed into fields with errors, by the field's name in the page."""
        raw = {
            self.add_prefix(name): self[name].data for name in self.errors if name in self.fields
        }
        return {name: value for name, value in raw.items() if not _is_nothing(value)}


class RowForm(QuestionForm):
    """One row of a table; a row left blank is no row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


@dataclass(frozen=True)
class Table:
    """Rows that can be added and taken away."""

    name: str
    row: type[RowForm]
    heading: Text
    hint: Text
    one: Text  # what one row is called: "Member of the team"
    add: Text  # "Add a member"
    least: int = 0
    most: int = MOST_ROWS


class SectionForm(QuestionForm):
    """One page of the application."""

    key: ClassVar[str]
    heading: ClassVar[Text]
    groups: ClassVar[tuple[tuple[Text, tuple[str, ...]], ...]]
    tables: ClassVar[tuple[Table, ...]] = ()

    def __init__(self, data: Any = None, *, strict: bool = False) -> None:
        super().__init__(data, strict=strict)

    @cached_property
    def helper(self) -> FormHelper:
        """How crispy lays the questions out: those that are asked, in their groups."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True  # the page's own form has the token
        helper.layout = Layout(*self._layout())
        return helper

    def _layout(self) -> Iterator[Any]:
        for legend, names in self.groups:
            present = [name for name in names if name in self.fields]
            if present:
                yield Fieldset(legend, *present)

    @cached_property
    def rows(self) -> dict[str, "forms.BaseFormSet[RowForm]"]:
        """The rows of each table."""
        return {table.name: self._formset(table) for table in self.tables}

    def _formset(self, table: Table) -> "forms.BaseFormSet[RowForm]":
        factory = forms.formset_factory(table.row, extra=0, max_num=table.most, validate_max=True)
        data = self.data if self.is_bound else None
        formset = factory(data, prefix=table.name, form_kwargs={"strict": self.strict})
        if self.is_bound and not formset.management_form.is_valid():
            raise BadRequest(f"{table.name} does not say how many rows it has")
        for form in formset.forms:
            form.empty_permitted = True
        return formset

    @property
    def shown_tables(self) -> list[tuple[Table, "forms.BaseFormSet[RowForm]"]]:
        return [(table, self.rows[table.name]) for table in self.tables]

    def full_clean(self) -> None:
        """The section's own questions, then every table with at least as many rows as it needs."""
        super().full_clean()
        if not self.is_bound:
            return
        for table in self.tables:
            filled = len(self._filled(table))
            if self.strict and filled < table.least:
                self._table_error(table, _("Not answered yet."))
            if filled > table.most:
                self._table_error(table, _("There are more rows than fit; the last is not kept."))

    def _table_error(self, table: Table, message: Text) -> None:
        self.errors.setdefault(table.name, self.error_class()).append(str(message))

    def _filled(self, table: Table) -> list[RowForm]:
        """The rows in which something stands."""
        changed = [form for form in self.rows[table.name].forms if form.has_changed()]
        return [form for form in changed if form.errors or form.own_answers()]

    def problems(self) -> list["Problem"]:
        """Every error of the section, in the order of the page."""
        found = []
        for name, errors in self.errors.items():
            found += [self._problem(name, str(error)) for error in errors]
        for table in self.tables:
            for number, form in enumerate(self._filled(table), start=1):
                for name, errors in form.errors.items():
                    label = f"{table.one} {number}: {form[name].label}"
                    found += [Problem(anchor(form, name), label, str(error)) for error in errors]
        return found

    def _problem(self, name: str, message: str) -> "Problem":
        table = next((one for one in self.tables if one.name == name), None)
        if table:
            return Problem(f"table-{name}", str(table.heading), message)
        if name not in self.fields:
            return Problem("main", str(self.heading), message)
        return Problem(anchor(self, name), str(self[name].label), message)

    def answers(self) -> dict[str, Any]:
        """What could be read, as JSON."""
        answers = self.own_answers()
        for table in self.tables:
            rows = [form.own_answers() for form in self._filled(table)][: table.most]
            if rows:
                answers[table.name] = rows
        return answers

    def unread(self) -> dict[str, Any]:
        """What could not be read, as typed, under the names that `data_for` gives the fields."""
        unread = self.own_unread()
        for table in self.tables:
            for place, form in enumerate(self._filled(table)[: table.most]):
                unread |= {
                    f"{table.name}-{place}-{name}": form[name].data
                    for name in form.errors
                    if name in form.fields and not _is_nothing(form[name].data)
                }
        return unread

    @classmethod
    def data_for(
        cls, answers: Mapping[str, Any], unread: Mapping[str, Any] | None = None, *, more: str = ""
    ) -> dict[str, Any]:
        """Stored answers as the data of a form; `more`: a table with one blank row to add."""
        data = values(cls, answers)
        for table in cls.tables:
            rows = answers.get(table.name, [])
            for place, row in enumerate(rows):
                named = values(table.row, row).items()
                data |= {f"{table.name}-{place}-{name}": value for name, value in named}
            total = min(max(len(rows), 1) + (more == table.name), table.most)
            data[f"{table.name}-{TOTAL_FORM_COUNT}"] = total
            data[f"{table.name}-INITIAL_FORMS"] = 0
        return data | dict(unread or {})


@dataclass(frozen=True)
class Problem:
    """An answer that is missing or cannot stay: where it is on its page, and why."""

    anchor: str
    label: str
    message: str


def values(form: type[QuestionForm], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Stored answers as the Python values that the fields show and clean."""
    return {
        name: _from_json(field, answers[name])
        for name, field in form.base_fields.items()
        if name in answers
    }


def anchor(form: forms.BaseForm, name: str) -> str:
    """The id of a question's field; of its first option where there are several."""
    bound = form[name]
    return bound.id_for_label or f"{bound.auto_id}_0"


def without_row(data: QueryDict, name: str) -> QueryDict:
    """The data with one row (`team-2`) left blank, which is no row."""
    copy = data.copy()
    for key in [key for key in copy if key.startswith(f"{name}-")]:
        del copy[key]
    return copy


def _is_nothing(value: Any) -> bool:
    return value is None or value is False or value == "" or value == []


def _as_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _from_json(field: forms.Field, value: Any) -> Any:
    if isinstance(field, forms.DecimalField):
        return Decimal(value)
    return date.fromisoformat(value) if isinstance(field, forms.DateField) else value
