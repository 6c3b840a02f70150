"""A state as text, so that two can be compared and their difference shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openqrm.domain.record import Record
from openqrm.plugin_api.codec import record_fields

State = dict[str, str]


def render_state(raw: Mapping[str, Any], secrets: Mapping[str, str]) -> State:
    """Name → text. A secret is shown as its reference, for it is another one in each run."""
    return {name: _hide(repr(_plain(value)), secrets) for name, value in sorted(raw.items())}


def difference(before: State, after: State) -> str:
    """What differs, a line each; empty when nothing does."""
    lines = []
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            lines.append(f"{name}: {before.get(name, 'absent')} → {after.get(name, 'absent')}")
    return "\n".join(lines)


def _plain(value: Any) -> Any:
    match value:
        case Record():
            return sorted(record_fields(value).items())
        case dict():
            return sorted(((_plain(k), _plain(v)) for k, v in value.items()), key=repr)
        case set() | frozenset():
            return sorted((_plain(v) for v in value), key=repr)
        case list() | tuple():
            return [_plain(v) for v in value]
        case bytes():
            return value.decode(errors="backslashreplace")
        case None | str() | int() | float():
            return value
        case _ if hasattr(value, "__dict__"):
            return _plain({k: v for k, v in vars(value).items() if not k.startswith("_")})
        case _:
            return repr(value)


def _hide(text: str, secrets: Mapping[str, str]) -> str:
    for secret, reference in secrets.items():
        text = text.replace(secret, f"⟨{reference}⟩")
    return text
