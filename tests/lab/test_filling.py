"""Filling volumes on real disks: subvolumes of btrfs, and in place what nothing can be put beside.

A loop device stands for a logical volume.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from openqrm.adapters.hosts.local import LocalHost
from openqrm.plugin_api import Action, Record, Satisfied, StepError, Storage, Volume
from openqrm.plugin_api.storage import FillDisk, fill_disk, fill_folder
from openqrm.plugin_api.testing.bench import carry_all
from openqrm.plugin_api.testing.case import carry_through, take_back
from openqrm_plugins.nfs_storage.driver import Driver as Nfs
from openqrm_plugins.nfs_storage.settings import Settings as NfsSettings
from tests.lab.real_world import RealWorld
from tests.lab.test_capture import CAPABILITY, NET_RAW

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

WEB = Volume(name="web", id=7, version=1, storage="store", size_mib=64)
SUBVOLUME_INODE, MIB = 256, 1 << 20
CHANGED = replace(WEB, version=3)  # as by a grant and its end


def sh(*argv: str | Path) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source/etc").mkdir(parents=True)
    (tmp_path / "source/etc/hostname").write_text("web\n")
    return tmp_path / "source"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def mounted(stack: ExitStack, folder: Path, filesystem: str) -> Path:
    """A new file system of its own."""
    disk, top = folder / "disk.img", folder / "top"
    top.mkdir()
    disk.touch()
    os.truncate(disk, 256 << 20)
    sh(f"mkfs.{filesystem}", "-q", disk)
    sh("mount", "-o", "loop", disk, top)
    stack.callback(sh, "umount", top)
    return top


def device(stack: ExitStack, folder: Path) -> str:
    """Of 64 MiB, with a MiB of zeros before what others left there."""
    (folder / "device.img").write_bytes(bytes(MIB) + os.urandom(62 * MIB) + bytes(MIB))
    name = sh("losetup", "--find", "--show", folder / "device.img").strip()
    stack.callback(sh, "losetup", "-d", name)
    return name


def world(*given: Record) -> RealWorld:
    return RealWorld("here", LocalHost(), lambda: "", {}, given=given)


def on_device(path: str, source: Path, folder: Path) -> FillDisk:
    """As a logical volume is filled; the note is in a folder of the test."""
    action = fill_disk("here", WEB, path, "", str(source), "").action
    assert isinstance(action, FillDisk)
    return replace(action, note=f"{folder}/notes/web.7")


def carried(action: Action, made: RealWorld) -> None:
    assert isinstance(carry_through(action, made), Satisfied)


def broken_off(note: str) -> None:
    """As a crash leaves it."""
    Path(note).parent.mkdir(exist_ok=True)
    Path(note).write_text(f'{{"state": "working", "done": 1, "total": 4, "version": {WEB.version}}}')


def test_a_subvolume_is_filled_emptied_and_purged(stack: ExitStack, source: Path, tmp_path: Path) -> None:
    top, made = mounted(stack, tmp_path, "btrfs"), world()
    sh("cp", "-a", source, top)
    source, tool = top / "source", top / "source/tool"
    tool.write_bytes(b"#!/bin/sh\n")
    os.chown(tool, 12345, 23456)
    tool.chmod(0o4755)
    os.setxattr(tool, CAPABILITY, NET_RAW)
    storage = Storage(name="store", type="nfs-storage", resource="here", settings={"directory": str(top / "volumes")})
    driver, volume = Nfs(NfsSettings()), top / "volumes/web"
    carry_all(driver.plan_create(storage, WEB), made)
    (fill,) = driver.plan_fill(storage, WEB, str(source), "")
    for _ in range(2):
        carry_all((fill,), made)
        assert (volume / "etc/hostname").read_text() == "web\n" and volume.stat().st_ino == SUBVOLUME_INODE
        at = (volume / "tool").stat()
        assert (at.st_uid, at.st_gid, at.st_mode & 0o7777) == (12345, 23456, 0o4755)
        assert os.getxattr(volume / "tool", CAPABILITY) == NET_RAW
        take_back(fill.action, made)
        assert not any(volume.iterdir()) and volume.stat().st_ino == SUBVOLUME_INODE
    assert len(list((top / "volumes/.trash/web.7.filled").iterdir())) == 2
    carry_all((*driver.plan_remove(storage, WEB), *driver.plan_purge(storage, WEB)), made)
    assert not any((top / "volumes/.trash").iterdir()), "each is a subvolume, too"


def test_a_file_system_is_filled_in_place(stack: ExitStack, source: Path, tmp_path: Path) -> None:
    """Of what may be a machine's nothing is deleted, though there is no trash it could go to."""
    top, made = mounted(stack, tmp_path, "ext4"), world(WEB)
    fill = fill_folder("here", WEB, str(top), "", str(source), "").action
    for _ in range(2):
        carried(fill, made)
        assert (top / "etc/hostname").read_text() == "web\n"
        take_back(fill, made)
        assert os.listdir(top) == ["lost+found"]
    broken_off(str(tmp_path / ".filled/web.7"))
    (top / "half").touch()
    carried(fill, made)
    assert sorted(os.listdir(top)) == ["etc", "lost+found"]
    for change in (fill.inverse().ensure, fill.ensure):
        broken_off(str(tmp_path / ".filled/web.7"))
        with pytest.raises(StepError, match="was changed or granted since"):
            change(world(CHANGED))
    assert (top / "etc/hostname").exists()


def test_what_is_not_mounted_is_not_filled(source: Path, tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    fill = fill_folder("here", WEB, str(tmp_path / "web"), "", str(source), "").action
    with pytest.raises(StepError, match="nothing is mounted"):
        fill.ensure(world(WEB))
    assert not os.listdir(tmp_path / "web")


@pytest.mark.parametrize("form", ["raw", "qcow2"])
def test_a_device_holds_what_the_disk_holds_and_nothing_of_before(stack: ExitStack, tmp_path: Path, form: str) -> None:
    raw, found, made = tmp_path / "found.raw", tmp_path / f"found.{form}", world(WEB)
    raw.write_bytes(b"boot".ljust(MIB, b"\0") + os.urandom(3 * MIB) + bytes(20 * MIB) + b"words " * MIB)
    if form != "raw":
        sh("qemu-img", "convert", "-f", "raw", "-O", form, raw, found)
    path = device(stack, tmp_path)
    fill = on_device(path, found, tmp_path)
    carried(fill, made)
    os.truncate(raw, 64 * MIB)
    sh("cmp", raw, path)
    broken_off(fill.note)
    with Path(path).open("r+b") as disk:
        disk.write(b"half")
    carried(fill, made)
    sh("cmp", raw, path)
    take_back(fill, made)
    carried(fill, made)
    sh("cmp", raw, path)


def test_a_device_that_holds_something_or_was_granted_since_is_left_alone(stack: ExitStack, tmp_path: Path) -> None:
    (tmp_path / "found").write_bytes(b"data")
    path = device(stack, tmp_path)
    fill = on_device(path, tmp_path / "found", tmp_path)
    with Path(path).open("r+b") as disk:
        disk.seek(-1024, os.SEEK_END)
        disk.write(b"Intel Raid ISM Cfg Sig. 1.1.00")  # a member of a RAID: its sign is at its end
    with pytest.raises(StepError, match="holds something else already"):
        fill.observe(world(WEB))
    with pytest.raises(StepError, match="is not empty"):
        fill.ensure(world(WEB))
    broken_off(fill.note)
    for change in (fill.ensure, fill.inverse().ensure):
        with pytest.raises(StepError, match="was changed or granted since"):
            change(world(CHANGED))
    assert b"Intel Raid" in Path(path).read_bytes()[-1024:]
