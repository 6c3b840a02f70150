"""Rounds: one after the other, each kind in a thread of its own, and one that breaks is not the last."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from openqrm.assembly.rounds import Rounds, led

LONG_S = 3600.0


@pytest.fixture
def rounds() -> Iterator[Rounds]:
    made = Rounds()
    yield made
    made.close()


class Look:
    """A round that counts, and can be waited for."""

    def __init__(self) -> None:
        self.begun, self.goes_on, self.threads = threading.Semaphore(0), threading.Event(), set[str]()
        self.goes_on.set()
        self.at_once = self.most_at_once = 0

    def __call__(self) -> None:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        self.threads.add(threading.current_thread().name)
        self.begun.release()
        self.goes_on.wait(20)
        self.at_once -= 1


def test_one_round_follows_the_other_in_a_thread_of_that_name(rounds: Rounds) -> None:
    look = Look()
    rounds.begin("look", look, 0.001)
    assert all(look.begun.acquire(timeout=20) for _ in range(3))
    rounds.close()
    assert (look.threads, look.most_at_once) == ({"look"}, 1)


def test_one_that_breaks_is_told_and_the_next_one_comes(rounds: Rounds) -> None:
    begun = threading.Semaphore(0)

    def breaks() -> None:
        begun.release()
        raise ConnectionError("the database restarts")

    with capture_logs() as told:
        rounds.begin("look", breaks, 0.001)
        assert begun.acquire(timeout=20) and begun.acquire(timeout=20)
        rounds.close()
    assert told[0] == {
        "event": "a round broke; the next one comes", "log_level": "error", "rounds": "look", "exc_info": True
    }  # fmt: skip


def test_the_first_one_comes_after_a_pause_of_its_own(rounds: Rounds) -> None:
    soon, late = Look(), Look()
    rounds.begin("late", late, 0.001, first_s=LONG_S)
    rounds.begin("soon", soon, LONG_S, first_s=0.001)
    assert soon.begun.acquire(timeout=20)
    rounds.close()
    assert not late.threads and not soon.begun.acquire(blocking=False)


def test_the_end_waits_for_the_round_under_way_and_for_no_pause(rounds: Rounds) -> None:
    working, pausing = Look(), Look()
    working.goes_on.clear()
    rounds.begin("working", working, 0.001)
    rounds.begin("pausing", pausing, LONG_S)
    assert working.begun.acquire(timeout=20)
    closing = threading.Thread(target=rounds.close)
    closing.start()
    assert rounds.ending.wait(20) and closing.is_alive()
    working.goes_on.set()
    closing.join(20)
    assert not closing.is_alive() and not pausing.threads and working.at_once == 0


def test_who_does_not_lead_looks_at_nothing_and_forgets() -> None:
    told: list[str] = []
    leads = [True, False]
    each = led(lambda: leads[0], lambda now_s: told.append(f"looked {now_s > 0}"), lambda: told.append("forgot"))
    each()
    leads[0] = False
    each()
    assert told == ["looked True", "forgot"]
