"""What lies in a folder of a host: all of it, or nothing is said."""

from __future__ import annotations

import re
from dataclasses import dataclass

from openqrm.domain.errors import Category, StepError
from openqrm.plugin_api.actions import DISK_HINT
from openqrm.plugin_api.run import run
from openqrm.ports.world import Host

_BLOCK_BYTES = 512  # the unit of find's %b
_ENTRY = re.compile(r"(?P<kind>\S) (?P<depth>[01]) (?P<size>\d+) (?P<blocks>\d+) (?P<name>.*)", re.DOTALL)


@dataclass(frozen=True, order=True)
class Entry:
    """A file or folder; `used_bytes` is what it takes of the disk."""

    name: str
    size_bytes: int
    used_bytes: int


def list_entries(host: Host, directory: str, kind: str) -> list[Entry]:
    """Those of a kind (find's %y) that are not hidden. Raises StepError when the list is not whole."""
    # With -depth the folder itself comes last: a list without it was cut off on the way.
    argv = ("find", "-H", directory, "-maxdepth", "1", "-depth", "-printf", "%y %d %s %b %f\\0")
    *texts, rest = run(host, argv, hint=DISK_HINT).split("\0")
    found = [_ENTRY.fullmatch(text) for text in texts]
    if rest or [match and match["depth"] for match in found] != ["1"] * (len(found) - 1) + ["0"]:
        raise StepError(Category.UNAVAILABLE, f"find did not tell all that is in {directory}", "Retry.")
    entries = [_entry(match) for match in found[:-1] if match and match["kind"] == kind]
    return sorted(entry for entry in entries if not entry.name.startswith("."))


def _entry(match: re.Match[str]) -> Entry:
    return Entry(match["name"], int(match["size"]), int(match["blocks"]) * _BLOCK_BYTES)
