"""Several documents in one field."""

from typing import Any

from django import forms


class Uploads(forms.ClearableFileInput):
    allow_multiple_selected = True


class DocumentsField(forms.FileField):
    """A list of uploaded documents; what they are is judged when they are kept."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=Uploads, **options)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        kept = [super(DocumentsField, self).clean(one, initial) for one in given if one]
        return kept or [one for one in [super().clean(None, initial)] if one]
