"""A pretended run goes as the engine would, and ends where it would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from openqrm.domain.journal import Fact
from openqrm.domain.plan import OnFailure, Plan, PlanState, Step
from openqrm.engine.pretence import pretend
from openqrm.engine.rehearsal import rehearse
from tests.unit.engine.test_plans_of_switches import NAMES, plans
from tests.unit.engine.wishes import Switch, Switches


def chain(*names: str, on_failure: OnFailure = OnFailure.UNDO, kept: str = "") -> Plan:
    steps = tuple(
        Step(id=name, action=Switch(name, reversible=name != kept), why="of the test", needs=names[:index][-1:])
        for index, name in enumerate(names)
    )
    return Plan(title="Switches", steps=steps, on_failure=on_failure)


def told(plan: Plan, so: dict[str, bool], failing: str) -> list[tuple[str, Fact]]:
    return [(entry.step, entry.fact) for entry in pretend(plan, so, failing).journal if entry.fact is not Fact.STARTED]


def test_what_is_so_is_found_and_the_rest_is_done() -> None:
    assert told(chain("a", "b"), {"a": True}, "") == [("a", Fact.FOUND_SO), ("b", Fact.DONE)]


def test_when_a_step_fails_what_was_done_goes_back_and_what_was_found_stays() -> None:
    facts = told(chain("a", "b", "c", "d", kept="c"), {"a": True}, "d")
    assert facts[:4] == [("a", Fact.FOUND_SO), ("b", Fact.DONE), ("c", Fact.DONE), ("d", Fact.FAILED)]
    assert ("c", Fact.KEPT) in facts and ("b", Fact.UNDONE) in facts
    assert not [fact for step, fact in facts if step == "a" and fact is not Fact.FOUND_SO]


def test_a_plan_that_holds_is_stuck() -> None:
    assert pretend(chain("a", "b", on_failure=OnFailure.HOLD), {}, "a").state is PlanState.STUCK


@given(plans(), st.sets(st.sampled_from(NAMES)))
def test_with_nothing_failing_it_ends_as_it_does_in_a_world_of_switches(plan: Plan, so: set[str]) -> None:
    world = Switches()
    world.on = set(so)
    pretended, real = pretend(plan, dict.fromkeys(so, True)), rehearse(plan, world)
    assert pretended.state is real.state is PlanState.DONE
    order = [[(e.step, e.fact) for e in each.journal] for each in (pretended, real)]
    assert sorted(order[0]) == sorted(order[1])
