"""Copying a running root onto a disk, by the real program: what the copy has, what is refused, what undoing leaves.

The machine is a folder that is its own root, on a disk of its own; a loop device stands for the disk that AoE brings.
"""

import os
import struct
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from openqrm.plugin_api import Category, Completed, Differs, NotYet, Satisfied, StepError
from openqrm.plugin_api.actions import ClearCopy, Copying, CopyRoot
from openqrm.plugin_api.actions.capture import PLACE
from tests.journeys.demonstration import eventually

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

TO = Copying("copy.7.2", "", "e1.7", "", "", kind="aoe", filesystem="ext4")
COPY = CopyRoot("box", "copy", TO)
CAPABILITY, ACL = "security.capability", "system.posix_acl_access"
NET_RAW = struct.pack("<5I", 0x02000001, 1 << 13, 0, 0, 0)  # version 2 and effective; cap_net_raw permitted
ENTRIES = ((1, 6, -1), (2, 4, 12345), (4, 4, -1), (0x10, 4, -1), (0x20, 0, -1))  # user::rw- user:12345:r-- …
READABLE = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *each) for each in ENTRIES)


def sh(*argv: str | Path) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout


@dataclass(frozen=True)
class Box:
    """The machine, and the disk that its copy goes to. A host, and a world of this host."""

    root: Path
    disk: str

    def host(self, _name: str) -> Any:
        return self

    def run(
        self, argv: tuple[str, ...], *, stdin: bytes = b"", timeout_s: float = 120,
        environment: Mapping[str, str] | None = None,
    ) -> Completed:  # fmt: skip
        inside = ("chroot", str(self.root), "env", "PATH=/usr/sbin:/usr/bin", *argv)
        done = subprocess.run(inside, input=stdin, capture_output=True, timeout=timeout_s, check=False)
        return Completed(done.returncode, done.stdout.decode(), done.stderr.decode())

    def copied(self) -> None:
        """The copy is whole."""
        eventually(lambda: isinstance(COPY.observe(self), Satisfied), lambda: COPY.observe(self))

    def left(self) -> list[str]:
        return [path.name for path in (self.root / PLACE.lstrip("/")).parent.iterdir()]


def a_disk(stack: ExitStack, file: Path, size_mib: int) -> str:
    """Its name; all zeros."""
    file.touch()
    os.truncate(file, size_mib << 20)
    device = sh("losetup", "--find", "--show", file).strip()
    stack.callback(sh, "losetup", "-d", device)
    return device


def mounted(stack: ExitStack, disk: str, at: Path) -> Path:
    at.mkdir(exist_ok=True)
    sh("mount", disk, at)
    stack.callback(sh, "umount", "-R", at)
    return at


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with ExitStack() as stack:
        own = a_disk(stack, tmp_path / "root.img", 64)
        sh("mkfs.ext4", "-q", own)
        root = mounted(stack, own, tmp_path / "root")
        for name in ("usr", "dev", "proc", "sys", "tmp", "run", "var/lib", "etc", "srv"):
            (root / name).mkdir(parents=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            (root / name).symlink_to(f"usr/{name}")
        sh("mount", "--bind", "-o", "ro", "/usr", root / "usr")
        sh("mount", "-t", "tmpfs", "dev", root / "dev")
        for name in ("null", "zero", "urandom"):
            sh("cp", "-a", f"/dev/{name}", root / "dev")
        sh("mount", "-t", "proc", "proc", root / "proc")
        disk = a_disk(stack, tmp_path / "disk.img", 128)
        (root / "dev/etherd").mkdir()
        sh("cp", "-a", disk, root / "dev/etherd" / TO.path)
        furnish(root)
        yield Box(root, disk)


def furnish(root: Path) -> None:
    """All that a copy may lose."""
    tool, note, sparse = (root / "srv" / name for name in ("tool", "note", "sparse"))
    tool.write_bytes(b"#!/bin/sh\n" * 10_000)
    os.link(tool, root / "srv/same")
    tool.chmod(0o4755)
    os.setxattr(tool, CAPABILITY, NET_RAW)
    note.write_text("for one more")
    os.setxattr(note, ACL, READABLE)
    os.setxattr(note, "user.mark", b"kept")
    os.chown(note, 12345, 23456)
    sparse.write_bytes(b"end")
    os.truncate(sparse, 40 << 20)
    (root / "etc/alternatives").mkdir()
    (root / "etc/alternatives/awk").symlink_to("/usr/bin/mawk")
    (root / "etc/fstab").write_text("/dev/vda1 / ext4 defaults 0 1\n")


def test_a_copy_has_all_that_the_root_has(box: Box, tmp_path: Path) -> None:
    assert isinstance(COPY.observe(box), Differs)
    COPY.ensure(box)
    box.copied()
    with ExitStack() as stack:
        made = mounted(stack, box.disk, tmp_path / "made") / "srv"
        tool, note, sparse = (made / name for name in ("tool", "note", "sparse"))
        assert tool.samefile(made / "same") and tool.read_bytes() == (box.root / "srv/tool").read_bytes()
        assert os.getxattr(tool, CAPABILITY) == NET_RAW
        assert (os.getxattr(note, ACL), os.getxattr(note, "user.mark")) == (READABLE, b"kept")
        assert (note.stat().st_uid, note.stat().st_gid) == (12345, 23456)
        assert sparse.stat().st_size == 40 << 20 and sparse.stat().st_blocks * 512 < 1 << 20
        assert (made.parent / "etc/fstab").read_text().startswith("# not here: /dev/vda1")
        assert not any((made.parent / "usr").iterdir()), "what is on other disks stays there"


def test_what_was_copied_is_taken_back_and_can_be_copied_again(box: Box, tmp_path: Path) -> None:
    before, clear = box.left(), ClearCopy("box", "copy", TO)
    COPY.ensure(box)
    assert isinstance(COPY.observe(box), NotYet | Satisfied)
    for _ in range(2):
        COPY.halt(box)
        assert isinstance(COPY.observe(box), Differs | Satisfied), "nobody copies any more"
        assert f"{PLACE}/{TO.id}/target" not in Path("/proc/mounts").read_text()
    clear.ensure(box)
    assert isinstance(clear.observe(box), Satisfied) and box.left() == before
    with ExitStack() as stack:
        assert os.listdir(mounted(stack, box.disk, tmp_path / "made")) == ["lost+found"]
    COPY.ensure(box)
    box.copied()


def test_a_disk_that_holds_something_or_is_too_small_is_left_alone(box: Box, tmp_path: Path) -> None:
    before = box.left()
    sh("mkfs.ext4", "-q", box.disk)
    with ExitStack() as stack:
        (mounted(stack, box.disk, tmp_path / "made") / "theirs").touch()
    refused(box, "e1.7 is not empty")
    with ExitStack() as stack:
        theirs = mounted(stack, box.disk, tmp_path / "made")
        assert sorted(os.listdir(theirs)) == ["lost+found", "theirs"]
        (theirs / "theirs").unlink()
        sh("fallocate", "-l", "100M", theirs / "lost+found/full")
    (box.root / "srv/noise").write_bytes(os.urandom(30 << 20))
    sh("sync", "-f", box.root)
    refused(box, "the volume has .* MiB free, and the root of this machine takes")
    assert box.left() == before


@pytest.mark.parametrize("mark", [None, "", "copy.7.1\n"], ids=["no mark yet", "an empty one", "of another plan"])
def test_what_was_broken_off_before_its_first_note_is_begun_anew(box: Box, tmp_path: Path, mark: str | None) -> None:
    sh("mkfs.ext4", "-q", box.disk)
    with ExitStack() as stack:
        made = mounted(stack, box.disk, tmp_path / "made")
        (made / "etc").mkdir()
        if mark is not None:
            (made / "etc/openqrm-capture").write_text(mark)
    COPY.ensure(box)
    box.copied()


def test_what_another_plan_copied_explains_itself(box: Box, tmp_path: Path) -> None:
    COPY.ensure(box)
    box.copied()
    sh("rm", "-r", box.root / PLACE.lstrip("/"))
    with pytest.raises(StepError, match=r"e1\.7 holds what another plan copied"):
        CopyRoot("box", "copy", replace(TO, id="copy.7.4")).ensure(box)
    COPY.ensure(box)
    box.copied()


def test_a_crash_before_the_copy_begins_is_known_and_can_be_undone(box: Box) -> None:
    """The machine was switched off in the middle of mkfs."""
    before, clear = box.left(), ClearCopy("box", "copy", TO)
    place = box.root / PLACE.lstrip("/") / TO.id
    place.mkdir(parents=True)
    (place / "note").write_text("working 0 1000\n")
    (place / "formatting").touch()
    Path(box.disk).write_bytes(b"half a file system")
    assert COPY.observe(box) == Differs("the copy was broken off at 0 %, 0 MB of 0 MB, and goes on from there")
    assert isinstance(clear.observe(box), Differs)
    clear.ensure(box)
    assert isinstance(clear.observe(box), Satisfied) and box.left() == before
    COPY.ensure(box)
    box.copied()


def refused(box: Box, message: str) -> None:
    with pytest.raises(StepError, match=message) as error:
        COPY.ensure(box)
    assert error.value.category is Category.REFUSED
