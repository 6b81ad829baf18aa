"""What a reviewer writes, and to whom a file is given."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from applications.forms.fields import DayField, LongTextField, SeveralField
from applications.forms.topics import Topic
from brustart.accounts.models import Role, User
from brustart.core.templatetags.portal import number
from brustart.fund.models import Call

from ..grid import TOP_MARK, WEIGHTS, Criterion
from .models import Panelist, Review
from .reviewing import Given

MEANING: dict[Decimal, Promise | str] = {
    Decimal(0): _("0 – not addressed, or impossible to judge"),
    Decimal(3): _("3 – good, with weaknesses that can be mended"),
    Decimal(TOP_MARK): _("5 – excellent, no weakness worth naming"),
}
HINTS: dict[Criterion, Promise | str] = {
    Criterion.INNOVATION: _("What is new against what exists, and can it be shown to work?"),
    Criterion.FEASIBILITY: _("Can it be done as planned, in the time and for the money?"),
    Criterion.TEAM: _("Can these people do it, and do they have the time?"),
    Criterion.VALORISATION: _("Will somebody pay for it, and has that been tried?"),
    Criterion.IMPACT: _("What does the Region gain: work, knowledge, a problem solved?"),
}


def mark_choices() -> Iterator[tuple[str, Any]]:
    """No mark yet, then 0 to 5 in halves, in the reader's language."""
    yield "", _("No mark yet")
    for step in range(2 * TOP_MARK + 1):
        value = Decimal(step) / 2
        yield str(value), MEANING.get(value) or number(value)


class ReviewForm(forms.Form):
    """A mark and a reason for each criterion, and a comment. Names: `team`, `team_reason`.

    `complete`: judged as at handing in, when each mark and reason must be there.
    """

    comment = LongTextField(
        label=_("Comment on the whole"),
        help_text=_("For the fund and the panel; the startup does not see it."),
        rows=4,
        max_length=4000,
        required=False,
    )

    def __init__(self, *args: Any, complete: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        for criterion in Criterion:
            self.fields[criterion.value] = _mark_field(criterion, required=complete)
            self.fields[f"{criterion.value}_reason"] = _reason_field(criterion, required=complete)
        self.order_fields([name for name in self.fields if name != "comment"])

    def given(self) -> dict[Criterion, Given]:
        """The marks and reasons that can be kept, wrong ones as not given."""
        read = self.cleaned_data.get
        return {one: Given(read(one.value), read(f"{one.value}_reason") or "") for one in Criterion}

    def by_criterion(self) -> list[dict[str, Any]]:
        """The fields in pairs, for the template."""
        return [
            {
                "label": one.label,
                "weight": WEIGHTS[one],
                "hint": HINTS[one],
                "mark": self[one.value],
                "reason": self[f"{one.value}_reason"],
            }
            for one in Criterion
        ]


def _mark_field(criterion: Criterion, *, required: bool) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=criterion.label,
        choices=mark_choices,
        coerce=Decimal,
        empty_value=None,
        required=required,
        error_messages={"required": _("Give a mark.")},
    )


def _reason_field(criterion: Criterion, *, required: bool) -> LongTextField:
    return LongTextField(
        label=criterion.label,
        rows=3,
        max_length=4000,
        required=required,
        error_messages={"required": _("Give the reason of this mark.")},
    )


def marks_so_far(review: Review) -> dict[str, Any]:
    """A review's draft as the form's initial values."""
    initial: dict[str, Any] = {"comment": review.comment}
    for mark in review.marks.all():
        initial[mark.criterion] = "" if mark.value is None else str(_half(mark.value))
        initial[f"{mark.criterion}_reason"] = mark.reason
    return initial


def _half(value: Decimal) -> Decimal:
    """2.0 as 2, 2.5 as it is: how `mark_choices` names it."""
    return Decimal(int(value * 2)) / 2


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


class SeatForm(forms.ModelForm):
    """What somebody of the panel reads, knows, and can take."""

    use_required_attribute = False
    languages = SeveralField(
        label=_("Reads files in"),
        choices=settings.LANGUAGES,
        error_messages={"required": _("Choose at least one language.")},
    )
    topics = SeveralField(
        label=_("Knows about"),
        help_text=_("Each e-health file gets somebody who knows a field of health."),
        choices=Topic.choices,
        required=False,
    )
    capacity = forms.IntegerField(
        label=_("Files at most"), min_value=0, max_value=200, help_text=_("In this call, in all.")
    )
    until = DayField(label=_("Can take files until"), required=False)

    class Meta:
        model = Panelist
        fields = ("languages", "topics", "capacity", "until", "approves")
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
