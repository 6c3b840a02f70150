"""A grant ends for the machine it was made for, whatever has become of that machine since."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openqrm.domain.appliance import Appliance, BootProfile
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import PlanState
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Loan, Volume
from openqrm.engine.rehearsal import MemoryPlans, drive_to_end
from openqrm.engine.runner import Runner
from openqrm.planning.appliance_start import StartAppliance, plan_start_appliance
from openqrm.planning.appliance_stop import StopAppliance, plan_stop_appliance
from openqrm.planning.appliance_switch import SwitchAppliance, plan_switch_appliance
from openqrm.plugin_api.testing import Crash, Gate, SimulatedWorld
from tests.unit.engine.rack import Rack, planning

ELSEWHERE = "10.0.0.99"


def move(world: SimulatedWorld, name: str = "blade1") -> None:
    """DHCP gives it another address."""
    resource = world.records.get(Resource, name)
    world.records.by_ref[resource.ref] = replace(resource, address=ELSEWHERE)


def carry_out(world: SimulatedWorld, plan: object) -> PlanState:
    plans = MemoryPlans()
    id_ = plans.add(plan, world.now_s())
    drive_to_end(plans, id_, world)
    world.advance(60)
    return plans.load(id_).state


def start(world: SimulatedWorld) -> object:
    return plan_start_appliance(StartAppliance("web"), planning(world))


def stop(world: SimulatedWorld) -> object:
    return plan_stop_appliance(StopAppliance("web"), planning(world))


def nothing_is_left(world: SimulatedWorld) -> None:
    shelves = world.hosts["shelf-host"].shelves
    assert (shelves["web"], shelves["golden"]) == ([], ["10.9.9.9"]), "the storage still lets a machine in"
    assert not world.records.list(Loan)
    volume = world.records.get(Volume, "web")
    assert not volume.granted_to and not volume.grant.address
    assert not world.vault.secrets, "a secret is left"
    assert not world.records.get(Resource, "blade1").claimed_by
    assert world.records.find(BootProfile, "blade1") is None


@pytest.mark.parametrize("bmc", [True, False], ids=["bmc", "agent"])
def test_a_stop_revokes_what_the_start_granted_although_the_address_is_another(bmc: bool) -> None:
    world = Rack(bmc=bmc).world()
    assert carry_out(world, start(world)) is PlanState.DONE
    assert world.hosts["shelf-host"].shelves["web"] == ["10.0.0.11"]
    move(world)
    assert carry_out(world, stop(world)) is PlanState.DONE
    nothing_is_left(world)


def test_a_switch_revokes_the_old_address_and_grants_the_new_one() -> None:
    world = Rack().world()
    carry_out(world, start(world))
    move(world)
    plan = plan_switch_appliance(SwitchAppliance("web", resource="blade1"), planning(world))
    assert carry_out(world, plan) is PlanState.DONE
    assert world.hosts["shelf-host"].shelves["web"] == [ELSEWHERE]
    assert world.records.get(Volume, "web").grant.address == ELSEWHERE


def test_an_undo_revokes_the_address_that_was_granted() -> None:
    rack = Rack(dies_at="root-found")
    world = rack.world()
    rack_boot, seen = world.passes, list[bool]()
    assert rack_boot

    def boots(world: SimulatedWorld) -> None:
        rack_boot(world)
        if world.hosts["shelf-host"].shelves["web"] and not seen:
            seen.append(True)
            move(world)

    world.passes = boots
    assert carry_out(world, start(world)) is PlanState.UNDONE and seen
    nothing_is_left(world)


class AbandonedAt(MemoryPlans):
    """Killed before or after a row, and then abandoned."""

    def __init__(self, point: int) -> None:
        super().__init__()
        self.gate = Gate()
        self.gate.crash_at = point

    def append(self, plan: str, entries: object) -> None:
        self.gate.point()
        super().append(plan, entries)
        self.gate.point()


def abandon(world: SimulatedWorld, plan: object, point: int) -> bool:
    """Whether it was killed at all."""
    plans = AbandonedAt(point)
    id_ = plans.add(plan, world.now_s())
    try:
        drive_to_end(plans, id_, world)
    except Crash:
        plans.gate.revive()
        plans.append(id_, [Entry(len(plans.journals[id_]), "", Fact.ABANDONED, world.now_s())])
        Runner(plans, world, plans).drive(id_)
        assert plans.load(id_).state is PlanState.ABANDONED
        return True
    return False


@pytest.mark.parametrize("filled", [False, True], ids=["plain", "filled"])
@pytest.mark.parametrize("bmc", [True, False], ids=["bmc", "agent"])
def test_a_start_abandoned_anywhere_is_cleared_by_a_stop_after_the_machine_moved(bmc: bool, filled: bool) -> None:
    for point in range(1000):
        world = Rack(bmc=bmc, filled=filled).world()
        if not abandon(world, start(world), point):
            break
        move(world)
        world.advance(60)
        if world.records.get(Appliance, "web").wanted == "running":
            assert carry_out(world, stop(world)) is PlanState.DONE, point
        nothing_is_left(world)
    assert point > 20


def test_a_secret_that_a_plan_left_behind_is_not_taken_for_the_next_grant() -> None:
    world = Rack().world()
    first = next(step.action for step in start(world).steps if step.id == "secret-web")
    assert carry_out(world, start(world)) is PlanState.DONE
    assert carry_out(world, stop(world)) is PlanState.DONE
    world.vault.secrets[first.reference] = "left behind, as by a step that was skipped"
    second = next(step.action for step in start(world).steps if step.id == "secret-web")
    assert second.reference != first.reference
