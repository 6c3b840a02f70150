"""A plan that is given up leaves nothing at work: what its steps began is ended, and nothing is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, cast

import pytest

from openqrm.domain.errors import Ending
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import NotYet, Plan, PlanState, Seen, Step
from openqrm.engine.rehearsal import MemoryPlans
from openqrm.engine.runner import Runner
from openqrm.plugin_api import Category, StepError, World
from tests.unit.engine.wishes import Switch, Switches


class Workshop(Switches):
    """Who is at work, and what comes of an attempt to end it."""

    def __init__(self) -> None:
        super().__init__()
        self.at_work: set[str] = set()
        self.faults: dict[str, Exception] = {}
        self.ends_told: dict[str, str] = {}


@dataclass(frozen=True)
class Work(Switch):
    """Begun, it goes on by itself."""

    name: ClassVar[str] = "test.work"

    def observe(self, world: World) -> Seen:
        assert isinstance(world, Workshop)
        return NotYet("it is at work") if self.switch in world.at_work else super().observe(world)

    def ensure(self, world: World) -> None:
        assert isinstance(world, Workshop)
        world.at_work.add(self.switch)

    def halt(self, world: World) -> str | None:
        assert isinstance(world, Workshop)
        if self.switch in world.faults:
            raise world.faults[self.switch]
        world.at_work.discard(self.switch)
        return world.ends_told.get(self.switch)


STEPS = (
    Step(id="one", action=Work("one"), why="of the test"), Step(id="plain", action=Switch("plain"), why="of the test"),
    Step(id="two", action=Work("two"), why="of the test", needs=("one",)),
)  # fmt: skip


def begun(world: Workshop) -> tuple[MemoryPlans, str]:
    """A plan whose first step is at work, and which was given up just now. Another plan's work goes on beside."""
    plans, world.at_work = MemoryPlans(), {"two"}
    plan = plans.add(Plan(title="Work", steps=STEPS), world.now_s())
    drive(plans, plan, world)
    assert world.at_work == {"one", "two"} and "plain" in world.on
    give_up(plans, plan, world)
    return plans, plan


def give_up(plans: MemoryPlans, plan: str, world: Workshop) -> None:
    decide(plans, plan, world, Fact.ABANDONED)


def decide(plans: MemoryPlans, plan: str, world: Workshop, fact: Fact, step: str = "") -> None:
    plans.append(plan, (Entry(len(plans.journal(plan)), step, fact, world.now_s(), "no more (by anna)"),))


def drive(plans: MemoryPlans, plan: str, world: Workshop) -> None:
    Runner(plans, cast("World", world), plans).drive(plan)


def test_what_was_begun_is_ended_and_nothing_is_taken_back() -> None:
    world = Workshop()
    plans, plan = begun(world)
    drive(plans, plan, world)
    assert (plans.load(plan).state, plans.load(plan).note) == (PlanState.ABANDONED, "abandoned by an operator")
    assert world.at_work == {"two"}, "its second step was not begun"
    assert "plain" in world.on


def test_how_it_ended_is_told() -> None:
    world = Workshop()
    plans, plan = begun(world)
    world.ends_told = {"one": "one is half on"}
    drive(plans, plan, world)
    assert plans.load(plan).note == "abandoned by an operator; one is half on"


def test_what_came_to_its_end_is_no_work_of_this_plan_any_more() -> None:
    world, plans = Workshop(), MemoryPlans()
    plan = plans.add(Plan(title="Work", steps=STEPS), world.now_s())
    drive(plans, plan, world)
    world.at_work, world.on = set(), {"one", "plain"}
    drive(plans, plan, world)
    assert world.at_work == {"two"}
    world.at_work.add("one")  # by another plan
    give_up(plans, plan, world)
    drive(plans, plan, world)
    assert world.at_work == {"one"}


@pytest.mark.parametrize(
    "fault",
    [StepError(Category.UNAVAILABLE, "there is no way to it", "Look."), ZeroDivisionError("a defect")],
    ids=type,
)
def test_what_cannot_be_ended_is_told_and_does_not_keep_the_plan(fault: Exception) -> None:
    world = Workshop()
    plans, plan = begun(world)
    world.faults = {"one": fault}
    drive(plans, plan, world)
    assert plans.load(plan).state is PlanState.ABANDONED
    assert "may go on" in plans.load(plan).note and str(fault) in plans.load(plan).note
    assert str(fault) in plans.events[-1].text


def test_when_openqrm_ends_meanwhile_the_next_start_goes_on() -> None:
    world = Workshop()
    plans, plan = begun(world)
    world.faults = {"one": Ending()}
    drive(plans, plan, world)
    assert plans.load(plan).state is PlanState.RUNNING and plan in plans.dues
    world.faults = {}
    drive(plans, plan, world)
    assert plans.load(plan).state is PlanState.ABANDONED and world.at_work == {"two"}


@pytest.mark.parametrize(
    "fault", [StepError(Category.REFUSED, "it does not end", "Look."), ZeroDivisionError("a defect")]
)
def test_what_cannot_be_ended_keeps_nothing_else_at_work(fault: Exception) -> None:
    world, plans = Workshop(), MemoryPlans()
    steps = tuple(Step(id=name, action=Work(name), why="of the test") for name in ("one", "two"))
    plan = plans.add(Plan(title="Work", steps=steps), world.now_s())
    drive(plans, plan, world)
    world.faults = {"one": fault}
    give_up(plans, plan, world)
    drive(plans, plan, world)
    assert world.at_work == {"one"} and "what step one began may go on" in plans.load(plan).note


def test_what_was_skipped_while_it_was_at_work_is_ended_too() -> None:
    world, plans = Workshop(), MemoryPlans()
    plan = plans.add(Plan(title="Work", steps=STEPS), world.now_s())
    drive(plans, plan, world)
    decide(plans, plan, world, Fact.SKIPPED, "one")
    drive(plans, plan, world)
    assert world.at_work == {"one", "two"}
    give_up(plans, plan, world)
    drive(plans, plan, world)
    assert not world.at_work


@dataclass(frozen=True)
class WorkBack(Switch):
    """Done at once, and what takes it back goes on by itself."""

    name: ClassVar[str] = "test.work-back"

    def inverse(self) -> Work:
        return Work(self.switch)


def test_what_was_begun_on_the_way_back_is_ended_too() -> None:
    world, plans = Workshop(), MemoryPlans()
    step = Step(id="one", action=WorkBack("one"), why="of the test")
    plan = plans.add(Plan(title="Work", steps=(step, STEPS[2])), world.now_s())
    drive(plans, plan, world)
    decide(plans, plan, world, Fact.UNDO_ASKED)
    world.at_work, world.on = set(), set()
    drive(plans, plan, world)
    assert world.at_work == {"one"}
    give_up(plans, plan, world)
    drive(plans, plan, world)
    assert not world.at_work
