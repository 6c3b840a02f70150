"""What is written for one step."""

from __future__ import annotations

from typing import cast

import pytest

from openqrm.domain.errors import Category
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import NotYet, Plan, PlanState, Satisfied, Seen, Step
from openqrm.engine.preview import look_at
from openqrm.engine.rehearsal import MemoryPlans, rehearse
from openqrm.engine.runner import Runner
from openqrm.ports.world import World
from tests.unit.engine.wishes import Switch, Switches


def facts(world: Switches, **more: object) -> str:
    ended = rehearse(Plan(title="One", steps=(Step(id="a", action=Switch("a"), why="of the test", **more),)), world)
    return " ".join(entry.fact for entry in ended.journal)


def test_what_is_so_is_found_so() -> None:
    world = Switches()
    world.on = {"a"}
    assert facts(world) == "found_so" and world.touched == []


def test_what_is_to_be_made_and_is_there_is_somebody_elses() -> None:
    """Neither taken for ours nor undone; looked at before, it is said."""
    world = Switches()
    world.on = {"a"}
    assert facts(world, makes_new=True) == "failed" and world.on == {"a"} and world.touched == []
    plan = Plan(title="One", steps=(Step(id="a", action=Switch("a"), why="of the test", makes_new=True),))
    assert look_at(plan, cast("World", world)) == [("would fail", "it is so, and was not made by this plan")]


def test_what_is_made_by_an_attempt_that_seemed_to_fail_is_ours() -> None:
    class Late(Switches):
        def advance(self, seconds: float) -> None:
            super().advance(seconds)
            self.on.add("a")

    world = Late()
    world.failing = {"a": Category.UNAVAILABLE}
    assert facts(world, makes_new=True) == "started failed done"


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


@pytest.mark.parametrize("category", [Category.BUSY, Category.UNAVAILABLE])
def test_taking_back_is_tried_again_with_pauses_too(category: Category) -> None:
    class Jammed(Switches):
        """Switch b is refused, and then a does not move back at once."""

        def advance(self, seconds: float) -> None:
            super().advance(seconds)
            if self.touched.count("a") == 3:
                self.failing.clear()

    class Jams(Switch):
        def ensure(self, world: object) -> None:
            super().ensure(world)
            world.failing["a"] = category

    steps = (
        Step(id="a", action=Switch("a"), why="of the test"),
        Step(id="b", action=Jams("b"), why="of the test", needs=("a",)),
        Step(id="c", action=Switch("c"), why="of the test", needs=("b",)),
    )
    world = Jammed()
    world.failing = {"c": Category.REFUSED}
    ended = rehearse(Plan(title="Three", steps=steps), world)
    assert ended.state is PlanState.UNDONE and not world.on, ended.journal
    back = [entry.fact for entry in ended.journal if entry.step == "a"][2:]
    assert back == [Fact.UNDO_STARTED, Fact.UNDO_FAILED, Fact.UNDO_FAILED, Fact.UNDONE]


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


class Watched(Switches):
    """Counts the looks at it."""

    looks = 0


class Answers(Switch):
    """Its change answers how the switch is then."""

    def observe(self, world: object) -> Seen:
        assert isinstance(world, Watched)
        world.looks += 1
        return super().observe(world)

    def ensure(self, world: object) -> Seen | None:
        super().ensure(world)
        return Satisfied("it says so")


def test_a_change_that_tells_what_it_left_is_not_looked_at_again() -> None:
    world = Watched()
    ended = rehearse(Plan(title="One", steps=(Step(id="a", action=Answers("a"), why="of the test"),)), world)
    assert (ended.journal[-1].fact, ended.journal[-1].note) == (Fact.DONE, "it says so")
    assert world.looks == 1


class Booting(Switches):
    """The switch is on its way, and tells how far; `tells` is what it says at each look."""

    def __init__(self, *tells: str) -> None:
        super().__init__()
        self.tells = [*tells]


class Tells(Switch):
    def observe(self, world: object) -> Seen:
        assert isinstance(world, Booting)
        return NotYet(world.tells.pop(0), 7) if world.tells else Satisfied("it is so")


def notes(*tells: str, **more: float) -> list[tuple[str, str, float]]:
    step = Step(id="a", action=Tells("a"), why="of the test", **more)
    journal = rehearse(Plan(title="One", steps=(step,)), Booting(*tells)).journal
    return [(entry.fact.value, entry.note, entry.at_s) for entry in journal]


def test_what_is_waited_for_is_told_anew_when_it_changes_and_only_then() -> None:
    told = notes("script", "script", "kernel", "kernel", "kernel", "script")
    assert [note for fact, note, _ in told if fact == "waiting"] == ["script", "kernel", "script"]


def test_news_do_not_give_a_step_more_time() -> None:
    told = notes(*(str(number) for number in range(20)), deadline_s=30.0)
    began, (_, why, ended) = told[0][2], next(entry for entry in told if entry[0] == "failed")
    assert ended - began == 30 and why.startswith("not so after 30 s")
