"""lvm-storage and aoe-storage on a storage host: the contract on real LVM and vblade, and who boots from it by AoE."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from lab import lan
from lab.storage_host import StorageHost
from openqrm.boot.initrd.builder import InitrdBuilder
from openqrm.boot.initrd.fragments import get_fragment
from openqrm.plugin_api import Action, Machine, StepError, Storage, Volume, run
from openqrm.plugin_api.storage.exporting.aoe import list_blades
from openqrm.plugin_api.storage.making.lvm import list_logical
from openqrm.plugin_api.testing import STORAGE_RULES, Case, StorageBench
from openqrm.plugin_api.testing.bench import carry_all
from openqrm.plugin_api.testing.case import carry_through, take_back
from openqrm.plugin_api.testing.laws_of_change import (
    law_03_ensuring_satisfies,
    law_04_the_inverse_restores,
    law_05_a_crash_is_harmless,
)
from openqrm.plugin_api.testing.storage import FIRST, SECOND
from openqrm_plugins.aoe_storage.driver import Driver as AoeDriver
from openqrm_plugins.aoe_storage.settings import Settings as AoeSettings
from openqrm_plugins.device_manager.actions import DropGroup, JoinGroup
from openqrm_plugins.lvm_storage.driver import Driver as LvmDriver
from openqrm_plugins.lvm_storage.settings import Settings as LvmSettings
from tests.lab.boot_server import BootServer
from tests.lab.direct_boot import ADDRESS, MAC, booted, cable, line_of
from tests.lab.real_world import RealWorld
from tests.lab.tiny_root import UP, render_facts, tiny_root

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

HINT = "Look into the storage host's console."
LAWS_OF_CHANGE = (law_03_ensuring_satisfies, law_04_the_inverse_restores, law_05_a_crash_is_harmless)
ADDRESSES = {FIRST.mac: FIRST.address, SECOND.mac: SECOND.address, MAC: ADDRESS}
UNIT = Machine(resource="unit", mac=MAC, address=ADDRESS)
LVM = LvmDriver(LvmSettings(group="lab", pool="pool", keeper="bare"))
AOE = AoeDriver(AoeSettings(directory="/srv/xfs/aoe", keeper="bare"))
KINDS: dict[str, tuple[Any, str, dict[str, Any], str]] = {
    "thin": (LVM, "lvm-aoe", {}, "/dev/lab/{}"),
    "linear": (LVM, "lvm-aoe", {"pool": ""}, "/dev/lab/{}"),
    "files": (AOE, "aoe-storage", {}, "/srv/xfs/aoe/{}.img"),
}


class Real:
    """A storage on the guest, empty."""

    def __init__(self, guest: StorageHost, kind: str) -> None:
        self.guest = guest
        self.driver, type_, settings, self._path = KINDS[kind]
        self.storage = Storage(name=kind, type=type_, resource="store1", settings=settings)

    def sh(self, *argv: str) -> str:
        return run(self.guest.host, argv, hint=HINT)

    def world(self) -> RealWorld:
        """No volume, and nobody is served."""
        self.guest.host.run(("pkill", "-9", "-x", "vblade"))
        self.sh("rm", "-rf", "/etc/openqrm", "/srv/xfs/aoe")
        self.sh("mkdir", "-p", "/srv/xfs/aoe")
        for volume in list_logical(self.guest.host, "lab"):
            if not volume.is_pool:
                self.sh("lvremove", "-q", "--yes", f"lab/{volume.name}")
        return RealWorld("store1", self.guest.host, self.look, {"grant-web": "s3cretS3cretS3cr"})

    def look(self) -> str:
        """What was put away is left out, for nobody counts on it."""
        volumes = [each for each in list_logical(self.guest.host, "lab") if not each.is_put_away and not each.is_pool]
        shown = [f"{each.name} {each.size_bytes} {each.origin} {sorted(each.tags)} {each.active}" for each in volumes]
        files = self.sh("find", "/srv/xfs/aoe", "-name", ".trash", "-prune", "-o", "-type", "f", "-printf", "%P %s\\n")
        kept = self.guest.host.run(("find", "/etc/openqrm", "-type", "f")).out
        return "\n".join([*shown, *sorted(files.splitlines()), kept, *sorted(map(str, list_blades(self.guest.host)))])

    def writers(self, volume: str) -> frozenset[str]:
        path = self._path.format(volume)
        return frozenset(ADDRESSES[words[1]] for words in list_blades(self.guest.host) if words[-1] == path)

    def bench(self) -> StorageBench:
        given = (self.driver, self.storage, self.world, lambda _, volume: self.writers(volume), ("aoe",))
        return StorageBench(*given, source="")


@pytest.fixture
def real(request: pytest.FixtureRequest, storage_host: StorageHost) -> Iterator[Real]:
    made = Real(storage_host, getattr(request, "param", "thin"))
    yield made
    made.world()


@pytest.mark.lab
@pytest.mark.parametrize("real", KINDS, indirect=True)
@pytest.mark.parametrize("rule", STORAGE_RULES, ids=lambda rule: rule.__name__)
def test_rule(rule: Callable[[StorageBench], None], real: Real) -> None:
    rule(real.bench())


@pytest.mark.lab
@pytest.mark.parametrize("real", KINDS, indirect=True)
@pytest.mark.parametrize("law", LAWS_OF_CHANGE, ids=lambda law: law.__name__)
def test_law(law: Callable[[Case], None], real: Real) -> None:
    for case in (*real.bench().cases(), *real.bench().optional_cases()):
        law(case)


def test_a_thin_clone_takes_no_space(real: Real) -> None:
    golden = Volume(name="golden", id=1, storage="thin", size_mib=256)
    clone = Volume(name="web", id=2, storage="thin", size_mib=256, source="golden")
    world = real.world()
    carry_all(real.driver.plan_create(real.storage, golden), world)
    real.sh("dd", "if=/dev/urandom", "of=/dev/lab/golden", "bs=1M", "count=64", "conv=fsync", "status=none")
    carry_all(real.driver.plan_create(real.storage, clone), world)
    facts = {each.name: each for each in real.driver.list_volumes(world, real.storage)}
    assert (facts["golden"].used_mib, facts["web"].used_mib) == (64, 64)  # the same blocks
    pool = next(each for each in list_logical(real.guest.host, "lab") if each.is_pool)
    assert pool.name == "pool" and real.sh("cmp", "/dev/lab/golden", "/dev/lab/web") == ""


def test_what_is_served_is_not_removed(real: Real) -> None:
    volume = Volume(name="web", id=1, storage="thin", size_mib=64)
    world = real.world()
    carry_all((*real.driver.plan_create(real.storage, volume),), world)
    carry_all(real.driver.plan_grant(real.storage, volume, FIRST, ""), world)
    with pytest.raises(StepError, match="in use"):
        carry_all(real.driver.plan_remove(real.storage, volume), world)
    assert real.writers("web") == {FIRST.address}


@pytest.mark.lab
def test_a_machine_boots_from_it_alone_until_the_revoke(real: Real, builder: InitrdBuilder, tmp_path: Path) -> None:
    world, volume = real.world(), Volume(name="web", id=1, storage="thin", size_mib=64)
    carry_all(real.driver.plan_create(real.storage, volume), world)
    real.sh("mkfs.ext4", "-q", "/dev/lab/web")
    real.sh("mkdir", "-p", "/mnt/fill")
    real.sh("mount", "/dev/lab/web", "/mnt/fill")
    assert real.guest.host.run(("tar", "-x", "-C", "/mnt/fill"), stdin=tiny_root()).status == 0
    real.sh("umount", "/mnt/fill")
    facts = render_facts(real.driver.root(real.storage, volume, real.guest.address, ""))
    fragment = get_fragment(Path("src/openqrm_plugins/aoe_storage/initrd"), "aoe")
    with ExitStack() as stack:
        stack.enter_context(cable())
        server = stack.enter_context(BootServer(lan.SERVER_ADDRESS, builder, facts))
        carry_all(real.driver.plan_grant(real.storage, volume, FIRST, ""), world)
        with booted(builder, line_of(server), tmp_path / "stranger", [fragment]) as stranger:
            stranger.wait_for_console("No AoE storage serves e0.1")
        carry_all(real.driver.plan_revoke(real.storage, volume, FIRST, ""), world)
        carry_all(real.driver.plan_grant(real.storage, volume, UNIT, ""), world)
        unit = stack.enter_context(booted(builder, line_of(server), tmp_path / "unit", [fragment]))
        server.wait_for("init")
        unit.wait_for_console(UP)
        carry_all(real.driver.plan_revoke(real.storage, volume, UNIT, ""), world)
        left = real.sh("sha256sum", "/dev/lab/web")
        real.sh("sync")
        assert not real.writers("web") and real.sh("sha256sum", "/dev/lab/web") == left, "nothing more reaches the disk"


@pytest.mark.parametrize("type_", ["lvm-nfs", "lvm-iscsi"])
def test_the_life_of_a_volume(type_: str, storage_host: StorageHost, real: Real) -> None:
    """Made, filled, granted, revoked, cloned, extended, removed, had back and purged, by the kernel's NFS and LIO."""
    storage = Storage(name="life", type=type_, resource="store1")
    web = Volume(name="web", id=5, version=1, storage="life", size_mib=64)
    clone = Volume(name="db", id=6, storage="life", size_mib=64, source="web")
    world = real.world()
    storage_host.host.run(("mkdir", "-p", "/etc/exports.d"))
    carry_all(LVM.plan_create(storage, web), world)
    filled(real, storage, web, world)()
    carry_all(LVM.plan_grant(storage, web, UNIT, "grant-web"), world)
    carry_all(LVM.plan_revoke(storage, web, UNIT, "grant-web"), world)
    carry_all(LVM.plan_create(storage, clone), world)
    carry_all(LVM.plan_resize(storage, web, 128), world)
    carry_all(LVM.plan_remove(storage, web), world)
    assert [each.name for each in LVM.list_volumes(world, storage)] == ["db"]
    carry_all(LVM.plan_restore(storage, web), world)
    assert {each.name: each.size_mib for each in LVM.list_volumes(world, storage)} == {"db": 64, "web": 128}
    carry_all((*LVM.plan_forget(storage, web), *LVM.plan_adopt(storage, web)), world)
    assert world.records.get(Volume, "web").size_mib == 128
    if type_ == "lvm-nfs":
        real.sh("cmp", "/srv/openqrm/web/kept", "/srv/openqrm/db/kept")
        assert int(real.sh("df", "-m", "--output=size", "/srv/openqrm/web").split()[-1]) > 100
    for volume in (web, clone):
        carry_all((*LVM.plan_remove(storage, volume), *LVM.plan_purge(storage, volume)), world)
    assert [each.name for each in list_logical(storage_host.host, "lab")] == ["pool"]


def filled(real: Real, storage: Storage, volume: Volume, world: RealWorld) -> Callable[[], Action]:
    """What fills the volume, and sees that it is."""
    real.sh("rm", "-rf", "/srv/xfs/found")
    real.sh("mkdir", "/srv/xfs/found")
    real.sh("dd", "if=/dev/urandom", "of=/srv/xfs/found/kept", "bs=1M", "count=9", "status=none")
    source, there = "/srv/xfs/found", f"/srv/openqrm/{volume.name}/kept"
    if storage.type != "lvm-nfs":
        source, there = "/srv/xfs/found/kept", f"/dev/lab/{volume.name}"

    def fill() -> Action:
        (step,) = LVM.plan_fill(storage, volume, source, "")
        carry_all((step,), world)
        real.sh("cmp", "--bytes", str(9 << 20), "/srv/xfs/found/kept", there)
        return step.action

    return fill


@pytest.mark.lab
@pytest.mark.parametrize(("type_", "pool"), [("lvm-nfs", "pool"), ("lvm-iscsi", "pool"), ("lvm-iscsi", "")])
def test_a_volume_is_filled_and_emptied_and_filled_again(type_: str, pool: str, real: Real) -> None:
    """What a disk took of a pool is given back."""
    storage = Storage(name="life", type=type_, resource="store1", settings={"pool": pool})
    web = Volume(name="web", id=5, version=1, storage="life", size_mib=64)
    world = real.world()
    carry_all(LVM.plan_create(storage, web), world)
    fill = filled(real, storage, web, world)
    take_back(fill(), world)
    (left,) = (each for each in list_logical(real.guest.host, "lab") if each.name == web.name)
    assert left.used_bytes < 4 << 20 or not pool or type_ == "lvm-nfs"
    fill()
    carry_all((*LVM.plan_remove(storage, web), *LVM.plan_purge(storage, web)), world)


def test_a_volume_group_of_a_device_that_nobody_uses(storage_host: StorageHost, real: Real) -> None:
    world = real.world()
    with pytest.raises(StepError, match="mounted at /srv/xfs"):
        JoinGroup("store1", "two", "/dev/vdc", new=True).observe(world)
    real.sh("umount", storage_host.xfs)
    with pytest.raises(StepError, match="something on /dev/vdc: xfs"):
        JoinGroup("store1", "two", "/dev/vdc", new=True).observe(world)
    real.sh("wipefs", "--quiet", "--all", "/dev/vdc")
    carry_through(JoinGroup("store1", "two", "/dev/vdc", new=True), world)
    assert real.sh("vgs", "--noheadings", "--options", "vg_name", "two").split() == ["two"]
    real.sh("lvcreate", "-q", "-n", "held", "-L", "8M", "two")
    with pytest.raises(StepError, match="holds 1 logical volumes, held first"):
        DropGroup("store1", "two").observe(world)
    with pytest.raises(StepError, match="vgremove ended with 5"):
        DropGroup("store1", "two").ensure(world)
    real.sh("lvremove", "-q", "--yes", "two/held")
    carry_through(DropGroup("store1", "two"), world)
    carry_through(JoinGroup("store1", "again", "/dev/vdc", new=True), world)
    carry_through(DropGroup("store1", "again"), world)
    for argv in (("pvremove", "-q", "/dev/vdc"), ("mkfs.xfs", "-q", "-f", "/dev/vdc")):
        real.sh(*argv)
    real.sh("mount", "/dev/vdc", storage_host.xfs)
