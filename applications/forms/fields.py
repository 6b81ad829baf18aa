"""Fields that read what people write: numbers in every habit, enterprise numbers, long texts."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from brustart.cbe.numbers import clean_number, display_number
from brustart.core import written

SHORT, MEDIUM = "field-short", "field-medium"  # the width says what length is expected
CENT = Decimal("0.01")


class EnterpriseNumberField(forms.CharField):
    """Ten digits however written; shown as 0403.019.261."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"class": MEDIUM}

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return clean_number(text) if text else ""

    def prepare_value(self, value: Any) -> Any:
        return display_number(value) if isinstance(value, str) else value


class WrittenNumber(forms.IntegerField):
    """What whole and decimal numbers share: they are read as people write them."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.strip():
            try:
                value = written.number(value)
            except ValueError as error:
                raise forms.ValidationError(
                    self.error_messages["invalid"], code="invalid"
                ) from error
        return super().to_python(value)


class NumberField(WrittenNumber, forms.DecimalField):
    """A number of at least 0 with at most two decimals."""

    def __init__(self, **options: Any) -> None:
        known = {"min_value": 0, "max_digits": 14, "decimal_places": 2, "localize": True}
        super().__init__(**{**known, **options})
        self.widget.attrs.update({"inputmode": "decimal", "class": SHORT, "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        """Decimals only when there are some."""
        whole = isinstance(value, Decimal) and value == value.to_integral_value()
        return value.quantize(Decimal(1)) if whole else value


class EurosField(NumberField):
    """An amount in EUR as the reader's language writes it; two places once it is read."""

    def __init__(self, *, above_zero: bool = False, **options: Any) -> None:
        if above_zero:
            options["min_value"] = CENT
            options["error_messages"] = {"min_value": _("Give an amount above zero.")}
        super().__init__(**options)
        self.widget.attrs["class"] = f"amount {SHORT}"  # budget.js adds the amounts up

    def clean(self, value: Any) -> Decimal | None:
        amount: Decimal | None = super().clean(value)
        return None if amount is None else amount.quantize(CENT)


class CountField(WrittenNumber):
    """A whole number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(localize=True, **{"min_value": 0, **options})
        self.widget.attrs.update({"inputmode": "numeric", "class": SHORT, "autocomplete": "off"})


class PostalCodeField(forms.CharField):
    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"class": SHORT, "inputmode": "numeric"}


class LongTextField(forms.CharField):
    """Some paragraphs. A line's end counts once, as the browser's own count has it."""

    def __init__(self, *, rows: int = 6, max_length: int = 10_000, **options: Any) -> None:
        area = forms.Textarea(attrs={"rows": rows})
        super().__init__(widget=area, max_length=max_length, **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class DayField(forms.DateField):
    """A date, however Belgians write it; at least a real one."""

    def __init__(self, *, past: bool = False, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        formats = ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]
        super().__init__(widget=widget, input_formats=formats, **options)
        self.past = past

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day and self.past and day > timezone.localdate():
            raise forms.ValidationError(_("This date is in the future."))
        return day


class PercentField(NumberField):
    """A share of a hundred, with at most two decimals."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_value=100, max_digits=5, **options)


class QuarterField(forms.CharField):
    """A quarter of a year, as T1 2027 (French), K1 2027 (Dutch), Q1 2027; kept as 2027-Q1."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=12, **options)
        self.widget.attrs.update({"class": SHORT, "autocomplete": "off"})

    def clean(self, value: Any) -> str:
        text = super().clean(value).upper().replace(" ", "")
        if not text:
            return ""
        found = re.fullmatch(r"[TKQ]([1-4])[-/]?(20\d\d)", text)
        if found:
            return f"{found[2]}-Q{found[1]}"
        if re.fullmatch(r"20\d\d-?[TKQ][1-4]", text):
            return f"{text[:4]}-Q{text[-1]}"
        raise forms.ValidationError(_("Write a quarter and a year, for example Q1 2027."))

    def prepare_value(self, value: Any) -> Any:
        return quarter(value) if isinstance(value, str) else value


def quarter(kept: str) -> str:
    """2027-Q1 as the language writes it; anything else as it is."""
    found = re.fullmatch(r"(20\d\d)-Q([1-4])", kept)
    letter = {"fr": "T", "nl": "K"}.get((get_language() or "en")[:2], "Q")
    return f"{letter}{found[2]} {found[1]}" if found else kept


class YesNoField(forms.ChoiceField):
    """Yes or no, and nothing until somebody chooses."""

    def __init__(self, **options: Any) -> None:
        choices = [("yes", _("Yes")), ("no", _("No"))]
        super().__init__(choices=choices, widget=forms.RadioSelect, **options)


class ChosenField(forms.ChoiceField):
    """One of a few answers, all in sight."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.RadioSelect, **options)


class PickedField(forms.ChoiceField):
    """One of many answers, from a list that opens; for rows of a table."""

    def __init__(self, *, choices: list[tuple[str, Any]], **options: Any) -> None:
        super().__init__(choices=[("", "–"), *choices], **options)


class SeveralField(forms.MultipleChoiceField):
    """Any of a few answers, all in sight."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.CheckboxSelectMultiple, **options)
