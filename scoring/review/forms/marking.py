"""What a reviewer writes: marks with their reasons, what stands out, what to ask and to give."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.forms.fields import DayField, EurosField, LongTextField
from brustart.core.money import number

from ...grid import TOP_MARK
from ..models import Review
from ..reviewing import TEXTS, Given, Written
from ..rubrics import Grid, Measure

SKIPPED = "n/a"
HALVES = [Decimal(step) / 2 for step in range(2 * TOP_MARK + 1)]


def mark_choices(measure: Measure) -> Iterator[tuple[str, Any]]:
    """No mark yet, then 0 to 5 in halves with what they mean, in the reader's language."""
    meanings = dict(measure.meanings)
    yield "", _("No mark yet")
    for value in HALVES:
        said = meanings.get(int(value)) if value == int(value) else None
        yield str(value), f"{number(value)} – {said}" if said else number(value)
    if measure.may_skip:
        yield SKIPPED, _("Does not apply to this project")


def _value(text: str) -> Decimal | str:
    return text if text == SKIPPED else Decimal(text)


class MarkField(forms.TypedChoiceField):
    """0 to 5 in halves as a Decimal, SKIPPED, or None."""

    def __init__(self, measure: Measure, **options: Any) -> None:
        super().__init__(
            label=measure.label,
            choices=lambda: mark_choices(measure),
            coerce=_value,
            empty_value=None,
            error_messages={"required": _("Give a mark.")},
            **options,
        )


class ReviewForm(forms.Form):
    """A mark and a reason for each criterion, and what to say of the whole. Names: `team`,
    `team_reason`.

    `complete`: judged as at handing in, when each mark and reason must be there.
    """

    use_required_attribute = False
    strengths = LongTextField(label=_("Strengths"), rows=3, max_length=4000, required=False)
    weaknesses = LongTextField(label=_("Weaknesses"), rows=3, max_length=4000, required=False)
    questions = LongTextField(
        label=_("Questions to the startup"),
        help_text=_("For the pitch, or for the fund to ask."),
        rows=3,
        max_length=4000,
        required=False,
    )
    recommended = EurosField(
        label=_("Amount you would award, in euros"),
        help_text=_("0 if nothing; leave it empty if you cannot say."),
        required=False,
    )
    confidence = forms.TypedChoiceField(
        label=_("How sure are you of your marks?"),
        choices=[("", _("Not said")), *Review.Confidence.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    comment = LongTextField(
        label=_("Private note"),
        help_text=_("For the fund and the panel; the startup does not see it."),
        rows=3,
        max_length=4000,
        required=False,
    )

    def __init__(self, *args: Any, grid: Grid, complete: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grid = grid
        whole = list(self.fields)
        for one in grid.measures:
            self.fields[one.key] = MarkField(one, required=complete)
            self.fields[f"{one.key}_reason"] = LongTextField(
                label=one.label,
                rows=3,
                max_length=4000,
                required=complete,
                error_messages={"required": _("Give the reason of this mark.")},
            )
        self.whole = whole
        self.order_fields([name for name in self.fields if name not in whole])

    def written(self) -> Written:
        """What can be kept, wrong answers as not given."""
        read = self.cleaned_data.get
        return Written(
            marks={one.key: self._given(one.key) for one in self.grid.measures},
            texts={name: read(name) or "" for name in TEXTS},
            recommended=read("recommended"),
            confidence=read("confidence"),
        )

    def _given(self, key: str) -> Given:
        value = self.cleaned_data.get(key)
        skipped = value == SKIPPED
        reason = self.cleaned_data.get(f"{key}_reason") or ""
        return Given(None if skipped else value, reason, skipped)

    def by_criterion(self) -> list[dict[str, Any]]:
        """The fields in pairs, for the template."""
        return [
            {"measure": one, "mark": self[one.key], "reason": self[f"{one.key}_reason"]}
            for one in self.grid.measures
        ]

    def of_the_whole(self) -> list[forms.BoundField]:
        return [self[name] for name in self.whole]


def so_far(review: Review) -> dict[str, Any]:
    """A review's draft as the form's initial values."""
    initial: dict[str, Any] = {name: getattr(review, name) for name in TEXTS}
    initial |= {"recommended": review.recommended, "confidence": review.confidence}
    for mark in review.marks.all():
        value = SKIPPED if mark.not_applicable else half(mark.value)
        initial[mark.criterion] = value
        initial[f"{mark.criterion}_reason"] = mark.reason
    return initial


def half(value: Decimal | None) -> str:
    """2.0 as 2, 2.5 as it is: how `mark_choices` names it."""
    return "" if value is None else str(Decimal(int(value * 2)) / 2)


class ChangeForm(forms.Form):
    """Another mark for one criterion, and why."""

    use_required_attribute = False

    def __init__(self, *args: Any, grid: Grid, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["criterion"] = forms.ChoiceField(
            label=_("Criterion"),
            choices=[("", _("Choose")), *((one.key, one.label) for one in grid.measures)],
            error_messages={"required": _("Choose the criterion.")},
        )
        marks = [(str(one), number(one)) for one in HALVES]
        if any(one.may_skip for one in grid.measures):
            marks.append((SKIPPED, str(_("Does not apply to this project"))))
        self.fields["value"] = forms.TypedChoiceField(
            label=_("New mark"),
            choices=[("", _("Choose")), *marks],
            coerce=_value,
            error_messages={"required": _("Give a mark.")},
        )
        self.fields["reason"] = LongTextField(
            label=_("Why do you change it?"),
            help_text=_("Kept beside the mark you gave before."),
            rows=3,
            max_length=4000,
            error_messages={"required": _("Say why you change the mark.")},
        )

    @property
    def value(self) -> Decimal | None:
        found: Decimal | str = self.cleaned_data["value"]
        return None if isinstance(found, str) else found


class CommentForm(forms.Form):
    """Something said to those who marked the file."""

    use_required_attribute = False
    text = LongTextField(
        label=_("Your comment"),
        rows=3,
        max_length=4000,
        error_messages={"required": _("Write something first.")},
    )


class PitchForm(forms.Form):
    """When a startup pitched, and what it was asked."""

    use_required_attribute = False
    held_on = DayField(label=_("Pitched on"), past=True)
    questions = LongTextField(
        label=_("What the panel asked, and what it heard"),
        rows=5,
        max_length=10_000,
        error_messages={"required": _("Write down what the startup was asked.")},
    )
