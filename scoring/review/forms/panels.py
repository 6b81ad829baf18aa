"""Who sits on a panel, who reads what, and how the panel works."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from applications.forms.fields import DayField, LongTextField, SeveralField
from applications.forms.topics import Topic
from brustart.accounts.models import Role, User
from brustart.cbe.numbers import clean_number, display_number
from brustart.fund.models import Call

from ..models import Panelist, Round
from ..seating import OWN


class AssignForm(forms.Form):
    """One or several people of the panel."""

    reviewers = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(),
        label=_("Reviewers"),
        error_messages={"required": _("Choose at least one reviewer.")},
    )

    def __init__(self, *args: Any, people: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reviewers"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = User.objects.filter(pk__in=people)


class SeatingForm(forms.Form):
    """A reviewer who is not on the panel yet."""

    reviewer = forms.ModelChoiceField(
        queryset=User.objects.none(),
        label=_("Reviewer"),
        empty_label=_("Choose"),
        error_messages={"required": _("Choose a reviewer.")},
    )
    use_required_attribute = False

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reviewer"]
        assert isinstance(field, forms.ModelChoiceField)
        seated = Panelist.objects.filter(call=call).values("reviewer")
        others = User.objects.filter(role=Role.REVIEWER, is_active=True).exclude(pk__in=seated)
        field.queryset = others.order_by("name")


class NumbersField(forms.CharField):
    """Enterprise numbers, one a line; kept as a list of ten digits each."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, **options)

    def clean(self, value: Any) -> list[str]:
        lines = re.split(r"[\n,;]+", super().clean(value) or "")
        return [clean_number(line) for line in lines if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(display_number, value)) if isinstance(value, list) else value


class ExpertiseForm(forms.ModelForm):
    """What somebody of the panel reads, knows, can take, and has ties with: their own to say."""

    use_required_attribute = False
    languages = SeveralField(
        label=_("Languages of the files"),
        choices=settings.LANGUAGES,
        error_messages={"required": _("Choose at least one language.")},
    )
    topics = SeveralField(
        label=_("Fields of knowledge"),
        help_text=_("Each e-health file gets somebody who knows a field of health."),
        choices=Topic.choices,
        required=False,
    )
    capacity = forms.IntegerField(
        label=_("Files at most"), min_value=0, max_value=200, help_text=_("In this call, in all.")
    )
    until = DayField(label=_("Last day to be given a file"), required=False)
    enterprises = NumbersField(
        label=_("Enterprises with which there are ties"),
        help_text=_(
            "Numbers, one a line: employers and clients of the last three years, shares, seats on "
            "boards, family. Their files stay closed unless the fund decides otherwise."
        ),
        required=False,
    )

    class Meta:
        model = Panelist
        fields: tuple[str, ...] = OWN


class SeatForm(ExpertiseForm):
    """The same for the fund, which also says who approves awards."""

    class Meta(ExpertiseForm.Meta):
        fields = (*ExpertiseForm.Meta.fields, "approves")
        labels = {"approves": _("Approves awards")}
        help_texts = {"approves": _("Others read and mark, and approve nothing.")}


class PlanForm(forms.Form):
    """How many readers each file is to have."""

    wanted = forms.IntegerField(
        label=_("Readers for each file"),
        help_text=_("Three or more let severity be told from worth."),
        min_value=1,
        max_value=6,
    )
    use_required_attribute = False


class InviteForm(forms.Form):
    """Somebody to become a reviewer."""

    use_required_attribute = False
    email = forms.EmailField(label=_("E-mail address"))
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=settings.LANGUAGES)
    approves = forms.BooleanField(
        label=_("Approves awards too"),
        help_text=_("Others read and mark, and approve nothing."),
        required=False,
    )


class JoinForm(forms.Form):
    """What an invited person without an account gives: a name and a password."""

    use_required_attribute = False
    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    about = forms.CharField(
        label=_("What you do"),
        help_text=_("One line, for the fund: your work and your field."),
        max_length=200,
        required=False,
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_("Twelve characters or more; a sentence is easiest."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        person = User(email=self.email, name=self.cleaned_data.get("name", ""))
        validate_password(password, person)
        return password


class RoundForm(forms.ModelForm):
    """How the panel of a call works."""

    use_required_attribute = False
    due_on = DayField(
        label=_("Marks are due by"),
        help_text=_("Reviewers are reminded a week and a day before, and when it has passed."),
        required=False,
    )
    pitch_on = DayField(
        label=_("Startups pitch on"),
        help_text=_("Leave empty if there is no pitch."),
        required=False,
    )

    class Meta:
        model = Round
        fields = ("due_on", "is_blind", "discusses", "pitch_on")
        labels = {
            "is_blind": _("Reviewers do not learn who applies"),
            "discusses": _("The panel speaks of a file once all its marks are in"),
        }
        help_texts = {
            "is_blind": _(
                "Names, numbers, addresses and names of documents are hidden from them. Cannot be "
                "changed once files are given."
            ),
            "discusses": _(
                "Those who marked it then see each other's marks, comment, and may change their "
                "own with a reason."
            ),
        }


class MessageForm(forms.Form):
    """Words to one or several reviewers, sent by mail."""

    use_required_attribute = False
    to = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(),
        label=_("To"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one reviewer.")},
    )
    text = LongTextField(
        label=_("Message"),
        rows=5,
        max_length=4000,
        error_messages={"required": _("Write something first.")},
    )

    def __init__(self, *args: Any, call: Call, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        seats = Panelist.objects.filter(call=call)
        field.queryset = User.objects.filter(pk__in=seats.values("reviewer")).order_by("name")
