"""Fields that read what people write: numbers in every habit, enterprise numbers, long texts."""

from decimal import Decimal
from typing import Any

from django import forms

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

    def __init__(self, **options: Any) -> None:
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
