"""Filling volumes on real disks: subvolumes of btrfs, which are no plain folders."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from openqrm.adapters.hosts.local import LocalHost
from openqrm.plugin_api import Storage, Volume
from openqrm.plugin_api.testing.bench import carry_all
from openqrm.plugin_api.testing.case import take_back
from openqrm_plugins.nfs_storage.driver import Driver as Nfs
from openqrm_plugins.nfs_storage.settings import Settings as NfsSettings
from tests.lab.real_world import RealWorld

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

WEB = Volume(name="web", id=7, version=1, storage="store", size_mib=64)
SUBVOLUME_INODE = 256


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


def world() -> RealWorld:
    return RealWorld("here", LocalHost(), lambda: "", {})


def test_a_subvolume_is_filled_emptied_and_purged(stack: ExitStack, source: Path, tmp_path: Path) -> None:
    top, made = mounted(stack, tmp_path, "btrfs"), world()
    storage = Storage(name="store", type="nfs-storage", resource="here", settings={"directory": str(top / "volumes")})
    driver, volume = Nfs(NfsSettings()), top / "volumes/web"
    carry_all(driver.plan_create(storage, WEB), made)
    (fill,) = driver.plan_fill(storage, WEB, str(source), "")
    for _ in range(2):
        carry_all((fill,), made)
        assert (volume / "etc/hostname").read_text() == "web\n" and volume.stat().st_ino == SUBVOLUME_INODE
        take_back(fill.action, made)
        assert not any(volume.iterdir()) and volume.stat().st_ino == SUBVOLUME_INODE
    assert len(list((top / "volumes/.trash/web.7.filled").iterdir())) == 2
    carry_all((*driver.plan_remove(storage, WEB), *driver.plan_purge(storage, WEB)), made)
    assert not any((top / "volumes/.trash").iterdir()), "each is a subvolume, too"
