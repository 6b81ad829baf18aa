"""The reason that a decision on eligibility needs; the questions of “Could we apply?”."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.forms import QuestionForm
from applications.forms.feeds import Feeds
from applications.forms.fields import (
    DayField,
    EurosField,
    LongTextField,
    NumberField,
    PostalCodeField,
    YesNoField,
)

from .models import Finding, Verdict


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


class OverrideForm(forms.Form):
    """Another verdict on one finding, with the reason."""

    verdict = forms.ChoiceField(
        label=_("The verdict should be"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the verdict.")},
    )
    reason = LongTextField(
        label=_("Why?"),
        help_text=_("The second person reads it, and then the startup does too."),
        rows=5,
        max_length=4000,
        error_messages={"required": _("Give the reason: it stands in the file.")},
    )

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        others = [choice for choice in Verdict.choices if choice[0] != finding.verdict]
        verdict = self.fields["verdict"]
        assert isinstance(verdict, forms.ChoiceField)
        verdict.choices = others


class PrecheckForm(QuestionForm):
    """Eight questions, each of which may stay open. None is about a person."""

    QUESTIONS: tuple[tuple[Promise | str, tuple[str, ...]], ...] = (
        (_("When did the enterprise start?"), ("founded_on", "not_registered")),
        ("", ("postal_code",)),
        ("", ("staff",)),
        ("", ("lower_figure",)),
        ("", ("in_difficulty",)),
        ("", ("excluded",)),
        (_("What does the project cost, and what do you ask?"), ("cost", "requested")),
        ("", ("de_minimis_received",)),
    )
    feeds = {
        "founded_on": Feeds.AGE,
        "not_registered": Feeds.AGE,
        "postal_code": Feeds.SEAT,
        "staff": Feeds.SIZE,
        "lower_figure": Feeds.SIZE,
        "in_difficulty": Feeds.DIFFICULTY,
        "excluded": Feeds.EXCLUSIONS,
        "cost": Feeds.COFINANCING,
        "requested": Feeds.AMOUNT,
        "de_minimis_received": Feeds.HEADROOM,
    }

    founded_on = DayField(label=_("Start date in the company register"), past=True)
    not_registered = forms.BooleanField(label=_("We are not registered yet"))
    postal_code = PostalCodeField(
        label=_("What is the postal code of your seat?"),
        help_text=_(
            "If it is elsewhere, an active establishment in the Brussels Region is enough: the "
            "application asks for it."
        ),
        max_length=8,
    )
    staff = NumberField(
        label=_("How many people work for you?"),
        help_text=_(
            "Full-time equivalents, linked and partner enterprises included. Write 0 if nobody is "
            "employed yet."
        ),
        max_digits=8,
    )
    lower_figure = EurosField(
        label=_("Turnover or balance sheet total, whichever is lower, in euros"),
        help_text=_(
            "In the last closed year, linked and partner enterprises included. Write 0 if no year "
            "is closed yet."
        ),
    )
    in_difficulty = YesNoField(
        label=_("Is an insolvency procedure, rescue aid or a restructuring running?"),
        help_text=_(
            "Also if creditors could ask for a procedure, or if rescue aid is not paid back yet."
        ),
    )
    excluded = YesNoField(
        label=_("Is one of these true of your project?"),
        help_text=_(
            "It is about primary agriculture, fishery or aquaculture, retail, food service, real "
            "estate, gambling, tobacco or weapons; or the money depends on exports, or on using "
            "Belgian goods; or other public aid pays the same costs beyond what is allowed."
        ),
    )
    cost = EurosField(label=_("All costs of the project, in euros"))
    requested = EurosField(label=_("Asked from the fund, in euros"))
    de_minimis_received = EurosField(
        label=_("De minimis aid of the last three years, in euros"),
        help_text=_(
            "From any Belgian authority, for you and for enterprises that you form one "
            "undertaking with. Write 0 if there was none."
        ),
    )

    @property
    def questions(self) -> list[tuple[Promise | str, list[forms.BoundField]]]:
        """Each question with its fields, for the page."""
        return [(legend, [self[name] for name in names]) for legend, names in self.QUESTIONS]
