"""What deciding asks: an amount and its reasons, a refusal's reason, a rejection's grounds."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.fields import DayField, EurosField, LongTextField

from ..models import Instrument, Opinion


class ProposalForm(forms.Form):
    amount = EurosField(label=_("Amount, in euros"), above_zero=True)
    instrument = forms.ChoiceField(
        label=_("Instrument"), choices=Instrument.choices, widget=forms.RadioSelect
    )
    conditions = LongTextField(
        label=_("Conditions"),
        help_text=_("What the startup has to meet before it is paid, if anything."),
        required=False,
        rows=3,
    )
    reasons = LongTextField(
        label=_("Reasons"),
        help_text=_("The panel decides on them, and the startup reads them in its decision."),
        error_messages={"required": _("Give the reasons: a decision needs them.")},
    )
    use_required_attribute = False


class OpinionForm(forms.Form):
    result = forms.ChoiceField(
        label=_("What the Finance Inspector says"),
        choices=Opinion.Result.choices,
        widget=forms.RadioSelect,
    )
    given_on = DayField(label=_("Date of the opinion"), past=True)
    upload = forms.FileField(
        label=_("The opinion"),
        help_text=_("A PDF or a picture (JPEG or PNG) of at most 25 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
    read_hash = forms.CharField(widget=forms.HiddenInput)
    use_required_attribute = False


class TakeBackForm(forms.Form):
    reason = LongTextField(
        label=_("Why do you take it back?"),
        help_text=_("The panel reads it; the startup does not."),
        rows=3,
        error_messages={"required": _("Give the reason.")},
    )
    use_required_attribute = False


class PassOverForm(forms.Form):
    reason = LongTextField(
        label=_("Why is it passed over?"),
        help_text=_("It stays in the audit trail; the startup does not read it."),
        rows=3,
        error_messages={"required": _("Give the reason.")},
    )
    use_required_attribute = False


class RefusalForm(forms.Form):
    reason = LongTextField(
        label=_("Why do you refuse?"),
        help_text=_("The fund manager and the panel read it; the startup does not."),
        error_messages={"required": _("Give the reason of your refusal.")},
        rows=4,
    )
    use_required_attribute = False


class RejectionForm(forms.Form):
    grounds = LongTextField(
        label=_("Grounds of the decision"),
        help_text=_(
            "The startup reads them, word for word, in the decision. Say which criteria weighed, "
            "and what was missing."
        ),
        error_messages={"required": _("Give the grounds: a decision needs them.")},
    )
    use_required_attribute = False
