"""Answers as text: lists as columns, records as lines."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

WIDEST = 60
HIDDEN = ("id", "version")


def render_answer(answer: Any) -> str:
    """Text for people; --json is for programs."""
    if isinstance(answer, list):
        return _render_rows([_flat(row) for row in answer])
    if isinstance(answer, dict):
        return "\n".join(f"{key}: {value}" for key, value in _lines(answer))
    return str(answer)


def _flat(row: Any) -> dict[str, str]:
    """A row's columns; a record within it gives its own."""
    cells: dict[str, str] = {}
    for key, value in row.items():
        if key == "id" and isinstance(value, str):
            cells["plan"] = value  # a plan has no other name
        elif isinstance(value, dict):
            cells |= {k: _cell(k, v) for k, v in value.items() if not isinstance(v, dict | list)}
        elif not isinstance(value, list):
            cells[key] = _cell(key, value)
    return {key: value for key, value in cells.items() if key not in HIDDEN}


def _render_rows(rows: list[dict[str, str]]) -> str:
    if not rows:
        return "there are none"
    columns = [c for c in rows[0] if any(row.get(c) for row in rows)]
    widths = {c: min(WIDEST, max(len(c), *(len(row.get(c, "")) for row in rows))) for c in columns}
    lines = [[c.upper() for c in columns]]
    for row in rows:
        cells = [textwrap.wrap(row.get(c, ""), WIDEST) for c in columns]
        lines += [list(line) for line in zip_longest(*cells, fillvalue="")]
    return "\n".join("  ".join(map(str.ljust, line, widths.values())).rstrip() for line in lines)


def _lines(record: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        if isinstance(value, dict) and value:
            yield from _lines(value, f"{prefix}{key}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for number, each in enumerate(value):
                yield from _lines(each, f"{prefix}{key}[{number}].")
        else:
            yield prefix + key, _cell(key, value)


def _cell(key: str, value: Any) -> str:
    if key.endswith("_s") and isinstance(value, float) and value > 1e8:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(value))
    if value is None or value == "" or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value)
