"""What a call's files are marked on, as a fund manager writes it: one form a criterion."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from ...grid import TOP_MARK
from ..rubrics import Grid, Measure

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
MOST = 8
WEIGHTS_WRONG = _("The weights add up to %(sum)s %%, and must add up to 100 %%.")


class MeasureForm(forms.Form):
    """One criterion in three languages; an emptied one is left out."""

    use_required_attribute = False
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    weight = forms.IntegerField(label=_("Weight, in percent"), min_value=1, max_value=100)
    floor = forms.DecimalField(
        label=_("At least, of 5"),
        help_text=_("The median that a file needs here to pass; 0 for none."),
        min_value=0,
        max_value=TOP_MARK,
        decimal_places=1,
        localize=True,
    )
    may_skip = forms.BooleanField(
        label=_("May be found not to apply"),
        help_text=_("It then counts for nothing, instead of zero."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, language in settings.LANGUAGES:
            self.fields[f"label_{code}"] = _text(_("Criterion"), language, most=80)
            self.fields[f"hint_{code}"] = _text(_("What to look at"), language, most=300)
            for mark in range(TOP_MARK + 1):
                means = _("What a %(mark)s means") % {"mark": mark}
                self.fields[f"anchor_{mark}_{code}"] = _text(
                    means, language, most=200, required=False
                )
        for field in self.fields.values():
            field.error_messages["required"] = _("Fill this in, in each language.")

    def by_language(self) -> Iterator[tuple[str, list[forms.BoundField], list[forms.BoundField]]]:
        """Language, its name and hint, its anchors; for the template."""
        for code, language in settings.LANGUAGES:
            anchors = [self[f"anchor_{mark}_{code}"] for mark in range(TOP_MARK + 1)]
            yield language, [self[f"label_{code}"], self[f"hint_{code}"]], anchors

    def measure(self) -> dict[str, Any]:
        """As rubrics.py publishes it."""
        read = self.cleaned_data
        anchors = {
            str(mark): {code: read[f"anchor_{mark}_{code}"] for code in LANGUAGES}
            for mark in range(TOP_MARK + 1)
        }
        return {
            "key": read["key"] or _key(read["label_en"]),
            "label": {code: read[f"label_{code}"] for code in LANGUAGES},
            "hint": {code: read[f"hint_{code}"] for code in LANGUAGES},
            "weight": read["weight"],
            "floor": str(read["floor"]),
            "may_skip": read["may_skip"],
            "anchors": {mark: texts for mark, texts in anchors.items() if any(texts.values())},
        }


def _text(label: Any, language: str, *, most: int, required: bool = True) -> forms.CharField:
    return forms.CharField(label=f"{label} ({language})", max_length=most, required=required)


def _key(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", label.casefold()).strip("_")[:20] or "criterion"


class _Measures(BaseFormSet):
    def clean(self) -> None:
        if any(self.errors):
            return
        kept = [one for one in self.forms if one.cleaned_data and one not in self.deleted_forms]
        total = sum(one.cleaned_data["weight"] for one in kept)
        if total != 100:
            raise forms.ValidationError(WEIGHTS_WRONG % {"sum": total})


MeasuresForm = formset_factory(
    MeasureForm, formset=_Measures, extra=1, max_num=MOST, can_delete=True, absolute_max=MOST
)


class TotalForm(forms.Form):
    """What the weighted mean must reach."""

    use_required_attribute = False
    total = forms.DecimalField(
        label=_("Weighted mean at least, of 100"), min_value=0, max_value=100, decimal_places=1,
        localize=True,
    )  # fmt: skip


def measures(rows: Any) -> list[dict[str, Any]]:
    """Each criterion of a valid MeasuresForm, under a key of its own."""
    found: list[dict[str, Any]] = []
    for one in rows.forms:
        if not one.cleaned_data or one in rows.deleted_forms:
            continue
        row, number = one.measure(), 2
        key = row["key"]
        while any(row["key"] == other["key"] for other in found):
            row["key"] = f"{key[:17]}_{number}"
            number += 1
        found.append(row)
    return found


def initial(grid: Grid) -> list[dict[str, Any]]:
    """The rubric in force as the forms' values."""
    return [_row(one) for one in grid.measures]


def _row(measure: Measure) -> dict[str, Any]:
    row: dict[str, Any] = {
        "key": measure.key,
        "weight": measure.weight,
        "floor": Decimal(measure.floor),
        "may_skip": measure.may_skip,
        "label": str(measure.label),
    }
    for code in LANGUAGES:
        with override(code):
            row |= {f"label_{code}": measure.label, f"hint_{code}": measure.hint}
            row |= {f"anchor_{mark}_{code}": text for mark, text in measure.meanings}
    return row
