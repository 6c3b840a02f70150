"""The contract of storage drivers and their actions, on both simulated NFS services."""

from collections.abc import Callable

import pytest

from openqrm.plugin_api import Machine, Storage, Volume
from openqrm.plugin_api.testing import LAWS, STORAGE_RULES, Case, SimulatedWorld, StorageBench, cases_of
from openqrm.plugin_api.testing.bench import carry_all
from openqrm.plugin_api.testing.nfs_tools import SimulatedNfs
from openqrm.plugin_api.testing.storage import FIRST
from openqrm_plugins.nfs_storage.driver import Driver
from openqrm_plugins.nfs_storage.settings import Settings

DRIVER = Driver(Settings())
STORAGE = Storage(name="store", type="nfs-storage", resource="store1")
GANESHA = Storage(name="store", type="nfs-storage", resource="store1", settings={"backend": "ganesha"})
WEB, CLONE = Volume(name="web", id=5, storage="store"), Volume(name="db", id=6, storage="store", source="web")
WRITER = Machine(resource="blade1", mac="52:54:00:00:00:01", address="10.0.0.11")
READER = Machine(resource="blade2", mac="52:54:00:00:00:02", address="10.0.0.12")


def world() -> SimulatedWorld:
    return SimulatedWorld(hosts={"store1": SimulatedNfs()})


def writers(made: SimulatedWorld, volume: str) -> frozenset[str]:
    nfs = made.hosts["store1"]
    assert isinstance(nfs, SimulatedNfs)
    return nfs.writers(f"/exports/{volume}")


def readers(made: SimulatedWorld, volume: str) -> frozenset[str]:
    nfs = made.hosts["store1"]
    assert isinstance(nfs, SimulatedNfs)
    return nfs.readers(f"/exports/{volume}")


BENCH = StorageBench(DRIVER, STORAGE, world, writers, ("nfs",), readers)
GANESHA_BENCH = StorageBench(DRIVER, GANESHA, world, writers, ("nfs",), readers)
LIFE = (
    *DRIVER.plan_create(GANESHA, WEB),
    *DRIVER.plan_create(GANESHA, CLONE),
    *DRIVER.plan_fill(GANESHA, WEB, "/srv/small image's.tar.zst", "0" * 64),
    *DRIVER.plan_grant(GANESHA, WEB, WRITER, "grant-web"),
    *DRIVER.plan_lend(GANESHA, WEB, READER),
    *DRIVER.plan_reclaim(GANESHA, WEB, READER),
    *DRIVER.plan_revoke(GANESHA, WEB, WRITER, "grant-web"),
    *DRIVER.plan_remove(GANESHA, WEB),
)


CASES = [*BENCH.cases(), *BENCH.optional_cases(), *cases_of("ganesha", LIFE, world)]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


@pytest.mark.parametrize("rule", STORAGE_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("bench", [BENCH, GANESHA_BENCH], ids=["kernel", "ganesha"])
def test_rule(rule: Callable[[StorageBench], None], bench: StorageBench) -> None:
    rule(bench)


def test_a_machine_that_may_mount_nothing_any_more_is_forgotten_and_no_other() -> None:
    """The kernel would hold its open files, and with them the file system, for 90 s."""
    made = BENCH.prepared(*BENCH.create(), *BENCH.create("db"), *BENCH.grant(FIRST), *BENCH.grant(FIRST, "db"))
    nfs = made.hosts["store1"]
    assert isinstance(nfs, SimulatedNfs)
    nfs.known = {3: FIRST.address, 4: f"{FIRST.address}1", 5: FIRST.address}
    carry_all(BENCH.revoke(FIRST), made)
    assert 3 in nfs.known, "db is exported to it still"
    carry_all(BENCH.revoke(FIRST, "db"), made)
    assert nfs.known == {4: f"{FIRST.address}1"}
