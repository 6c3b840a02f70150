"""The table on the terminal, and build/bench/results.json."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.rows import Row

VERDICTS = {True: "met", False: "[bold]not met[/]", None: ""}
Results = Mapping[str, Sequence[Row]]


def render_value(value: float | None) -> str:
    """Three digits that matter; whole numbers from a hundred on."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def print_table(results: Results) -> None:
    """All rows, a section for each bench."""
    table = Table("what", "value", "unit", "goal", "", "peer", "note", title=describe_machine())
    for rows in results.values():
        for row in rows:
            peer = f"{render_value(row.peer)} {row.peer_name}" if row.peer is not None else row.peer_name
            goal = str(row.goal or "")
            table.add_row(row.name, render_value(row.value), row.unit, goal, VERDICTS[row.met], peer, row.note)
        table.add_section()
    console = Console()
    if not console.is_terminal:
        console = Console(width=200)
    console.print(table)


def write_results(results: Results, path: Path) -> None:
    """The same for programs. `peer` and `value` have the same unit."""
    rows = [_entry(bench, row) for bench, rows in results.items() for row in rows]
    told = {"machine": describe_machine(), "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "rows": rows}
    path.write_bytes(msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")


def render_markdown(results: Results) -> str:
    """The table for bench/RESULTS.md."""
    lines = ["| what | value | unit | goal | met | peer | note |", "| --- | --- | --- | --- | --- | --- | --- |"]
    met = {True: "yes", False: "**no**", None: ""}
    for row in (row for rows in results.values() for row in rows):
        peer = f"{render_value(row.peer)} ({row.peer_name})" if row.peer is not None else row.peer_name
        cells = (row.name, render_value(row.value), row.unit, str(row.goal or ""), met[row.met], peer, row.note)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _entry(bench: str, row: Row) -> dict[str, object]:
    fields = msgspec.structs.asdict(row)
    return fields | {"goal": str(row.goal or ""), "met": row.met, "command": f".venv/bin/python -m bench {bench}"}


def describe_machine() -> str:
    """Where the numbers come from, with the load before the run: a busy machine flatters nobody."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores {_cpu_model()}, {memory_gib:.0f} GiB, Linux {platform.release()}, "
        f"Python {platform.python_version()}, load {load:.1f}"
    )


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
