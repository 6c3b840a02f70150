"""The dispatcher in process: each plan once at a time, at the earlier of its times, and all of them after a start."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from openqrm.adapters.dispatch.local import LocalDispatcher

LONG_S = 20.0


class Drives:
    """What was driven, for tests to wait on."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.at_once: Counter[str] = Counter()
        self.most = 0
        self.hold = threading.Event()
        self._changed = threading.Condition()

    def drive(self, plan: str) -> None:
        with self._changed:
            self.at_once[plan] += 1
            self.most = max(self.most, self.at_once[plan])
            self.count[plan] += 1
            self._changed.notify_all()
        if plan == "broken":
            raise ValueError(plan)
        if plan == "held":
            self.hold.wait(LONG_S)
        with self._changed:
            self.at_once[plan] -= 1

    def until(self, plan: str, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.count[plan] >= count, LONG_S), self.count


@pytest.fixture
def drives() -> Drives:
    return Drives()


@pytest.fixture
def dispatcher(drives: Drives) -> Iterator[LocalDispatcher]:
    made = LocalDispatcher(threads=4)
    yield made
    drives.hold.set()
    made.close()


def test_what_an_earlier_life_left_is_driven(dispatcher: LocalDispatcher, drives: Drives) -> None:
    dispatcher.start(drives.drive, lambda: [("1", 0.0), ("2", 5.0), ("later", time.time() + 3600)])
    drives.until("1", 1)
    drives.until("2", 1)
    drives.until("later", 1)  # what rang it while nobody was there is not rung again


def test_the_earlier_time_counts(dispatcher: LocalDispatcher, drives: Drives) -> None:
    dispatcher.start(drives.drive, list)
    dispatcher.submit("1", due_s=time.time() + 3600)
    dispatcher.submit("1", due_s=time.time() + 0.05)
    dispatcher.submit("1", due_s=time.time() + 7200)
    drives.until("1", 1)
    dispatcher.submit("2")
    drives.until("2", 1)
    assert drives.count["1"] == 1


def test_a_plan_at_work_is_driven_again_afterwards(dispatcher: LocalDispatcher, drives: Drives) -> None:
    dispatcher.start(drives.drive, list)
    dispatcher.submit("held")
    drives.until("held", 1)
    for _ in range(5):
        dispatcher.submit("held")
    dispatcher.submit("other")
    drives.until("other", 1)
    assert drives.count["held"] == 1
    drives.hold.set()
    drives.until("held", 2)
    assert (drives.most, drives.count["held"]) == (1, 2)


def test_a_drive_that_breaks_harms_no_other(dispatcher: LocalDispatcher, drives: Drives) -> None:
    dispatcher.start(drives.drive, lambda: [("broken", 0.0)])
    drives.until("broken", 1)
    dispatcher.submit("2")
    drives.until("2", 1)
    dispatcher.submit("broken")
    drives.until("broken", 2)


def test_close_waits_for_what_is_at_work(drives: Drives) -> None:
    dispatcher = LocalDispatcher()
    dispatcher.start(drives.drive, lambda: [("held", 0.0)])
    drives.until("held", 1)
    threading.Timer(0.1, drives.hold.set).start()
    dispatcher.close()
    assert drives.at_once["held"] == 0
