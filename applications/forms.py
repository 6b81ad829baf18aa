"""The three sections of an application. Each question feeds a rule, a mark, a letter or a list.

A draft may leave anything empty (`draft=True`); completeness.py reads the same forms strictly.
"""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .fields import (
    CountField,
    EnterpriseNumberField,
    EurosField,
    LongTextField,
    NumberField,
    PostalCodeField,
)
from .models import Track


class SectionForm(forms.Form):
    """One page of the application; its answers are kept as JSON."""

    key: ClassVar[str]
    heading: ClassVar[Promise | str]
    groups: ClassVar[tuple[tuple[Promise | str, tuple[str, ...]], ...]]
    optional: ClassVar[frozenset[str]] = frozenset()

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, draft: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("required", None)
            if name == "version":
                continue
            needed = name not in self.optional
            field.required = needed and not draft
            field.error_messages["required"] = _("Not answered yet.")
            field.needed = needed  # type: ignore[attr-defined]  # the label says "(optional)" or not
        self.use_required_attribute = False
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "version", *(Fieldset(legend, *names) for legend, names in self.groups)
        )

    def answers(self) -> dict[str, Any]:
        """The cleaned answers as JSON: decimals as strings, dates in ISO; nothing for no answer."""
        cleaned = {name: self.cleaned_data.get(name) for name in self.question_names()}
        return {name: _as_json(value) for name, value in cleaned.items() if value not in (None, "")}

    @classmethod
    def question_names(cls) -> list[str]:
        return [name for name in cls.base_fields if name != "version"]

    @classmethod
    def values(cls, answers: dict[str, Any]) -> dict[str, Any]:
        """Stored answers as the Python values that the fields show and clean."""
        return {
            name: _from_json(cls.base_fields[name], value)
            for name, value in answers.items()
            if name in cls.base_fields
        }


def _as_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _from_json(field: forms.Field, value: Any) -> Any:
    if isinstance(field, forms.DecimalField):
        return Decimal(value)
    return date.fromisoformat(value) if isinstance(field, forms.DateField) else value


class StartupForm(SectionForm):
    key = "startup"
    heading = _("Startup")
    groups = (
        (
            _("The enterprise"),
            (
                "enterprise_number",
                "startup_name",
                "founded_on",
                "street",
                "postal_code",
                "city",
                "establishment_postal_code",
            ),
        ),
        (
            _("Its size, with linked and partner enterprises"),
            ("staff", "turnover", "balance_sheet"),
        ),
        (_("The team"), ("founders", "full_time_founders", "skills")),
    )
    optional = frozenset({"establishment_postal_code", "staff", "turnover", "balance_sheet"})

    enterprise_number = EnterpriseNumberField(
        label=_("Enterprise number"),
        help_text=_("Ten digits, for example 0403.019.261. It stands on your invoices."),
        max_length=20,
    )
    startup_name = forms.CharField(label=_("Name of the startup"), max_length=160)
    founded_on = forms.DateField(
        label=_("Start date in the company register"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"],
        help_text=_("The fund is for enterprises of less than five years."),
    )
    street = forms.CharField(label=_("Street and number of the registered seat"), max_length=160)
    postal_code = PostalCodeField(label=_("Postal code of the seat"), max_length=8)
    city = forms.CharField(label=_("Municipality of the seat"), max_length=80)
    establishment_postal_code = PostalCodeField(
        label=_("Postal code of an establishment in Brussels"),
        help_text=_("Only if your seat is elsewhere and you work in the Brussels Region too."),
        max_length=8,
    )
    staff = NumberField(
        label=_("Staff"),
        help_text=_("Full-time equivalents in the last year, with linked and partner enterprises."),
        max_digits=8,
    )
    turnover = EurosField(label=_("Turnover of the last closed year, in euros"))
    balance_sheet = EurosField(label=_("Balance sheet total of that year, in euros"))
    founders = CountField(label=_("Number of founders"), min_value=1, max_value=50)
    full_time_founders = CountField(label=_("Founders who work on it full time"), max_value=50)
    skills = forms.MultipleChoiceField(
        label=_("What the team can do itself"),
        choices=[
            ("technical", _("Build the technology")),
            ("commercial", _("Sell it")),
            ("domain", _("Know the field from practice")),
            ("regulatory", _("Handle regulation")),
        ],
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_founded_on(self) -> date | None:
        day: date | None = self.cleaned_data["founded_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This date is in the future."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (cleaned.get("full_time_founders") or 0) > (cleaned.get("founders") or 50):
            self.add_error("full_time_founders", _("There cannot be more than the founders."))
        return cleaned


class ProjectForm(SectionForm):
    key = "project"
    heading = _("Project")
    groups = (
        (_("In short"), ("title", "track", "summary")),
        (_("The idea"), ("problem", "solution", "novelty", "trl")),
        (_("The market"), ("market", "customers")),
        (_("The Region"), ("impact", "jobs_in_region")),
        (_("The work"), ("work_plan", "milestones", "duration_months")),
    )

    title = forms.CharField(label=_("Title of the project"), max_length=120)
    track = forms.ChoiceField(label=_("Track"), choices=Track.choices, widget=forms.RadioSelect)
    summary = LongTextField(
        label=_("The project in five lines"),
        help_text=_("Reviewers see this first; it is published if you receive an award."),
        max_length=600,
        rows=4,
    )
    problem = LongTextField(label=_("Which problem do you solve, and for whom?"))
    solution = LongTextField(label=_("How do you solve it?"))
    novelty = forms.ChoiceField(
        label=_("How new is it?"),
        choices=[
            ("new_to_world", _("Nobody does this anywhere, as far as we know")),
            ("new_to_market", _("It exists elsewhere, not on our market")),
            ("improvement", _("It clearly improves what exists")),
            ("known", _("It applies what is known")),
        ],
        widget=forms.RadioSelect,
    )
    trl = CountField(
        label=_("Technology readiness level"),
        help_text=_("From 1 (an idea) to 9 (in use); 4 is a prototype in the laboratory."),
        min_value=1,
        max_value=9,
    )
    market = LongTextField(label=_("Who pays, how much, and who else offers it?"))
    customers = forms.ChoiceField(
        label=_("How far are you with customers?"),
        choices=[
            ("none", _("Not begun")),
            ("interviews", _("Interviews held")),
            ("pilots", _("Pilots or letters of intent")),
            ("paying", _("Paying customers")),
        ],
        widget=forms.RadioSelect,
    )
    impact = LongTextField(label=_("What does the Brussels Region gain?"))
    jobs_in_region = CountField(label=_("Jobs in the Region in three years"), max_value=1000)
    work_plan = LongTextField(label=_("What will you do, in which order?"))
    milestones = CountField(label=_("Number of milestones with a date and a result"), max_value=50)
    duration_months = CountField(
        label=_("Duration of the project, in months"), min_value=1, max_value=36
    )


class BudgetForm(SectionForm):
    key = "budget"
    heading = _("Budget")
    groups = (
        (_("What the project costs"), ("personnel", "subcontracting", "equipment", "other")),
        (_("Who pays"), ("requested", "cofinancing_secured", "spent_in_region_percent")),
        (_("Public aid received"), ("de_minimis_received",)),
    )
    optional = frozenset({"de_minimis_received"})

    personnel = EurosField(label=_("Personnel, in euros"))
    subcontracting = EurosField(label=_("Subcontracting, in euros"))
    equipment = EurosField(label=_("Equipment, in euros"))
    other = EurosField(label=_("Other costs, in euros"))
    requested = EurosField(
        label=_("Asked from the fund, in euros"),
        help_text=_("At most 70% of the costs: at least 30% comes from you or from others."),
    )
    cofinancing_secured = EurosField(
        label=_("Own and private money that is certain today, in euros")
    )
    spent_in_region_percent = CountField(
        label=_("Part of the budget spent in the Brussels Region, in percent"), max_value=100
    )
    de_minimis_received = EurosField(
        label=_("De minimis aid of the last three years, in euros"),
        help_text=_(
            "All aid under the de minimis rules from any Belgian authority, for you and the "
            "enterprises you form one undertaking with. Leave out awards of this fund: we know "
            "them. Write 0 if there was none."
        ),
    )


SECTIONS: dict[str, type[SectionForm]] = {
    form.key: form for form in (StartupForm, ProjectForm, BudgetForm)
}
