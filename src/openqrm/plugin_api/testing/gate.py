"""The gate that every effect of a simulated world goes through: counted, and where a crash or a refusal is put in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Crash(BaseException):
    """openQRM was killed here. No error: nothing may catch it."""


class Disturbance(StrEnum):
    """What can go wrong with an effect."""

    REFUSED = "refused"  # the tool ends with 1, the API answers 500
    UNAVAILABLE = "unavailable"  # nobody answers
    GARBLED = "garbled"  # it answers with what nobody understands


class Fault(StrEnum):
    """What can go wrong with the answer to one effect of a tool; what it should do, it has done."""

    LATE = "late"  # the time is up before it answers
    HALF = "half"  # half of its answer comes
    TWICE = "twice"  # its answer comes twice
    GONE = "gone"  # its host has vanished, and answers nothing from here on until it comes back


@dataclass(frozen=True)
class Answers(Generic[T]):
    """How a tool answers that fails: in place of its effect, and after it. `peer` is the host, or the API, it is of."""

    peer: str
    disturbed: Callable[[Disturbance], T]
    faulty: Callable[[Fault, T], T]


class Gate:
    """Counts the points before and after each effect. After a crash nothing gets through until `revive`."""

    def __init__(self) -> None:
        self.points = 0
        self.log: list[str] = []
        self.crash_at: int | None = None
        self.disturbances: dict[str, Disturbance] = {}
        self.answers = 0  # of tools, as they come
        self.fault_at: tuple[int, Fault] | None = None
        self._gone = ""
        self._dead = False
        self._lock = threading.Lock()

    def point(self) -> None:
        """A place where openQRM can be killed."""
        with self._lock:
            if self._dead or self.points == self.crash_at:
                self._dead = True
                raise Crash
            self.points += 1

    def through(self, label: str, effect: Callable[[], T], answer: Answers[T] | None = None) -> T:
        """Let this effect happen, disturbed or with a fault where one is set; `answer` says how that looks."""
        self.point()
        self.log.append(label)
        result = self._answered(label, effect, answer) if answer else effect()
        self.point()
        return result

    def _answered(self, label: str, effect: Callable[[], T], answer: Answers[T]) -> T:
        if disturbance := self.disturbances.get(label):
            return answer.disturbed(disturbance)
        if answer.peer == self._gone:
            return answer.disturbed(Disturbance.UNAVAILABLE)
        result = effect()
        at, fault = self.fault_at or (-1, None)
        self.answers += 1
        if fault is None or self.answers != at:
            return result
        if fault is Fault.GONE:
            self._gone = answer.peer
        return answer.faulty(fault, result)

    def come_back(self) -> None:
        """The host is there again, and answers as it should."""
        self.fault_at, self._gone = None, ""

    def revive(self) -> None:
        """openQRM has been started again."""
        self._dead, self.crash_at = False, None
