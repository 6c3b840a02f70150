"""What no text may hold, whoever declared the field: PostgreSQL keeps no NUL."""

from __future__ import annotations

from typing import Any

import msgspec

from openqrm.domain.errors import Category, PlanningError


def refuse_nul(said: Any) -> None:
    """Raises PlanningError `bad_input` that names the field."""
    if b"\\u0000" in msgspec.json.encode(said) and (where := _find_nul(msgspec.to_builtins(said), "")):
        raise PlanningError(Category.BAD_INPUT, f"{where}: a text cannot hold a NUL character", "Leave it out.")


def _find_nul(value: Any, place: str) -> str:
    """The field with a NUL in it, else empty."""
    match value:
        case str():
            return (place or "text") if "\0" in value else ""
        case dict():
            pairs = [(str(key), each) for key, each in value.items()]
            if any("\0" in key for key, _ in pairs):
                return place or "text"
        case list():
            pairs = [(str(number), each) for number, each in enumerate(value)]
        case _:
            return ""
    return next(filter(None, (_find_nul(each, f"{place}.{key}".strip(".")) for key, each in pairs)), "")
