"""directory-storage on real disks: btrfs, XFS and ext4 in files, with qemu-img, tgtd and libnfs's peer beside."""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from openqrm.adapters.hosts.local import LocalHost
from openqrm.plugin_api import PlanningError, Step, StepError, Storage, Volume
from openqrm.plugin_api.storage.making.disk_program import look_at
from openqrm.plugin_api.testing import Case, cases_of
from openqrm.plugin_api.testing.bench import carry_all
from openqrm.plugin_api.testing.laws_of_change import (
    law_03_ensuring_satisfies,
    law_04_the_inverse_restores,
    law_05_a_crash_is_harmless,
)
from openqrm_plugins.directory_storage.driver import Driver
from openqrm_plugins.directory_storage.settings import Settings
from tests.lab.real_world import RealWorld
from tests.unit.plugin_api.hostile_disks import MIB, qcow2

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

LAWS_OF_CHANGE = [
    law_03_ensuring_satisfies,
    law_04_the_inverse_restores,
    pytest.param(law_05_a_crash_is_harmless, marks=pytest.mark.lab),  # a minute
]
SHARING = {"btrfs": True, "xfs": True, "ext4": False}
TYPES = {"directory-nfs": "", "directory-iscsi": ".img", "directory-qcow2": ".qcow2"}
WEB = Volume(name="web", id=5, storage="store", size_mib=64)
DB = Volume(name="db", id=6, storage="store", size_mib=64, source="web")
LOST = "-name .trash -prune -o -name .layers -prune -o -name .filled -prune -o -type f -print"


def sh(*argv: str | Path) -> str:
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    return done.stdout


@dataclass(frozen=True)
class Disk:
    """A disk that is mounted, and a folder of volumes on it."""

    filesystem: str
    top: Path

    @property
    def directory(self) -> Path:
        return self.top / "volumes"

    def driver(self) -> Driver:
        return Driver(Settings(directory=str(self.directory)))

    def world(self) -> RealWorld:
        """Nothing is on it."""
        sh("rm", "-rf", self.directory)
        return RealWorld("here", LocalHost(), self.look, {})

    def looked_at(self, type_: str) -> tuple[Storage, RealWorld]:
        """A storage of this type whose record says what the disk can."""
        world, storage = self.world(), Storage(name="store", type=type_, resource="here")
        world.records.put(storage)
        carry_all(self.driver().plan_look(storage), world)
        return world.records.get(Storage, "store"), world

    def look(self) -> str:
        """All content, as those who use the disks see it."""
        if not self.directory.exists():
            return ""
        files = sh("find", self.directory, *LOST.split()).splitlines()
        return "\n".join(sorted(f"{path} {content_of(Path(path))}" for path in files))

    def used_mib(self) -> int:
        sh("sync", "-f", self.top)
        return int(sh("df", "-m", "--output=used", self.top).split()[-1])


def content_of(path: Path) -> str:
    """As qemu-img reads it: a digest of the whole disk."""
    if path.suffix != ".qcow2":
        return sh("sha256sum", path).split()[0]
    raw = path.with_name("read.raw")
    sh("qemu-img", "convert", "-U", "-f", "qcow2", "-O", "raw", path, raw)
    try:
        return sh("sha256sum", raw).split()[0]
    finally:
        raw.unlink()


def write(path: Path, text: bytes, mib: int = 0) -> None:
    """Onto a disk of either format, or into a folder; with MIB megabytes of noise behind it."""
    if path.suffix == ".qcow2":
        sh("qemu-io", "-f", "qcow2", "-c", f"write -P {text[0]} 0 1M", *noise(mib), path)
        return
    with (path / "file" if path.is_dir() else path).open("r+b" if path.is_file() else "wb") as file:
        file.write(text + os.urandom(mib * MIB))


def noise(mib: int) -> list[str]:
    return ["-c", f"write -P 7 1M {mib}M"] if mib else []


def read(path: Path) -> bytes:
    """Its first byte."""
    if path.suffix != ".qcow2":
        return (path / "file" if path.is_dir() else path).read_bytes()[:1]
    said = sh("qemu-io", "-r", "-f", "qcow2", "-c", "read -v 0 512", path)
    return bytes.fromhex(said.split()[1])


@pytest.fixture(params=SHARING)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    file, top = tmp_path / "disk", tmp_path / "top"
    top.mkdir()
    file.touch()
    os.truncate(file, 512 * MIB)
    sh(f"mkfs.{request.param}", "-q", file)
    sh("mount", "-o", "loop", file, top)
    try:
        yield Disk(request.param, top)
    finally:
        sh("umount", top)


def lacks(disk: Disk, type_: str) -> bool:
    return not SHARING[disk.filesystem] and type_ != "directory-qcow2"


@pytest.mark.parametrize("type_", TYPES)
def test_the_life_of_a_volume(disk: Disk, type_: str) -> None:
    """Made, written, cloned thin, both written, extended, removed, had back, purged; or refused with the reason."""
    (storage, world), driver = disk.looked_at(type_), disk.driver()
    web, db = (disk.directory / f"{name}{TYPES[type_]}" for name in ("web", "db"))
    assert storage.found["shares"] is SHARING[disk.filesystem]
    carry_all(driver.plan_create(storage, WEB), world)
    write(web, b"A", mib=40)
    carry_all(driver.plan_adopt(storage, WEB), world)
    assert world.records.get(Volume, "web").size_mib == (0 if type_ == "directory-nfs" else 64)
    carry_all(driver.plan_forget(storage, WEB), world)
    if lacks(disk, type_):
        with pytest.raises(PlanningError, match="is on ext2/ext3, where files share no blocks"):
            driver.plan_create(storage, DB)
        return
    before_mib = disk.used_mib()
    carry_all(driver.plan_create(storage, DB), world)
    assert disk.used_mib() - before_mib < 4 and read(db) == b"A", "it shares all of its source"
    write(db, b"B")
    write(web, b"C")
    assert (read(web), read(db)) == (b"C", b"B")
    if type_ != "directory-nfs":
        carry_all(driver.plan_resize(storage, WEB, 96), world)
        listed = {facts.name: facts.size_mib for facts in driver.list_volumes(world, storage)}
        assert listed == {"web": 96, "db": 64}
    carry_all(driver.plan_remove(storage, WEB), world)
    assert [facts.name for facts in driver.list_volumes(world, storage)] == ["db"] and read(db) == b"B"
    carry_all(driver.plan_restore(storage, WEB), world)
    assert read(web) == b"C"
    carry_all((*driver.plan_remove(storage, WEB), *driver.plan_purge(storage, WEB)), world)
    assert read(db) == b"B", "what both stood on stays for the other"
    carry_all((*driver.plan_remove(storage, DB), *driver.plan_purge(storage, DB)), world)
    assert int(sh("du", "-sm", disk.directory).split()[0]) < 2, "and goes with the last one"


@pytest.mark.parametrize("disk", ["btrfs", "xfs"], indirect=True)
def test_what_is_mounted_or_a_loop_device_is_not_adopted(disk: Disk, tmp_path: Path) -> None:
    there, web = tmp_path / "there", disk.directory / "web"
    web.mkdir(parents=True)
    there.mkdir()
    for source, target in ((web, there), (there, web)):
        sh("mount", "--bind", source, target)
        demand_refused(disk, "directory-nfs", f"mounted at {target}")
        sh("umount", target)
    (disk.directory / "web.img").write_bytes(b"A" * MIB)
    loop = sh("losetup", "--find", "--show", "--read-only", disk.directory / "web.img").strip()
    demand_refused(disk, "directory-iscsi", "a loop device")
    sh("losetup", "-d", loop)


def demand_refused(disk: Disk, type_: str, because: str) -> None:
    storage = Storage(name="store", type=type_, resource="here")
    (adopt,) = disk.driver().plan_adopt(storage, WEB)
    with pytest.raises(StepError, match=because):
        adopt.action.observe(RealWorld("here", LocalHost(), str, {}))


def life(driver: Driver, storage: Storage) -> list[Step]:
    grow = driver.plan_resize(storage, WEB, 96)
    end = (*driver.plan_remove(storage, WEB), *driver.plan_restore(storage, WEB))
    return [*driver.plan_create(storage, WEB), *driver.plan_create(storage, DB), *grow, *end]


@pytest.mark.parametrize("disk", ["xfs"], indirect=True)
@pytest.mark.parametrize("law", LAWS_OF_CHANGE)
def test_law_of_qcow2(law: Callable[[Case], None], disk: Disk) -> None:
    (storage, _), driver = disk.looked_at("directory-qcow2"), disk.driver()
    steps = [
        step for step in life(driver, storage) if "restore" not in step.id or law is not law_04_the_inverse_restores
    ]
    for case in cases_of("qcow2", steps, disk.world):
        law(case)


@pytest.mark.parametrize("disk", ["ext4"], indirect=True)
def test_many_clones_stand_on_one_layer(disk: Disk) -> None:
    (storage, world), driver = disk.looked_at("directory-qcow2"), disk.driver()
    carry_all(driver.plan_create(storage, WEB), world)
    write(disk.directory / "web.qcow2", b"A")
    for number in range(5):
        clone = Volume(name=f"web{number}", id=10 + number, storage="store", size_mib=64, source="web")
        carry_all(driver.plan_create(storage, clone), world)
        assert read(disk.directory / f"web{number}.qcow2") == b"A"
    layers = [name for name in os.listdir(disk.directory / ".layers") if name.endswith(".qcow2")]
    assert len(layers) == 1
    for path in disk.directory.glob("*.qcow2"):
        assert "No errors were found" in sh("qemu-img", "check", path)


@pytest.mark.parametrize("disk", ["ext4"], indirect=True)
def test_a_hostile_file_in_the_place_of_a_volume_is_not_taken(disk: Disk) -> None:
    (storage, world), driver = disk.looked_at("directory-qcow2"), disk.driver()
    carry_all(driver.plan_create(storage, WEB), world)
    (create,) = driver.plan_create(storage, Volume(name="bad", id=9, storage="store", size_mib=8))
    shadow = {"backing": b"/etc/shadow"}, {"features": 4}, {"size": 1 << 62}
    for fields in shadow:
        qcow2(disk.directory / "bad.qcow2", **fields)
        with pytest.raises(StepError, match=r"stands on another file|in another file|is a disk of"):
            create.action.observe(world)
    assert {facts.name: facts.size_mib for facts in driver.list_volumes(world, storage)} == {"web": 64, "bad": 0}
    other = disk.directory / ".layers" / "web.1.qcow2"
    sh("qemu-img", "create", "-q", "-f", "qcow2", "-u", "-F", "qcow2", "-b", other, disk.directory / "bad.qcow2", "8M")
    with pytest.raises(StepError, match="stands on another disk"):
        create.action.observe(world)


@pytest.mark.parametrize("disk", ["xfs"], indirect=True)
@pytest.mark.parametrize("type_", ["directory-iscsi", "directory-qcow2"])
@pytest.mark.parametrize("packed", [(), ("-c",)], ids=["plain", "packed"])
def test_a_volume_is_filled_from_a_disk_that_qemu_made(disk: Disk, type_: str, packed: tuple[str, ...]) -> None:
    (storage, world), driver = disk.looked_at(type_), disk.driver()
    raw, source = disk.top / "found.raw", disk.top / "found.qcow2"
    raw.write_bytes(os.urandom(3 * MIB) + bytes(20 * MIB) + b"words " * MIB)
    sh("qemu-img", "convert", "-f", "raw", "-O", "qcow2", *packed, raw, source)
    carry_all(driver.plan_create(storage, WEB), world)
    carry_all(driver.plan_fill(storage, WEB, str(source), ""), world)
    os.truncate(raw, 64 * MIB)
    assert content_of(disk.directory / f"web{TYPES[type_]}") == content_of(raw)
    assert not look_at(LocalHost(), str(disk.directory / f"web{TYPES[type_]}")).blank
