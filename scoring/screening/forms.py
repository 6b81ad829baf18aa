"""The reason that a decision on eligibility needs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.fields import LongTextField


class ReasonForm(forms.Form):
    """One reason, kept in the file; `label` and `hint` say for what and who reads it."""

    reason = LongTextField(
        rows=5,
        max_length=4000,
        error_messages={"required": _("Give the reason: it stands in the file.")},
    )

    def __init__(self, *args: Any, label: Any, hint: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.fields["reason"].label, self.fields["reason"].help_text = label, hint
