"""The contract of storage drivers and their actions, for each type of storage, thin and linear."""

from collections.abc import Callable

import pytest

from openqrm.plugin_api import Storage
from openqrm.plugin_api.testing import LAWS, STORAGE_RULES, Case, SimulatedWorld, StorageBench
from openqrm.plugin_api.testing.storage import FIRST, SECOND
from openqrm_plugins.lvm_storage.driver import Driver
from openqrm_plugins.lvm_storage.settings import Settings
from openqrm_plugins.lvm_storage.tests.simulator import SimulatedLvmAoe

DRIVER = Driver(Settings(group="lab", pool="pool"))
THIN = Storage(name="store", type="lvm-aoe", resource="store1")
LINEAR = Storage(name="linear", type="lvm-aoe", resource="store1", settings={"pool": "", "keeper": "bare"})
ADDRESSES = {FIRST.mac: FIRST.address, SECOND.mac: SECOND.address}
ROOTS = ("nfs", "iscsi", "aoe")


def world() -> SimulatedWorld:
    return SimulatedWorld(hosts={"store1": SimulatedLvmAoe()})


def writers(made: SimulatedWorld, volume: str) -> frozenset[str]:
    host = made.hosts["store1"]
    assert isinstance(host, SimulatedLvmAoe)
    return frozenset(ADDRESSES[mac] for mac in host.macs(f"/dev/lab/{volume}"))


BENCHES = [StorageBench(DRIVER, storage, world, writers, ROOTS) for storage in (THIN, LINEAR)]
CASES = [case for bench in BENCHES for case in (*bench.cases(), *bench.optional_cases())]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


@pytest.mark.parametrize("rule", STORAGE_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("bench", BENCHES, ids=lambda bench: bench.storage.name)
def test_rule(rule: Callable[[StorageBench], None], bench: StorageBench) -> None:
    rule(bench)
