"""What is planned for a host, and what is refused before it is touched."""

from typing import Any

import pytest

from openqrm.plugin_api import LOCAL_ROOT, SELF, BootProfile, Category, OnFailure, PlanningError, Record, Resource, Ssh
from openqrm.plugin_api.planning import Planning, Reading
from openqrm.plugin_api.testing import SimulatedWorld
from openqrm.plugin_api.testing.case import carry_through
from openqrm_plugins.network_manager.actions import PutIntoBridge
from openqrm_plugins.network_manager.bridge import Bridge
from openqrm_plugins.network_manager.intents import (
    CreateBridge,
    ListBridges,
    RemoveABridge,
    answer_bridges,
    plan_create,
    plan_remove,
)
from openqrm_plugins.network_manager.settings import Settings
from openqrm_plugins.network_manager.tests.simulator import SimulatedHost

HOST = Resource(name="host1", address="10.0.0.5", ssh=Ssh(host_key="ssh-ed25519 AAAA"))
NO_DRIVERS: Any = None  # they are not asked


def planned(wish: CreateBridge, *records: Record) -> Any:
    world = SimulatedWorld(given=records)
    return plan_create(wish, Planning(world.records, NO_DRIVERS, "admin", 1000.0, settings=Settings(patience_s=60)))


@pytest.mark.parametrize("more", [(), (BootProfile(name="host1", appliance="host1", kernel="", root_type=LOCAL_ROOT),)])
def test_one_step_that_says_how_it_is_kept(more: tuple[Record, ...]) -> None:
    (step,) = planned(CreateBridge("host1", "br0", "eth0", address="10.0.0.6/24"), HOST, *more).steps
    assert step.action.bridge == Bridge("br0", "eth0", 0, "10.0.0.6/24") and step.action.patience_s == 60
    assert "eth0 of host1 into bridge br0 with 10.0.0.6/24" in step.action.describe()


def test_a_host_that_is_slow_to_come_back_is_tried_again() -> None:
    (step,) = planned(CreateBridge("host1", "br0", "eth0"), HOST).steps
    assert sum(2**pause for pause in range(step.attempts - 1)) > step.action.patience_s


def test_one_that_cannot_be_removed_stays_for_somebody_to_decide() -> None:
    world = SimulatedWorld(given=(HOST,))
    plan = plan_remove(RemoveABridge("host1", "br0"), Planning(world.records, NO_DRIVERS, "admin", 1000.0))
    assert plan.on_failure is OnFailure.HOLD and plan.steps[0].attempts > 1


def test_bridges_of_others_are_told_from_ours() -> None:
    host = SimulatedHost()
    world = SimulatedWorld(hosts={"host1": host}, given=(HOST,))
    carry_through(PutIntoBridge("host1", Bridge("br0", "eth0"), 45), world)
    host.ports["br1"] = []
    rows = answer_bridges(ListBridges("host1"), Reading(world.records, NO_DRIVERS, world, "admin"))
    assert [(row.name, row.ports, row.is_ours) for row in rows] == [("br0", ["eth0"], True), ("br1", [], False)]


@pytest.mark.parametrize(
    ("wish", "records", "category", "says"),
    [
        (CreateBridge("host1", "br0", "eth0"), (Resource(name="host1"),), Category.UNSUPPORTED, "not reached by SSH"),
        (CreateBridge(SELF, "br0", "eth0"), (Resource(name=SELF),), Category.UNSUPPORTED, "not reached by SSH"),
        (
            CreateBridge("host1", "br0", "eth0"),
            (HOST, BootProfile(name="host1", appliance="web", kernel="k6", root_type="nfs")),
            Category.UNSUPPORTED,
            "runs from the network",
        ),
        (CreateBridge("host1", "eth0", "eth0"), (HOST,), Category.BAD_INPUT, "the card itself"),
        (CreateBridge("host1", "br0", "eth0", address="10.0.0.300/24"), (HOST,), Category.BAD_INPUT, "no address"),
    ],
)
def test_what_is_refused(wish: CreateBridge, records: tuple[Record, ...], category: Category, says: str) -> None:
    with pytest.raises(PlanningError, match=says) as refused:
        planned(wish, *records)
    assert refused.value.category is category and refused.value.hint
