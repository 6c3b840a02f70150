"""The gate that every effect of a simulated world goes through: counted, and where a crash or a refusal is put in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Crash(BaseException):
    """openQRM was killed here. No error: nothing may catch it."""


class Disturbance(StrEnum):
    """What can go wrong with an effect."""

    REFUSED = "refused"  # the tool ends with 1, the API answers 500
    UNAVAILABLE = "unavailable"  # nobody answers
    GARBLED = "garbled"  # it answers with what nobody understands


class Gate:
    """Counts the points before and after each effect. After a crash nothing gets through until `revive`."""

    def __init__(self) -> None:
        self.points = 0
        self.log: list[str] = []
        self.crash_at: int | None = None
        self.disturbances: dict[str, Disturbance] = {}
        self._dead = False
        self._lock = threading.Lock()

    def point(self) -> None:
        """A place where openQRM can be killed."""
        with self._lock:
            if self._dead or self.points == self.crash_at:
                self._dead = True
                raise Crash
            self.points += 1

    def through(self, label: str, effect: Callable[[], T], disturbed: Callable[[Disturbance], T] | None = None) -> T:
        """Let this effect happen; `disturbed` answers in its place when a disturbance is set for its label."""
        self.point()
        self.log.append(label)
        disturbance = self.disturbances.get(label)
        result = disturbed(disturbance) if disturbance and disturbed else effect()
        self.point()
        return result

    def revive(self) -> None:
        """openQRM has been started again."""
        self._dead, self.crash_at = False, None
