"""What people fill in after an award: acceptance, accounts, claims, changes, reports."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.forms.fields import DayField, EurosField, LongTextField

from .fields import DocumentsField


class Asking(forms.Form):
    """A form that the server judges: browsers' own bubbles are not in our languages."""

    use_required_attribute = False


class AcceptForm(Asking):
    agrees = forms.BooleanField(
        label=_("I have read the agreement and accept it for the startup."),
        error_messages={"required": _("Tick the box to accept the agreement.")},
    )
    upload = forms.FileField(
        label=_("The signed agreement"),
        help_text=_(
            "Only if you signed it on paper. A PDF or a picture (JPEG or PNG) of at most 25 MB."
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


class DeclineForm(Asking):
    reason = LongTextField(
        label=_("Why do you decline?"),
        help_text=_("It helps the fund to know."),
        required=False,
        rows=3,
        max_length=2_000,
    )


class AccountForm(Asking):
    iban = forms.CharField(
        label=_("IBAN"),
        help_text=_("For example BE71 0961 2345 6769."),
        max_length=42,
        widget=forms.TextInput(attrs={"class": "field-medium", "autocomplete": "off"}),
    )
    holder = forms.CharField(
        label=_("In whose name the account is"),
        max_length=70,
        widget=forms.TextInput(attrs={"class": "field-medium"}),
    )


class AnswerAccountForm(Asking):
    words = LongTextField(
        label=_("How you checked it, or why it cannot be used"),
        help_text=_(
            "Call the startup on the number you know, never on one that came with the change."
        ),
        rows=3,
        max_length=500,
    )


class ClaimForm(Asking):
    words = LongTextField(
        label=_("What was done"),
        help_text=_("In a few sentences: what the milestone asks for, and what shows it."),
    )
    uploads = DocumentsField(
        label=_("Evidence"),
        help_text=_("One or more documents: a report, invoices, a test protocol."),
    )


class VerifyForm(Asking):
    """`conditions`: whether the award has some, so that the box is asked."""

    def __init__(self, *args: Any, conditions: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not conditions:
            del self.fields["conditions_met"]

    conditions_met = forms.BooleanField(
        label=_("I have seen that the conditions of the award are met."),
        error_messages={"required": _("Say that the conditions are met, or send it back.")},
    )


class ReasonForm(Asking):
    reason = LongTextField(
        label=pgettext_lazy("of a decision", "Reason"),
        help_text=_("The startup reads it."),
        rows=4,
        error_messages={"required": _("Give the reason.")},
    )


class ReduceForm(ReasonForm):
    amount = EurosField(label=_("Amount to give back, in euros"), above_zero=True)
    field_order = ["amount", "reason"]


class AskBackForm(ReasonForm):
    amount = EurosField(label=_("Amount to ask back, in euros"), above_zero=True)
    due_on = DayField(label=_("To be paid by"))
    field_order = ["amount", "due_on", "reason"]


class ReportForm(Asking):
    words = LongTextField(
        label=_("What came of the project"),
        help_text=_("What you made, what it showed, what comes next, and how the money was used."),
        rows=10,
    )
    uploads = DocumentsField(
        label=_("Documents"), help_text=_("The final report and the accounts of the project.")
    )


class TrancheForm(Asking):
    milestone = forms.CharField(label=_("Milestone"), max_length=200, required=False)
    amount = EurosField(label=_("Amount, in euros"), required=False)
    due_on = DayField(label=_("Day"), required=False)

    def clean(self) -> dict[str, Any]:
        kept = super().clean() or {}
        if bool(kept.get("milestone")) != bool(kept.get("amount")) and not self.errors:
            raise forms.ValidationError(_("A tranche has a milestone and an amount."))
        return kept


class BatchForm(Asking):
    execute_on = DayField(label=_("To be executed on"))
