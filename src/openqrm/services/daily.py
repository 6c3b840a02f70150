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
    """A thread of its own. A chore that fails is told of in the log, and tried again the next day."""

    def __init__(self, chores: Mapping[str, Chore]) -> None:
        self._chores = chores
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="daily", daemon=True)

    def start(self) -> None:
        """Begin, with the first pass some minutes from now."""
        self._thread.start()

    def close(self) -> None:
        """End, as soon as the chore at work lets it."""
        self._ending.set()
        self._thread.join()

    def look(self) -> dict[str, int]:
        """One pass: how much each chore that did not fail has done."""
        done: dict[str, int] = {}
        for name, chore in self._chores.items():
            try:
                done[name] = chore(self._ending)
            except Exception:  # of one: a database that restarts must not end the others, nor tomorrow's
                log.exception("a daily chore failed; trying again tomorrow", chore=name)
        return done

    def _work(self) -> None:
        pause_s = FIRST_S
        while not self._ending.wait(pause_s):
            pause_s = DAY_S
            log.info("daily chores", **self.look())
