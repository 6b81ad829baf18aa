"""What the funding line asks: how to divide, what a person wants for a file, and the reasons."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.forms.fields import CountField, EurosField, LongTextField
from brustart.core.money import euros

from ..candidates import Row
from ..models import Instrument, Method, ScenarioLine


class SettingsForm(forms.Form):
    method = forms.ChoiceField(
        label=gettext_lazy("How to divide"), choices=Method.choices, widget=forms.RadioSelect
    )
    amount = EurosField(label=gettext_lazy("Sum to divide, in euros"))
    digital = EurosField(label=gettext_lazy("At most for digital, in euros"), required=False)
    ehealth = EurosField(label=gettext_lazy("At most for e-health, in euros"), required=False)
    share = CountField(
        label=gettext_lazy("Minimum of a file, in percent of what it asks"),
        help_text=gettext_lazy(
            "60 is our proposal. You can give a file a minimum of its own in the list."
        ),
        min_value=0,
        max_value=100,
    )
    until = CountField(
        label=gettext_lazy("Last place that may be funded"), required=False, min_value=1,
        max_value=100_000,
    )  # fmt: skip
    use_required_attribute = False


class EditForm(forms.Form):
    """One file of the list; empty fields leave it to the scenario."""

    minimum = EurosField(label=gettext_lazy("Minimum"), required=False)
    forced = EurosField(label=gettext_lazy("By hand"), required=False, above_zero=True)
    excluded = forms.BooleanField(label=gettext_lazy("Leave out"), required=False)
    use_required_attribute = False

    def __init__(self, data: Any, *, row: Row) -> None:
        kept = row.kept
        super().__init__(
            data,
            prefix=f"file{row.application.pk}",
            initial={
                "minimum": kept.minimum, "forced": kept.forced, "excluded": kept.excluded,
            },
        )  # fmt: skip
        self.row = row
        for name, field in self.fields.items():
            words = {"field": field.label, "startup": row.application.startup}
            field.widget.attrs["aria-label"] = _("%(field)s: %(startup)s") % words
            look = "form-check-input" if name == "excluded" else "form-control amount field-short"
            field.widget.attrs["class"] = look
        self.fields["minimum"].widget.attrs["placeholder"] = euros(row.least)

    def clean(self) -> dict[str, Any]:
        """Neither is above what is asked, nor the amount below the file's own minimum."""
        found = self.cleaned_data
        asked = self.row.application.requested or Decimal(0)
        for name in ("minimum", "forced"):
            if (found.get(name) or 0) > asked:
                words = _("%(asked)s is asked for; more than that cannot be given.")
                self.add_error(name, words % {"asked": euros(asked)})
        minimum, forced = found.get("minimum"), found.get("forced")
        if minimum is not None and forced is not None and forced < minimum:
            self.add_error("forced", _("This is below the minimum that you gave the file."))
        return found


class NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of the scenario"),
        max_length=80,
        error_messages={"required": gettext_lazy("Give the scenario a name.")},
    )
    use_required_attribute = False


class ProposalLineForm(forms.Form):
    """A file that a scenario would put before the panel; ticked, it is proposed."""

    confirmed = forms.BooleanField(
        label=gettext_lazy("I have read these reasons and stand behind them: propose this file"),
        required=False,
    )
    instrument = forms.ChoiceField(
        label=gettext_lazy("Instrument"), choices=Instrument.choices, initial=Instrument.GRANT
    )
    reasons = LongTextField(label=gettext_lazy("Reasons"), required=False, rows=5)
    use_required_attribute = False

    def __init__(self, data: Any, *, line: ScenarioLine, draft: str) -> None:
        super().__init__(data, prefix=f"file{line.application_id}", initial={"reasons": draft})
        self.line = line
        looks = {"confirmed": "form-check-input", "instrument": "form-select"}
        for name, field in self.fields.items():
            field.widget.attrs["class"] = looks.get(name, "form-control")

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if found.get("confirmed") and not found.get("reasons", "").strip():
            self.add_error("reasons", _("Give the reasons: a decision needs them."))
        return found


def problems(forms_given: Iterable[forms.Form]) -> list[dict[str, str]]:
    """Every error of these forms with the way to its field, for the summary at the top."""
    return [
        {
            "anchor": form[name].id_for_label if name != "__all__" else "",
            "label": _label(form, name),
            "message": str(message),
        }
        for form in forms_given
        for name, messages in form.errors.items()
        for message in messages
    ]


def _label(form: forms.Form, name: str) -> str:
    if isinstance(form, EditForm):
        return str(form.fields[name].widget.attrs["aria-label"])
    if isinstance(form, ProposalLineForm):
        return f"{form.line.application.startup}: {form.fields[name].label}"
    return str(form.fields[name].label)
