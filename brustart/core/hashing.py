"""Content hashes over one canonical form: RFC 8785 JSON, decimals as strings, times in UTC."""

import hashlib
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import rfc8785


def plain(value: Any) -> Any:
    """The value with only JSON's own types in it.

    Raises TypeError for anything whose meaning would depend on how it is printed (a float).
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return plain(vars(value))
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str):
        return value
    raise TypeError(f"{type(value).__name__} has no canonical form")


def sha256(content: Mapping[str, Any]) -> str:
    """Hex SHA-256 of the content; put a `schema` version inside it."""
    return hashlib.sha256(rfc8785.dumps(plain(content))).hexdigest()
