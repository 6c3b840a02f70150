"""The contract of storage drivers and their actions, for each type of storage, on files and logical volumes."""

from collections.abc import Callable

import pytest

from openqrm.plugin_api import Root, Storage, Volume
from openqrm.plugin_api.filling import plan_filling
from openqrm.plugin_api.storage import ClearDisk, FillDisk
from openqrm.plugin_api.testing import LAWS, STORAGE_RULES, Case, SimulatedWorld, StorageBench
from openqrm.plugin_api.testing.storage import FIRST, SECOND
from openqrm_plugins.sanboot_storage.driver import Driver
from openqrm_plugins.sanboot_storage.settings import Settings
from openqrm_plugins.sanboot_storage.tests.simulator import FilesByAoe, FilesByLio, FilesByTgt, LvmByLio

DRIVER = Driver(Settings())
ADDRESSES = {FIRST.mac: FIRST.address, SECOND.mac: SECOND.address}
WIN = Volume(name="win", id=21, storage="store", size_mib=64)


def bench(name: str, type_: str, host: type[FilesByAoe | FilesByLio | FilesByTgt | LvmByLio], **settings: str) -> (
    StorageBench
):  # fmt: skip
    storage = Storage(name=name, type=type_, resource="store1", settings=dict(settings))

    def writers(made: SimulatedWorld, volume: str) -> frozenset[str]:
        tools = made.hosts["store1"]
        assert isinstance(tools, host)
        found = tools.writers(DRIVER.disk(storage, Volume(name=volume)).path)
        return frozenset(ADDRESSES.get(each, each) for each in found)

    return StorageBench(DRIVER, storage, lambda: SimulatedWorld(hosts={"store1": host()}), writers, ("san",))


LIO = bench("lio", "sanboot-iscsi", FilesByLio)
TGT = bench("tgt", "sanboot-iscsi", FilesByTgt, target="tgt")
AOE = bench("aoe", "sanboot-aoe", FilesByAoe)
LVM = bench("lvm", "sanboot-iscsi", LvmByLio, group="lab", pool="pool")
BENCHES = [LIO, TGT, AOE, LVM]
CASES = [case for each in (LIO, AOE, LVM) for case in (*each.cases(), *each.optional_cases())]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


@pytest.mark.parametrize("rule", STORAGE_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("each", BENCHES, ids=lambda each: each.storage.name)
def test_rule(rule: Callable[[StorageBench], None], each: StorageBench) -> None:
    rule(each)


def test_firmware_is_told_where_the_disk_is_and_who_asks_for_it() -> None:
    known = (("initiator", "iqn.2004-01.org.openqrm:writer-of-win"), ("user", "win"))
    uri = ("uri", "iscsi:10.0.0.2::3260:1:iqn.2004-01.org.openqrm:win")
    expected = Root(type="san", facts=(uri, *known), secrets=(("secret", "grant-win"),))
    assert DRIVER.root(LIO.storage, WIN, "10.0.0.2", "grant-win") == expected
    by_v6 = DRIVER.root(LIO.storage, WIN, "fd77::2", "grant-win")
    assert dict(by_v6.facts)["uri"].startswith("iscsi:[fd77::2]::3260:1:")
    assert DRIVER.root(AOE.storage, WIN, "10.0.0.2", "") == Root(type="san", facts=(("uri", "aoe:e1.5"),))


def test_a_logical_volume_is_filled_in_place_and_noted_elsewhere() -> None:
    (step,) = plan_filling(DRIVER, LVM.storage, WIN, "/srv/win.qcow2", "", "a hint")
    fill = step.action
    assert isinstance(fill, FillDisk) and isinstance(fill.inverse(), ClearDisk)
    assert (fill.path, fill.in_place, fill.trash) == ("/dev/lab/win", True, "")
    assert fill.note == "/var/lib/openqrm/filled/win.21"
