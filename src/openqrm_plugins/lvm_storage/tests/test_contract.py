"""The contract of storage drivers and their actions, for each type of storage, thin and linear."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from openqrm.plugin_api import (
    Capability,
    Category,
    Completed,
    Differs,
    PlanningError,
    Satisfied,
    StepError,
    Storage,
    Volume,
)
from openqrm.plugin_api.actions import FillFolder
from openqrm.plugin_api.storage import FillDisk
from openqrm.plugin_api.testing import LAWS, STORAGE_RULES, Case, SimulatedWorld, StorageBench
from openqrm.plugin_api.testing.bench import carry_all
from openqrm.plugin_api.testing.lvm_tools import SimulatedVolume
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

    def readers(made: SimulatedWorld, volume: str) -> frozenset[str]:
        tools = made.hosts["store1"]
        return tools.readers(f"{path}/{volume}") if isinstance(tools, SimulatedLvmNfs) else frozenset()

    return StorageBench(DRIVER, storage, lambda: SimulatedWorld(hosts={"store1": host()}), writers, ROOTS, readers)


AOE = Storage(name="s", type="lvm-aoe", resource="store1")
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


def test_only_folders_are_copied_from() -> None:
    """And only disks are disks of VMs."""
    nfs, iscsi = (Storage(name="s", type=type_, resource="store1") for type_ in ("lvm-nfs", "lvm-iscsi"))
    web = Volume(name="web", id=1, storage="s", size_mib=64)
    assert Capability.TRANSFER in DRIVER.capabilities_of(nfs)
    assert Capability.TRANSFER not in DRIVER.capabilities_of(iscsi)
    assert DRIVER.disk(iscsi, web).path == "/dev/lab/web"
    with pytest.raises(PlanningError, match="no disk for a VM"):
        DRIVER.disk(nfs, web)


@pytest.mark.parametrize("volume", [Volume(name="web", storage="s"), Volume(name="pvmove1", storage="s", size_mib=1)])
def test_what_cannot_be_a_logical_volume_is_refused(volume: Volume) -> None:
    with pytest.raises(PlanningError) as refused:
        DRIVER.plan_create(Storage(name="s", type="lvm-aoe", resource="store1"), volume)
    assert refused.value.category is Category.BAD_INPUT


def test_smaller_is_refused() -> None:
    with pytest.raises(PlanningError, match="has 64 MiB already"):
        DRIVER.plan_resize(Storage(name="s", type="lvm-aoe"), Volume(name="web", storage="s", size_mib=64), 64)


@pytest.mark.parametrize(("type_", "kind"), [("lvm-nfs", "an archive or a folder"), ("lvm-aoe", "a disk in a file")])
def test_a_volume_is_filled_in_place_with_what_it_takes(type_: str, kind: str) -> None:
    storage, web = Storage(name="s", type=type_, resource="store1"), Volume(name="web", id=1, version=3, size_mib=64)
    assert DRIVER.fills_from(storage) == {kind}
    (step,) = DRIVER.plan_fill(storage, web, "/srv/found", "")
    assert isinstance(step.action, FillFolder | FillDisk)
    filling = step.action.filling
    assert (filling.in_place, filling.version, filling.most_bytes) == (True, 3, 64 << 20)


UNFIT = {
    "put away": (SimulatedVolume(64 << 20, tags=("openqrm.deleted.17",)), {"pool": ""}, "", "volume restore"),
    "half a copy": (SimulatedVolume(64 << 20, tags=("openqrm.making",)), {"pool": ""}, "", "not complete"),
    "inactive": (SimulatedVolume(64 << 20, active=False), {"pool": ""}, "", "lvchange --activate y"),
    "mounted": (SimulatedVolume(64 << 20), {"pool": ""}, "/mnt", "is in use: mounted"),
    "not of the pool": (SimulatedVolume(64 << 20), {}, "", "is not thin from pool"),
    "without a file system": (SimulatedVolume(64 << 20, "pool"), {"type": "lvm-nfs"}, "", "no file system, not ext4"),
}


@pytest.mark.parametrize("what", UNFIT)
def test_a_logical_volume_that_could_not_be_served_is_not_adopted(what: str) -> None:
    found, settings, mounted, because = UNFIT[what]
    tools, type_ = SimulatedLvmAoe(), settings.get("type", "lvm-aoe")
    tools.logical, tools.mounted = {"web": found}, dict.fromkeys(filter(None, [mounted]), "/dev/lab/web")
    storage = replace(AOE, type=type_, settings={key: each for key, each in settings.items() if key != "type"})
    adopt = DRIVER.plan_adopt(storage, Volume(name="web", storage="s"))[0].action
    with pytest.raises(StepError, match=re.escape(because)) as refused:
        adopt.observe(SimulatedWorld(hosts={"store1": tools}))
    assert refused.value.category is Category.CONFLICT


class Busy(SimulatedLvmAoe):
    """A volume goes after the names were told."""

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        done = super().run(argv, stdin, environment)
        if "lv_name" in argv:
            self.logical.pop("customer-web-00007")
        return done


def test_more_than_fit_into_one_answer_are_listed() -> None:
    tools = Busy()
    tools.logical = {f"customer-web-{each:05}": SimulatedVolume(64 << 20, "pool") for each in range(10_000)}
    world = SimulatedWorld(hosts={"store1": tools})
    assert [each.name for each in DRIVER.list_volumes(world, AOE)] == [*tools.logical]
    assert len(tools.logical) == 9999


def test_a_logical_volume_that_its_host_uses_when_it_starts_is_not_adopted() -> None:
    tools = SimulatedLvmAoe()
    tools.logical, tools.tabled = {"web": SimulatedVolume(64 << 20, "pool")}, {"/dev/lab/web"}
    with pytest.raises(StepError, match="is in /etc/fstab"):
        DRIVER.plan_adopt(AOE, Volume(name="web", storage="s"))[0].action.observe(
            SimulatedWorld(hosts={"store1": tools})
        )


def test_one_that_is_a_logical_volume_already_is_not_made_of_what_was_put_away() -> None:
    """An inactive one of another's would be switched on, and taken for what is to be had back."""
    tools = SimulatedLvmAoe()
    world, web = SimulatedWorld(hosts={"store1": tools}), Volume(name="web", id=1, storage="s", size_mib=64)
    carry_all((*DRIVER.plan_create(AOE, web), *DRIVER.plan_remove(AOE, web)), world)
    tools.logical["web"] = SimulatedVolume(64 << 20, active=False)
    with pytest.raises(StepError, match="is not what was put away"):
        DRIVER.plan_restore(AOE, web)[0].action.observe(world)


def test_a_volume_that_takes_old_space_is_none_before_it_begins_with_zeros() -> None:
    """Or else nobody could tell that it is empty. One that is in use is left alone."""
    tools = SimulatedLvmAoe()
    world, storage = SimulatedWorld(hosts={"store1": tools}), replace(AOE, settings={"pool": ""})
    make = DRIVER.plan_create(storage, Volume(name="web", id=1, storage="s", size_mib=64))[0].action
    tools.logical["web"] = SimulatedVolume(64 << 20, tags=("openqrm", "openqrm.making"), filesystem="of old")
    assert isinstance(make.observe(world), Differs)
    make.ensure(world)
    assert isinstance(make.observe(world), Satisfied) and tools.logical["web"].filesystem == ""
    tools.logical["web"] = replace(tools.logical["web"], filesystem="in use")
    make.ensure(world)
    assert tools.logical["web"].filesystem == "in use"
