"""Ringing goes on after a database that was away."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from openqrm.services.ringing import Ringer


class OnceAway:
    """A database that does not answer the first question."""

    def __init__(self) -> None:
        self.asked = 0

    @contextmanager
    def reading(self) -> Iterator[Any]:
        self.asked += 1
        if self.asked == 1:
            raise ConnectionError("the database restarts")
        yield SimpleNamespace(plans=SimpleNamespace(ring=lambda ref: [ref]))


def test_a_database_that_restarts_does_not_end_the_ringing() -> None:
    rung: queue.Queue[str] = queue.Queue()
    ringer = Ringer(OnceAway(), SimpleNamespace(submit=rung.put))
    ringer.ring(frozenset({"blade1"}))
    assert rung.get(timeout=20) == "resource/blade1", "it is rung again by itself"
    ringer.ring(frozenset({"blade2"}))
    assert rung.get(timeout=20) == "resource/blade2"
    ringer.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "ringer" and thread.is_alive()]
