"""What is done once a day without being asked for, one thing after the other."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Protocol

import structlog

log = structlog.get_logger()
DAY_S = 86_400.0
FIRST_S = 600.0  # the start has other things to do


class Chore(Protocol):
    """Work of a day; gives how much there was, and ends soon when `ending` is set."""

    def __call__(self, ending: threading.Event) -> int: ...


class Daily:
    """A chore that fails is told of in the log, and tried again the next day. None works on when ENDING is set."""

    def __init__(self, chores: Mapping[str, Chore], ending: threading.Event) -> None:
        self._chores, self._ending = chores, ending

    def look(self) -> dict[str, int]:
        """How much each chore that did not fail has done."""
        done: dict[str, int] = {}
        for name, chore in self._chores.items():
            try:
                done[name] = chore(self._ending)
            except Exception:  # of one: a database that restarts must not end the others, nor tomorrow's
                log.exception("a daily chore failed; trying again tomorrow", chore=name)
        log.info("daily chores", **done)
        return done
