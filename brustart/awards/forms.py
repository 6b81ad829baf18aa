"""What deciding asks: an amount and its reasons, a refusal's reason, a rejection's grounds."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.fields import EurosField, LongTextField

from .models import Instrument


class ProposalForm(forms.Form):
    amount = EurosField(label=_("Amount, in euros"), min_value=Decimal("0.01"))
    instrument = forms.ChoiceField(
        label=_("Instrument"), choices=Instrument.choices, widget=forms.RadioSelect
    )
    reasons = LongTextField(
        label=_("Reasons"),
        help_text=_("The panel decides on them, and the startup reads them in its decision."),
        error_messages={"required": _("Give the reasons: a decision needs them.")},
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
