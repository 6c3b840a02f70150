"""The append-only facts of a plan's life. From them alone the next move follows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fact(StrEnum):
    """What was found, done or decided."""

    FOUND_SO = "found_so"  # true before we touched anything: not ours to undo
    WAITING = "waiting"  # on its way, by itself or since it was started: its deadline counts from the first of these
    STARTED = "started"  # written ahead of every attempt to change: from here on it is ours
    DONE = "done"
    FAILED = "failed"
    UNDO_STARTED = "undo_started"  # written ahead of every attempt to take it back
    UNDONE = "undone"
    KEPT = "kept"  # cannot be undone, said why
    UNDO_FAILED = "undo_failed"  # one attempt to take it back
    # an operator's decisions
    RETRIED = "retried"
    SKIPPED = "skipped"
    UNDO_ASKED = "undo_asked"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class Entry:
    """One fact; `step` is empty for decisions about the whole plan. `seq` counts from 0 within a plan."""

    seq: int
    step: str
    fact: Fact
    at_s: float
    note: str = ""
    category: str = ""  # of a failure
    hint: str = ""
