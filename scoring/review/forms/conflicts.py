"""What ties a person to a file: said by them, decided by the fund."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.fields import ChosenField, LongTextField

from ..models import Declaration

Answer = Declaration.Answer


class DeclarationForm(forms.Form):
    """One file's answer; the word is needed beside a yes or a doubt."""

    use_required_attribute = False
    answer = ChosenField(
        label=_("Do you have a tie to this startup or its people?"),
        choices=Answer.choices,
        error_messages={"required": _("Say for each file whether you have a tie to it.")},
    )
    word = forms.CharField(
        label=_("What is the tie?"),
        help_text=_("A few words, if there is one or you are unsure. Only the fund reads them."),
        max_length=500,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        answer = cleaned.get("answer")
        if answer and answer != Answer.NO and not cleaned.get("word", "").strip():
            self.add_error("word", _("Say in a few words what the tie is."))
        return cleaned


class DecisionForm(forms.Form):
    """Whether a tie is a conflict of interest, and why."""

    use_required_attribute = False
    lifted = forms.TypedChoiceField(
        label=_("Is this a conflict of interest?"),
        choices=[
            ("no", _("No: the file opens to this person")),
            ("yes", _("Yes: the file stays hidden from this person")),
        ],
        coerce=lambda said: said == "no",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
    reason = LongTextField(
        label=_("Why?"),
        help_text=_("It stands in the record of the file."),
        rows=4,
        max_length=4000,
        error_messages={"required": _("Give the reason of your decision.")},
    )
