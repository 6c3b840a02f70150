"""What the initrd does with a disk of its machine, by the real program and tools; loop devices stand for the disks."""

import os
import struct
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which

import pytest

from tests.lab.test_capture import ACL, CAPABILITY, NET_RAW, READABLE, a_disk, furnish, mounted, sh
from tests.lab.volumes import partition_table

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

FRAGMENT = Path("src/openqrm_plugins/local_disk/initrd/disk.sh").read_text()
# What initrd/volumes.sh lends to fragments, and the other half of a boot.
LENT = """
stop() { echo "$1" >&2; exit 1; }
volume_found() { echo "found $1"; }
need_module() { :; }
wait_for_device() { [ -b "$1" ] || stop "$1 did not appear within 10 seconds."; }
"""
BREAKS_OFF = 'false "$@"; dd if=/dev/urandom of="$disk" bs=4096 seek=1 count=9 conv=notrunc 2>/dev/null; exit 9'
SIZE_MIB = 16
END_OF_ARRAY = SIZE_MIB * 2048 - 16  # in sectors: where Linux RAID 1.0 keeps its superblock
OF_AN_ARRAY = struct.pack("<II136xQ", 0xA92B4EFC, 1, END_OF_ARRAY) + bytes(360)
USES = {"transfer": ("transfer", "yes"), "filled root": ("root", "yes"), "root": ("root", "no"),
        "source": ("install", "no")}  # fmt: skip


@dataclass
class Bench:
    """`first` and `second` are disks of one machine."""

    at: Path
    first: str
    second: str
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))

    def boot(self, disk: str, use: str = "transfer", overwrite: str = "no", mke2fs: str = "") -> str:
        """Mount it as a boot does: what is found, or why not."""
        prefix, install = USES[use]
        program = FRAGMENT.replace("/bin/blkid", str(which("blkid")))
        program = program.replace("/bin/mke2fs", mke2fs or str(which("mke2fs")))
        told = {"device": Path(disk).name, "uuid": self.uuid, "filesystem": "ext4", "overwrite": overwrite}
        told |= {"install": install}
        environment = {"PATH": os.environ["PATH"], "prefix": prefix, "at": str(self.at)}
        done = subprocess.run(
            ["busybox", "sh", "-eu", "-c", f'{LENT}{program}mount_volume "$at"'], text=True, capture_output=True,
            env=environment | {f"volume_{key}": value for key, value in told.items()}, timeout=60, check=False,
        )  # fmt: skip
        return done.stdout.strip() if done.returncode == 0 else done.stderr.strip().splitlines()[-1]

    def leave(self) -> None:
        sh("umount", self.at)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as stack:
        disks = [a_disk(stack, tmp_path / name, SIZE_MIB) for name in ("first", "second")]
        at = tmp_path / "at"
        at.mkdir()
        stack.callback(subprocess.run, ["umount", at], check=False, stderr=subprocess.DEVNULL)
        yield Bench(at, *disks)


def test_an_empty_disk_is_formatted_once_and_known_again_under_another_name(bench: Bench) -> None:
    name = Path(bench.first).name
    assert bench.boot(bench.first, "root") == f"{name} holds nothing, which cannot be mounted."
    for use in ("filled root", "transfer", "root"):
        assert bench.boot(bench.first, use) == f"found {name}"
        (bench.at / use).mkdir()
        bench.leave()
    assert bench.boot(bench.second) == f"found {name}", "what was sdb is sda today"
    assert {"filled root", "transfer", "root"} <= {path.name for path in bench.at.iterdir()}


def test_what_somebody_put_there_is_read_and_overwritten_only_when_both_names_were_given(bench: Bench) -> None:
    sh("mke2fs", "-q", "-t", "ext4", bench.first)
    left = f"{Path(bench.first).name} holds ext4 that openQRM did not put there; it was left as it is."
    assert bench.boot(bench.first) == left
    assert bench.boot(bench.first, "filled root", overwrite="yes") == left
    assert bench.boot(bench.first, "source").startswith("found")
    with pytest.raises(OSError, match="Read-only"):
        (bench.at / "note").touch()
    bench.leave()
    assert bench.boot(bench.first, overwrite="yes").startswith("found")
    assert sh("blkid", "-p", "-o", "value", "-s", "UUID", bench.first).strip() == bench.uuid


def test_data_of_no_known_kind_partitions_and_raid_are_somebody_s(bench: Bench) -> None:
    with open(bench.first, "r+b") as disk:
        disk.seek(5000)
        disk.write(b"rows of a database")
    assert "holds data that openQRM did not put there" in bench.boot(bench.first)
    with open(bench.second, "r+b") as disk:
        disk.write(partition_table(SIZE_MIB))
    assert "holds dos that openQRM did not put there" in bench.boot(bench.second)
    with open(bench.second, "r+b") as disk:
        disk.write(bytes(512))
        disk.seek(END_OF_ARRAY * 512)
        disk.write(OF_AN_ARRAY)
    assert "linux_raid_member that openQRM did not" in bench.boot(bench.second), "though it begins with zeros"
    assert bench.boot(bench.second, overwrite="yes").startswith("found"), "nothing is left of it"


def test_a_formatting_that_was_broken_off_is_begun_anew(bench: Bench, tmp_path: Path) -> None:
    breaks = tmp_path / "mke2fs"
    breaks.write_text(f"#!/bin/sh\ndisk={bench.first}\n{BREAKS_OFF}\n")
    breaks.chmod(0o755)
    assert "cannot be formatted" in bench.boot(bench.first, mke2fs=str(breaks))
    assert bench.boot(bench.first).startswith("found")
    bench.leave()
    sh("mke2fs", "-q", "-F", "-t", "ext4", bench.first, "8M")
    assert "did not put there" in bench.boot(bench.first), "by then the mark is gone"


def test_between_disks_a_copy_loses_nothing(tmp_path: Path) -> None:
    with ExitStack() as stack:
        source, target = (_formatted(stack, tmp_path, name) for name in ("source", "target"))
        for name in ("etc", "srv"):
            (source / name).mkdir()
        furnish(source)
        copy = Path("initrd/transfer.sh").read_text().replace("/tmp/copied", str(tmp_path / "status"))
        program = f'{LENT}say() {{ :; }}\nagent={tmp_path}\n{copy}copy "$@"'
        sh("busybox", "sh", "-eu", "-c", program, "sh", source, target)
        tool, note, sparse = (target / "srv" / name for name in ("tool", "note", "sparse"))
        assert os.getxattr(tool, CAPABILITY) == NET_RAW and tool.stat().st_ino == (target / "srv/same").stat().st_ino
        assert os.getxattr(note, ACL) == READABLE and (note.stat().st_uid, note.stat().st_gid) == (12345, 23456)
        assert (sparse.stat().st_size, sparse.stat().st_blocks < 100) == (40 << 20, True)


def _formatted(stack: ExitStack, folder: Path, name: str) -> Path:
    disk = a_disk(stack, folder / f"{name}.img", SIZE_MIB)
    sh("mke2fs", "-q", "-t", "ext4", disk)
    return mounted(stack, disk, folder / name)
