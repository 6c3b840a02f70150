"""The contract of storage drivers and their actions, for each type of storage, thin and linear."""

from collections.abc import Callable

import pytest

from openqrm.plugin_api import Storage
from openqrm.plugin_api.testing import LAWS, STORAGE_RULES, Case, SimulatedWorld, StorageBench
from openqrm.plugin_api.testing.storage import FIRST, SECOND
from openqrm_plugins.lvm_storage.driver import Driver
from openqrm_plugins.lvm_storage.settings import Settings
from openqrm_plugins.lvm_storage.tests.simulator import (
    SimulatedLvmAoe,
    SimulatedLvmLio,
    SimulatedLvmNfs,
    SimulatedLvmTgt,
)

DRIVER = Driver(Settings(group="lab", pool="pool"))
ADDRESSES = {FIRST.mac: FIRST.address, SECOND.mac: SECOND.address}
ROOTS = ("nfs", "iscsi", "aoe")


Tools = type[SimulatedLvmAoe | SimulatedLvmLio | SimulatedLvmNfs | SimulatedLvmTgt]


def bench(name: str, type_: str, host: Tools, path: str = "/dev/lab", **settings: str) -> StorageBench:
    storage = Storage(name=name, type=type_, resource="store1", settings=dict(settings))

    def writers(made: SimulatedWorld, volume: str) -> frozenset[str]:
        tools = made.hosts["store1"]
        assert isinstance(tools, host)
        found = tools.writers(f"{path}/{volume}")
        return frozenset(ADDRESSES.get(each, each) for each in found)

    return StorageBench(DRIVER, storage, lambda: SimulatedWorld(hosts={"store1": host()}), writers, ROOTS)


BENCHES = [
    bench("thin", "lvm-aoe", SimulatedLvmAoe),
    bench("linear", "lvm-aoe", SimulatedLvmAoe, pool="", keeper="bare"),
    bench("lio", "lvm-iscsi", SimulatedLvmLio),
    bench("kernel", "lvm-nfs", SimulatedLvmNfs, "/srv/openqrm"),
    bench("ganesha", "lvm-nfs", SimulatedLvmNfs, "/srv/openqrm", nfs_backend="ganesha", filesystem="xfs", pool=""),
    bench("tgt", "lvm-iscsi", SimulatedLvmTgt, target="tgt"),
]
CASES = [case for each in BENCHES for case in (*each.cases(), *each.optional_cases())]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


@pytest.mark.parametrize("rule", STORAGE_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("each", BENCHES, ids=lambda each: each.storage.name)
def test_rule(rule: Callable[[StorageBench], None], each: StorageBench) -> None:
    rule(each)
