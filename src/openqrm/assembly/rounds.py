"""What is looked at again and again for as long as openQRM runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger()


class Rounds:
    """Calls each function every so many seconds in a thread of its own, until all are closed.

    A round that breaks is told in the log, and the next one comes. Who works for long looks at `ending` meanwhile.
    """

    def __init__(self) -> None:
        self.ending = threading.Event()
        self._threads: list[threading.Thread] = []

    def begin(self, name: str, look: Callable[[], object], every_s: float, first_s: float | None = None) -> None:
        """The first round comes after a pause too, of FIRST_S if that differs."""
        given = (name, look, every_s, every_s if first_s is None else first_s)
        self._threads.append(threading.Thread(target=self._work, args=given, name=name, daemon=True))
        self._threads[-1].start()

    def close(self) -> None:
        """End, after the rounds that are under way."""
        self.ending.set()
        for thread in self._threads:
            thread.join()

    def _work(self, name: str, look: Callable[[], object], every_s: float, pause_s: float) -> None:
        while not self.ending.wait(pause_s):
            pause_s = every_s
            try:
                look()
            except Exception:  # of the database too: one that restarts must not end the rounds
                log.exception("a round broke; the next one comes", rounds=name)


def led(
    leads: Callable[[], bool], look: Callable[[float], None], forget: Callable[[], None] = lambda: None
) -> Callable[[], None]:
    """A round of what only the one of several processes looks at that leads; the others FORGET what they knew."""
    return lambda: look(time.time()) if leads() else forget()
