"""A runner that is told to stop leaves its plans between two steps, and the next runner goes on there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from openqrm.domain.errors import Ending
from openqrm.domain.journal import Fact
from openqrm.domain.plan import Differs, Plan, PlanState, Satisfied, Seen, Step
from openqrm.engine.rehearsal import MemoryPlans
from openqrm.engine.runner import Runner
from openqrm.plugin_api import World
from openqrm.plugin_api.testing import SimulatedWorld


@dataclass(frozen=True)
class Note:
    """Writes its word once, and then does what it was given to do."""

    name: ClassVar[str] = "test.note"
    word: str
    written: list[str]
    then: list[Callable[[], object]] = field(default_factory=list)

    def describe(self) -> str:
        return f"Write down the word {self.word}"

    def touches(self) -> tuple[str, ...]:
        return ()

    def inverse(self) -> None:
        return None

    def observe(self, world: World) -> Seen:
        return Satisfied("written") if self.word in self.written else Differs("not written")

    def ensure(self, world: World) -> None:
        self.written.append(self.word)
        for call in self.then:
            call()


def test_no_step_begins_after_the_stop_and_the_next_runner_finishes() -> None:
    written: list[str] = []
    first = Note("first", written)
    steps = (
        Step(id="first", action=first, why="a"),
        Step(id="second", action=Note("second", written), why="b", needs=("first",)),
    )
    plans, world = MemoryPlans(), SimulatedWorld()
    plan = plans.add(Plan(title="Write two words", steps=steps), world.now_s())
    stopped = Runner(plans, world, plans)
    first.then.append(stopped.stop)
    stopped.drive(plan)
    assert written == ["first"]
    assert plans.load(plan).state is PlanState.RUNNING
    assert plan in plans.dues, "somebody must be asked to go on"

    Runner(plans, world, plans).drive(plan)
    assert written == ["first", "second"]
    assert plans.load(plan).state is PlanState.DONE


def test_a_step_that_the_ending_broke_off_has_begun_and_not_failed() -> None:
    written: list[str] = []

    def end() -> None:
        raise Ending

    broken_off = Note("word", written, [end])
    plans, world = MemoryPlans(), SimulatedWorld()
    steps = (Step(id="only", action=broken_off, why="a"), Step(id="beside", action=Note("other", written), why="b"))
    plan = plans.add(Plan(title="Write two words", steps=steps), world.now_s())
    Runner(plans, world, plans).drive(plan)
    facts = [entry.fact for entry in plans.journal(plan) if entry.step == "only"]
    assert facts == [Fact.STARTED]
    assert plans.load(plan).state is PlanState.RUNNING
    assert plan in plans.dues, "somebody must be asked to go on"

    broken_off.then.clear()
    Runner(plans, world, plans).drive(plan)
    assert plans.load(plan).state is PlanState.DONE
