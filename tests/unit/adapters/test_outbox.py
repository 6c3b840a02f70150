"""The outbox on both databases: at least once, in order, and nobody is held up by another."""

from __future__ import annotations

import threading
import time

from openqrm.adapters.database import Database
from openqrm.domain.errors import Category, StepError
from openqrm.domain.event import Event, Severity
from openqrm.engine.outbox import TRIES_OF_A_DEFECT, Outbox


class Listener:
    """Remembers what it was told; raises what stands in `trouble`, one for each call."""

    def __init__(self, name: str, *trouble: Exception) -> None:
        self.name, self.trouble = name, list(trouble)
        self.told: list[str] = []
        self.all_told = threading.Event()

    def deliver(self, event: Event) -> None:
        if self.trouble:
            raise self.trouble.pop(0)
        self.told.append(event.text)
        if event.text == "last":
            self.all_told.set()


class Clock:
    """Time that tests move."""

    def __init__(self) -> None:
        self.time_s = 1000.0

    def __call__(self) -> float:
        return self.time_s


def happen(database: Database, *texts: str) -> None:
    with database.transaction() as tx:
        tx.events.emit(
            [Event(name="", topic="t", about="resource/m1", severity=Severity.INFO, text=text) for text in texts]
        )


AWAY = StepError(Category.UNAVAILABLE, "mail server does not answer")


def test_all_are_told_in_order_whatever_one_does(database: Database) -> None:
    broken, well = Listener("broken", *[ValueError("defect")] * 100), Listener("well")
    outbox = Outbox(database.feed, [broken, well])
    happen(database, "first", "second", "last")
    outbox.start()
    outbox.ring()
    assert well.all_told.wait(20)
    deadline = time.monotonic() + 20  # each is told by a thread of its own
    while not any(state.last_error for state in database.feed.states()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    outbox.close()
    assert (well.told, broken.told) == (["first", "second", "last"], [])
    states = {state.name: state for state in database.feed.states()}
    assert (states["well"].waiting, states["broken"].waiting) == (0, 3)
    assert states["broken"].last_error == "ValueError: defect"


def test_what_was_away_is_told_later(database: Database) -> None:
    clock, listener = Clock(), Listener("mailer", *[AWAY] * 20)
    outbox = Outbox(database.feed, [listener], now_s=clock)
    happen(database, "first", "last")
    tries = 0
    while not listener.told:
        outbox.tell(listener)
        tries += 1
        assert not outbox.tell(listener) or listener.told  # not due yet
        clock.time_s += 301.0
    assert tries == 21
    assert listener.told == ["first", "last"]


def test_an_event_that_always_breaks_a_subscriber_is_given_up(database: Database) -> None:
    clock, listener = Clock(), Listener("mailer", *[ValueError("defect")] * TRIES_OF_A_DEFECT)
    outbox = Outbox(database.feed, [listener], now_s=clock)
    happen(database, "poison", "last")
    for _ in range(TRIES_OF_A_DEFECT + 1):
        outbox.tell(listener)
        clock.time_s += 301.0
    assert listener.told == ["last"]
    (state,) = database.feed.states()
    assert (state.skipped, state.waiting) == (1, 0)


def test_who_was_killed_in_the_middle_is_told_again(database: Database) -> None:
    listener, clock = Listener("mailer"), Clock()
    outbox = Outbox(database.feed, [listener], now_s=clock)
    happen(database, "last")
    database.feed.take("mailer", clock(), 120.0, 1)  # a process that dies here
    assert not outbox.tell(listener)
    clock.time_s += 121.0
    assert outbox.tell(listener)
    assert listener.told == ["last"]
