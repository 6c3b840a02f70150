"""A machine that is on and asks for nothing: the plan ends with its first sign overdue, and says what to look at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openqrm.domain.appliance import BootProfile
from openqrm.domain.journal import Fact
from openqrm.domain.plan import PlanState, Step
from openqrm.domain.resource import Observation, Resource
from openqrm.engine.rehearsal import rehearse
from openqrm.planning.appliance_start import StartAppliance, plan_start_appliance
from openqrm.planning.appliance_stop import StopAppliance, plan_stop_appliance
from openqrm.planning.first_sign import SELF_TEST_S, first_sign_step
from openqrm.plugin_api.testing import SimulatedWorld
from tests.unit.engine.rack import Rack, planning


def patient() -> tuple[Rack, SimulatedWorld]:
    """Its machines have the usual time limit."""
    rack = Rack()
    world = rack.world()
    for name in ("blade1", "blade2"):
        world.records.put(replace(world.records.get(Resource, name), timeout_s=Resource(name="-").timeout_s))
    return rack, world


def test_a_start_is_undone_with_advice() -> None:
    rack, world = patient()
    plan = plan_start_appliance(StartAppliance("web", resource="blade1"), planning(world))
    rack.mute = True
    ended = rehearse(plan, world)
    assert ended.state is PlanState.UNDONE and "blade1 has not asked for its boot script" in ended.note
    (failed,) = (entry for entry in ended.journal if entry.fact is Fact.FAILED)
    assert failed.step == "script" and "boot from the network first" in failed.hint
    assert SELF_TEST_S <= ended.took_s < 1.5 * SELF_TEST_S
    assert world.records.find(BootProfile, "blade1") is None
    assert world.hosts["shelf-host"].shelves["web"] == []


def test_a_stop_waits_for_the_operator_once_the_appliance_is_gone() -> None:
    rack, world = patient()
    rehearse(plan_start_appliance(StartAppliance("web", resource="blade1"), planning(world)), world)
    plan = plan_stop_appliance(StopAppliance("web"), planning(world))
    rack.mute = True
    ended = rehearse(plan, world)
    assert ended.state is PlanState.STUCK and ended.note.startswith("step script: ")
    assert world.records.get(Resource, "blade1").claimed_by == "", "it was let go before"


def step_of(resource: Resource) -> Step:
    return first_sign_step(resource, "web", planning(SimulatedWorld({}, given=())), "on")


@pytest.mark.parametrize(
    ("resource", "deadline_s"),
    [
        (Resource(name="m1"), SELF_TEST_S),
        (Resource(name="m1", timeout_s=900), 900),
        (Resource(name="v1", host="h1"), Resource(name="v1").timeout_s),
        (Resource(name="v1", host="h1", timeout_s=30), 30),
    ],
)
def test_how_long_a_first_sign_may_take(resource: Resource, deadline_s: float) -> None:
    assert step_of(resource).deadline_s == deadline_s


def test_any_later_milestone_of_that_boot_is_a_sign() -> None:
    world = Rack().world()
    seen = Observation(name="blade1", boot_id="c", profile="web", milestone="init")
    world.records.put(replace(seen, version=world.records.get(Observation, "blade1").version))
    step = first_sign_step(Resource(name="blade1"), "web", planning(Rack().world()), "on")
    assert step.action.observe(world).because == "blade1 reached init"
