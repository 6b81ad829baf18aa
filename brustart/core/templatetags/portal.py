"""What every template can use: figures and dates in the page's language, tags, small charts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_percent
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from brustart.core import charts, dates, lines, money

register = template.Library()
TONES = frozenset({"neutral", "active", "good", "warn", "bad"})


def _language() -> str:
    return (get_language() or "en")[:2]


@register.filter
def euros(value: Decimal | int | None) -> str:
    """An amount in EUR as the language writes it; nothing for nothing."""
    return "" if value is None else money.euros(value)


@register.filter
def number(value: Decimal | float | None) -> str:
    """A plain figure with at most two decimals; nothing for nothing."""
    return "" if value is None or value == "" else money.number(value)


@register.filter
def tenth(value: Decimal | float | str) -> str:
    """A figure with at most one decimal; it may come as stored text."""
    return money.number(Decimal(str(value)), places="#")


@register.filter
def hundredth(value: Decimal | float | str) -> str:
    """A figure with two decimals; it may come as stored text."""
    return money.number(Decimal(str(value)), places="00")


@register.filter
def percent(value: Decimal | float | None) -> str:
    """A fraction of one (0.925) as a percentage (92.5%) with at most one decimal."""
    if value is None or value == "":
        return ""
    pattern = "#,##0.#%" if _language() == "en" else "#,##0.#\N{NO-BREAK SPACE}%"
    words = format_percent(value, format=pattern, locale=money.LOCALES[_language()])
    return words.replace("-", money.MINUS)


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """An instant in Brussels time: 30 June 2026, 17:00."""
    if value is None or value == "":
        return ""
    local = timezone.localtime(value)
    precise = local.isoformat(timespec="minutes")
    return format_html('<time datetime="{}">{}</time>', precise, dates.to_the_minute(value))


@register.filter
def day(value: date | None) -> SafeString | str:
    """A date in full; an instant gives its day in Brussels."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), dates.in_full(value))


@register.inclusion_tag("components/status_tag.html")
def status_tag(label: str, tone: str = "neutral") -> dict[str, str]:
    """One word and a sign; an unknown tone is neutral."""
    return {"label": label, "tone": tone if tone in TONES else "neutral"}


@register.simple_tag
def award_bar(account: Any) -> list[charts.Stretch]:
    """An award's money, from paid to not yet claimed, for awards/progress.html."""
    parts = [("paid", account.paid), ("unpaid", account.liquidated - account.paid)]
    return charts.stretches([*parts, ("left", account.committed - account.liquidated)])


@register.inclusion_tag("components/money_bar.html")
def money_bar(capacity: charts.Capacity, public: bool = False) -> dict[str, Any]:
    """The fund as one bar and a table; the public one leaves proposals out."""
    return {"bar": charts.money_bar(capacity, public), "capacity": capacity, "public": public}


@register.inclusion_tag("components/burn_down.html")
def burn_down(
    picture: lines.BurnDown, levels: Sequence[lines.Level], by_day: bool = True
) -> dict[str, Any]:
    """What was left over time as a picture and a table; `by_day`: each row is a day, not the end
    of a longer step."""
    return {"picture": picture, "levels": levels, "by_day": by_day}


@register.inclusion_tag("components/contributions_chart.html")
def contributions_chart(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """How much each criterion gives of what it could give, and why."""
    return {"bars": [charts.contribution(row) for row in rows]}


@register.inclusion_tag("components/marks_dots.html")
def marks_dots(
    values: Sequence[Decimal | int | None], median: Decimal | float | None
) -> dict[str, Any]:
    """A panel's marks of 0 to 5 as dots; None is a mark not given."""
    given = [value for value in values if value is not None]
    return {
        "given": given,
        "absent": len(values) - len(given),
        "median": median,
        "plot": charts.dots(given, median),
    }
