"""The contract of storage drivers and their actions, on a simulated tgtd."""

from collections.abc import Callable

import pytest

from openqrm.plugin_api import PlanningError, Storage, Volume
from openqrm.plugin_api.testing import LAWS, STORAGE_RULES, Case, SimulatedWorld, StorageBench, cases_of
from openqrm_plugins.iscsi_storage.driver import Driver
from openqrm_plugins.iscsi_storage.settings import Settings
from openqrm_plugins.iscsi_storage.tests.simulator import SimulatedTgt

DRIVER = Driver(Settings())
STORAGE = Storage(name="store", type="iscsi-storage", resource="store1")
CLONE = Volume(name="db", storage="store", source="web", size_mib=128)


def world() -> SimulatedWorld:
    return SimulatedWorld(hosts={"store1": SimulatedTgt()})


def writers(made: SimulatedWorld, volume: str) -> frozenset[str]:
    tgt = made.hosts["store1"]
    assert isinstance(tgt, SimulatedTgt)
    return tgt.writers(f"/storage/{volume}.img")


BENCH = StorageBench(DRIVER, STORAGE, world, writers, ("iscsi",))
CLONING = cases_of("clone", (*BENCH.create(), *DRIVER.plan_create(STORAGE, CLONE)), world)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", [*BENCH.cases(), *CLONING], ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


@pytest.mark.parametrize("rule", STORAGE_RULES, ids=lambda rule: rule.__name__)
def test_rule(rule: Callable[[StorageBench], None]) -> None:
    rule(BENCH)


def test_a_disk_needs_a_size() -> None:
    with pytest.raises(PlanningError, match="volume web has no size"):
        DRIVER.plan_create(STORAGE, Volume(name="web", storage="store"))
