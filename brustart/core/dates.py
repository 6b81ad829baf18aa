"""Days and instants as people read them, in the language of the moment."""

from datetime import date, datetime

from babel.dates import format_date, format_time
from django.utils import timezone
from django.utils.translation import get_language

from .money import LOCALES


def in_full(value: date) -> str:
    """30 June 2026; an instant gives its day in Brussels."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    words = str(format_date(value, "d MMMM y", locale=LOCALES[_language()]))
    if _language() == "fr" and value.day == 1:
        return words.replace("1 ", "1er ", 1)
    return words


def to_the_minute(value: datetime) -> str:
    """30 June 2026, 17:00, in Brussels time."""
    clock = format_time(timezone.localtime(value).time(), "HH:mm", locale=LOCALES[_language()])
    return f"{in_full(value)}, {clock}"


def _language() -> str:
    return (get_language() or "en")[:2]
