"""Values as JSON keeps them, typed again by the dataclass that they belong to."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints


@cache
def kinds(of: type) -> Mapping[str, Any]:
    """The type of each field of a dataclass."""
    return get_type_hints(of)


def typed(kind: Any, value: Any) -> Any:
    """The value as that type has it: `typed(date | None, "2026-11-22")`. An answer left empty is
    None, or nothing where a text or a tuple is expected."""
    if isinstance(kind, UnionType):
        known = next(one for one in get_args(kind) if one is not type(None))
        return None if value in (None, "") else typed(known, value)
    if get_origin(kind) is tuple:
        return tuple(typed(get_args(kind)[0], one) for one in value or ())
    if get_origin(kind) is Mapping:
        return {name: typed(get_args(kind)[1], one) for name, one in value.items()}
    if is_dataclass(kind) and isinstance(kind, type):
        return _whole(kind, value)
    return _single(kind, value)


def _whole(kind: type, value: Any) -> Any:
    if isinstance(value, kind):
        return value
    fields = kinds(kind)
    return kind(**{name: typed(fields[name], value[name]) for name in fields if name in value})


def _single(kind: Any, value: Any) -> Any:
    if kind is date:
        return value if isinstance(value, date) else date.fromisoformat(value)
    if kind is Decimal:
        return Decimal(value)
    if kind is str:
        return value or ""
    return kind(value)
