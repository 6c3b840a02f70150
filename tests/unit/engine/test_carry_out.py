"""What is written for one step."""

from __future__ import annotations

import pytest

from openqrm.domain.errors import Category
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import Plan, PlanState, Step
from openqrm.engine.rehearsal import MemoryPlans, rehearse
from openqrm.engine.runner import Runner
from tests.unit.engine.wishes import Switch, Switches


def facts(world: Switches, **more: object) -> str:
    ended = rehearse(Plan(title="One", steps=(Step(id="a", action=Switch("a"), why="of the test", **more),)), world)
    return " ".join(entry.fact for entry in ended.journal)


def test_what_is_so_is_found_so() -> None:
    world = Switches()
    world.on = {"a"}
    assert facts(world) == "found_so" and world.touched == []


def test_what_differs_is_begun_in_writing_and_done() -> None:
    assert facts(Switches()) == "started done"


def test_what_is_on_its_way_is_waited_for_and_not_ours() -> None:
    world = Switches()
    world.on_their_way = {"a"}
    assert facts(world) == "waiting found_so" and world.touched == []


@pytest.mark.parametrize("category", [Category.BUSY, Category.UNAVAILABLE])
def test_what_may_pass_is_tried_again_with_pauses(category: Category) -> None:
    world = Switches()
    world.failing = {"a": category}
    assert facts(world).startswith("started failed started failed started failed undo")
    assert world.now >= 1003


def test_what_is_refused_is_not_tried_again() -> None:
    world = Switches()
    world.failing = {"a": Category.REFUSED}
    assert facts(world) == "started failed undone"


def test_what_is_tried_again_has_its_whole_time_and_no_more() -> None:
    world, plans = Switches(), MemoryPlans()
    id_ = plans.add(Plan(title="One", steps=(Step(id="a", action=Switch("a"), why="of the test"),)), world.now_s())
    plans.append(id_, [Entry(0, "a", Fact.STARTED, 1.0, ""), Entry(1, "a", Fact.RETRIED, 2.0, "")])
    world.on_their_way = {"a"}
    Runner(plans, world, plans).drive(id_)
    assert plans.journal(id_)[-1].fact is Fact.WAITING, "from here on its deadline counts"


def test_an_undo_that_does_not_take_is_told() -> None:
    class Sticky(Switches):
        def __init__(self) -> None:
            super().__init__()
            self.failing = {"b": Category.REFUSED}

    plan = Plan(
        title="Two",
        steps=(
            Step(id="a", action=Glued("a"), why="of the test"),
            Step(id="b", action=Switch("b"), why="of the test", needs=("a",)),
        ),
    )
    ended = rehearse(plan, Sticky())
    assert ended.state is PlanState.STUCK and ended.note == "step a could not be undone"


class Glued(Switch):
    """It says that it can be taken back, and stays."""

    def inverse(self) -> Switch:
        return Stays(self.switch, False)


class Stays(Switch):
    def ensure(self, world: object) -> None:
        """Nothing moves."""
