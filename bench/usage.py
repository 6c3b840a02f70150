"""What a process has used, from /proc."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """CPU-seconds of a process and of all its threads since its start; its children are not in it."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS


def tree_cpu_s(pid: int) -> float:
    """CPU-seconds of a process, of its living descendants, and of those that each has waited for."""
    return sum(_with_waited_for(member) for member in family(pid))


def rss_mib(pid: int) -> float:
    """Resident memory of one process."""
    return int(_stat(pid)[21]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def family(pid: int) -> list[int]:
    """The process and its living descendants. By parents, because not every kernel lists children."""
    children: dict[int, list[int]] = {}
    for each in (int(path.name) for path in Path("/proc").glob("[0-9]*")):
        with suppress(FileNotFoundError, ProcessLookupError):
            children.setdefault(int(_stat(each)[1]), []).append(each)
    members = [pid]
    for member in members:
        members += children.get(member, [])
    return members


def _with_waited_for(pid: int) -> float:
    return sum(int(field) for field in _stat(pid)[11:15]) / _TICKS


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
