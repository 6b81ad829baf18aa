"""What a meeting asks: when and where, who was there, the minutes; and for whom a pack is."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from applications.forms.fields import LongTextField
from brustart.accounts.models import User

from ..models import Meeting, Scenario

MOMENT = "%Y-%m-%dT%H:%M"


def _moment() -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(label=_("When"), widget=widget, input_formats=[MOMENT])


class MeetingForm(forms.Form):
    at = _moment()
    location = forms.CharField(
        label=_("Where"),
        max_length=200,
        help_text=_("A place, or the address of an online meeting."),
    )
    scenario = forms.ModelChoiceField(
        Scenario.objects.none(),
        label=_("Scenario"),
        required=False,
        empty_label=_("None: every judged file"),
        help_text=_("Its files are the agenda."),
    )
    use_required_attribute = False

    def __init__(self, data: Any, *, scenarios: Any) -> None:
        super().__init__(data)
        field = self.fields["scenario"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = scenarios


class RecordForm(forms.Form):
    at = _moment()
    location = forms.CharField(label=_("Where"), max_length=200)
    present = forms.TypedMultipleChoiceField(
        label=_("Who was there"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    minutes = LongTextField(
        label=pgettext_lazy("of a meeting", "Minutes"), required=False, rows=10, max_length=50_000
    )
    use_required_attribute = False

    def __init__(self, data: Any, *, meeting: Meeting, panel: Iterable[User]) -> None:
        there = [one.member_id for one in meeting.attendances.all()]
        known = {"at": meeting.at, "location": meeting.location, "minutes": meeting.minutes}
        super().__init__(data, initial={**known, "present": there})
        field = self.fields["present"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(one.pk, str(one)) for one in panel]


class PackForm(forms.Form):
    reader = forms.TypedChoiceField(
        label=_("For whom"), coerce=int, empty_value=None, required=False,
        help_text=_("A member's pack leaves out the files that the member may not see."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    use_required_attribute = False

    def __init__(self, data: Any, *, panel: Iterable[User], language: str) -> None:
        super().__init__(data, initial={"language": language})
        field = self.fields["reader"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("the fund")), *((one.pk, str(one)) for one in panel)]
