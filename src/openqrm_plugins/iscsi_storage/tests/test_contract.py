"""The contract of storage drivers and their actions, on a simulated tgtd and a simulated LIO."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from openqrm.plugin_api import PlanningError, Storage, Volume
from openqrm.plugin_api.testing import LAWS, STORAGE_RULES, Case, Crash, SimulatedWorld, StorageBench, cases_of
from openqrm.plugin_api.testing.bench import carry_all
from openqrm.plugin_api.testing.lio_tools import SimulatedLio
from openqrm.plugin_api.testing.storage import FIRST, SECRET
from openqrm.plugin_api.testing.tgt_tools import SimulatedTgt
from openqrm_plugins.iscsi_storage.driver import Driver
from openqrm_plugins.iscsi_storage.settings import Settings

DRIVER = Driver(Settings())
STORAGE = Storage(name="store", type="iscsi-storage", resource="store1", settings={"backend": "tgt"})
BY_LIO = Storage(name="store", type="iscsi-storage", resource="store1")
CLONE = Volume(name="db", storage="store", source="web", size_mib=128)


def world() -> SimulatedWorld:
    return SimulatedWorld(hosts={"store1": SimulatedTgt()})


def world_of_lio() -> SimulatedWorld:
    return SimulatedWorld(hosts={"store1": SimulatedLio()})


def writers(made: SimulatedWorld, volume: str) -> frozenset[str]:
    service = made.hosts["store1"]
    assert isinstance(service, SimulatedTgt | SimulatedLio)
    return service.writers(f"/storage/{volume}.img")


BENCH = StorageBench(DRIVER, STORAGE, world, writers, ("iscsi",))
LIO_BENCH = StorageBench(DRIVER, BY_LIO, world_of_lio, writers, ("iscsi",))
LIO_CASES = [replace(case, name=f"lio {case.name}") for case in LIO_BENCH.cases()]
CLONING = cases_of("clone", (*BENCH.create(), *DRIVER.plan_create(STORAGE, CLONE)), world)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", [*BENCH.cases(), *CLONING, *LIO_CASES], ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


@pytest.mark.parametrize("rule", STORAGE_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("bench", [BENCH, LIO_BENCH], ids=["tgt", "lio"])
def test_rule(rule: Callable[[StorageBench], None], bench: StorageBench) -> None:
    rule(bench)


@pytest.mark.parametrize("crash_at", [None, *range(20)])
def test_a_new_password_is_the_only_one(crash_at: int | None) -> None:
    """Also when a grant that has not ended is granted again, and killed on the way: no target without its account."""
    made = BENCH.prepared(*BENCH.create(), *BENCH.grant())
    tgt = made.hosts["store1"]
    assert isinstance(tgt, SimulatedTgt)
    made.vault.keep(SECRET, "another0another0")
    made.gate.points, made.gate.crash_at = 0, crash_at
    try:
        carry_all(BENCH.grant(), made)
    except Crash:
        made.gate.revive()
        assert all(target.users for target in tgt.targets.values() if target.addresses)
        carry_all(BENCH.grant(), made)
    assert tgt.accounts == {"web": "another0another0"} and writers(made, "web") == {FIRST.address}


def test_a_disk_needs_a_size() -> None:
    with pytest.raises(PlanningError, match="volume web has no size"):
        DRIVER.plan_create(STORAGE, Volume(name="web", storage="store"))
