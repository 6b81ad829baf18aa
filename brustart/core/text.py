"""Texts that are data: one column a language, shown in the reader's."""

from typing import Any

from django.utils.translation import get_language


def localized(row: Any, field: str) -> str:
    """`field_fr`, `field_nl` or `field_en` of the row, by the active language."""
    return str(getattr(row, f"{field}_{(get_language() or 'en')[:2]}"))
