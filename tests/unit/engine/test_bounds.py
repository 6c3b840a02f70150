"""Steps that find no room on their host wait for their turn, and are called instead of looking again and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import ClassVar

import pytest

from openqrm.adapters.dispatch.local import LocalDispatcher
from openqrm.domain.plan import Differs, Plan, PlanState, Satisfied, Seen, Step
from openqrm.engine.bounds import HOST_BOUND, HostBounds
from openqrm.engine.rehearsal import MemoryPlans
from openqrm.engine.runner import Runner
from openqrm.plugin_api import World
from openqrm.plugin_api.testing import SimulatedWorld
from openqrm.ports.plans import PlanStore


def test_the_first_who_came_is_called_first() -> None:
    bounds = HostBounds(1)
    assert bounds.enter("store") is None
    first, second = bounds.enter("store"), bounds.enter("store")
    assert first and second and bounds.enter("store", first) is first, "it keeps its place"
    bounds.leave("store")
    assert first.done() and not second.done()
    assert bounds.enter("store") is None


def test_nobody_is_called_who_has_gone() -> None:
    bounds = HostBounds(1)
    bounds.enter("store")
    gone, waiting = bounds.enter("store"), bounds.enter("store")
    assert gone and waiting and gone.cancel()
    bounds.leave("store")
    assert waiting.done()


def test_who_was_called_in_vain_is_followed_by_the_next() -> None:
    bounds = HostBounds(1)
    bounds.enter("store")
    first, second, third = bounds.enter("store"), bounds.enter("store"), bounds.enter("store")
    assert first and second and third
    bounds.leave("store")
    bounds.give_up(second)
    assert first.done() and not third.done()
    bounds.give_up(first)
    assert third.done()


def test_nobody_is_called_to_a_host_that_is_full() -> None:
    bounds = HostBounds(1)
    bounds.enter("store")
    first, second = bounds.enter("store"), bounds.enter("store")
    assert first and second
    bounds.leave("store")
    assert bounds.enter("store") is None, "somebody else was quicker"
    bounds.give_up(first)
    assert not second.done()


def test_no_host_has_no_bound() -> None:
    bounds = HostBounds(1)
    assert [bounds.enter("") for _ in range(3)] == [None, None, None]


@dataclass
class Crowd:
    """How many are at work, and how often anybody looked."""

    now: int = 0
    most: int = 0
    done: list[str] = field(default_factory=list)
    held: dict[str, threading.Event] = field(default_factory=dict)  # works that last until they may end
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Work:
    """Takes a moment on the host."""

    name: ClassVar[str] = "test.work"
    word: str
    crowd: Crowd

    def describe(self) -> str:
        return f"Work on {self.word}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.word}",)

    def inverse(self) -> None:
        return None

    def observe(self, world: World) -> Seen:
        return Satisfied("done") if self.word in self.crowd.done else Differs("not done")

    def ensure(self, world: World) -> None:
        with self.crowd.lock:
            self.crowd.now += 1
            self.crowd.most = max(self.crowd.most, self.crowd.now)
        self.crowd.held[self.word].wait(60) if self.word in self.crowd.held else time.sleep(0.005)
        with self.crowd.lock:
            self.crowd.now -= 1
            self.crowd.done.append(self.word)


class CountingPlans(MemoryPlans):
    parked = 0

    def park(self, plan: str, *, seen: int, due_s: float, note: str) -> None:
        self.parked += 1
        super().park(plan, seen=seen, due_s=due_s, note=note)


class RealTime(SimulatedWorld):
    def now_s(self) -> float:
        return time.time()


@dataclass
class Site:
    plans: CountingPlans
    dispatcher: LocalDispatcher
    crowd: Crowd

    def submit(self, *words: str) -> None:
        """One plan; its steps could all be done side by side."""
        steps = tuple(
            Step(id=word, action=Work(word, self.crowd), why="of the test", host="store") for word in words
        )  # fmt: skip
        self.dispatcher.submit(self.plans.add(Plan(title="Work", steps=steps), time.time()))

    def wait(self, count: int) -> None:
        eventually(lambda: len(self.crowd.done) >= count)


def eventually(holds: Callable[[], bool]) -> None:
    """Before anybody looks again by himself."""
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it is not so, and nobody was called"
        time.sleep(0.005)


@pytest.fixture
def site() -> Iterator[Site]:
    plans, dispatcher = CountingPlans(), LocalDispatcher()
    store: PlanStore = plans
    runner = Runner(store, RealTime(), dispatcher)
    dispatcher.start(runner.drive, list)
    yield Site(plans, dispatcher, Crowd())
    dispatcher.close()
    runner.close()


def test_many_plans_meet_on_one_host(site: Site) -> None:
    for number in range(60):
        site.submit(f"w{number}")
    site.wait(60)
    assert 1 < site.crowd.most <= HOST_BOUND
    assert site.plans.parked <= 60, "each is called when it is its turn, and none looks before"


def test_the_steps_of_one_plan_meet_on_one_host(site: Site) -> None:
    site.submit(*(f"w{number}" for number in range(20)))
    site.wait(20)
    assert 1 < site.crowd.most <= HOST_BOUND


def test_both_at_once(site: Site) -> None:
    for number in range(10):
        site.submit(*(f"w{number}.{step}" for step in range(6)))
    site.wait(60)
    assert 1 < site.crowd.most <= HOST_BOUND


def test_a_plan_that_was_decided_about_hands_its_room_on(site: Site) -> None:
    words = [f"long{number}" for number in range(HOST_BOUND)]
    site.crowd.held = {word: threading.Event() for word in words}
    site.submit(*words)
    eventually(lambda: site.crowd.now == HOST_BOUND)
    site.submit("abandoned")
    eventually(lambda: site.plans.parked == 1)
    site.submit("last")
    eventually(lambda: site.plans.parked == 2)
    site.plans.plans["2"] = replace(site.plans.plans["2"], state=PlanState.ABANDONED)
    site.crowd.held["long0"].set()
    eventually(lambda: site.crowd.done == ["long0", "last"])
    for event in site.crowd.held.values():
        event.set()
