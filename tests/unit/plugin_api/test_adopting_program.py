"""The program that tells whether what a storage holds can become a volume: what it takes, and what it refuses."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from openqrm.plugin_api.sending import BOOT
from openqrm.plugin_api.storage.making.adopt import PROGRAM
from tests.unit.plugin_api.hostile_disks import MIB, qcow2

ETAB = b"/var/lib/nfs/etab"
EVERY_PROCESS = b"/proc/[0-9]*/*"


def see(path: Path, form: str, program: bytes = PROGRAM) -> tuple[int | None, str]:
    """The size that it tells, and why it tells none."""
    argv = [sys.executable, "-I", "-c", BOOT, "see", json.dumps({"path": str(path), "form": form})]
    done = subprocess.run(argv, input=program, capture_output=True, timeout=60, check=False)
    told = json.loads(done.stdout)["size_bytes"] if done.returncode == 0 else None
    return told, done.stderr.decode().strip()


def disk(path: Path) -> Path:
    path.write_bytes(b"boot".ljust(3 * MIB, b"\0"))
    return path


@pytest.mark.parametrize(
    ("make", "form", "size_bytes"), [(Path.mkdir, "folder", 0), (disk, "raw", 3 * MIB), (qcow2, "qcow2", 8 * MIB)]
)
def test_what_is_of_the_form_of_a_volume_can_become_one(
    make: Callable[[Path], object], form: str, size_bytes: int, tmp_path: Path
) -> None:
    make(tmp_path / "web")
    assert see(tmp_path / "web", form) == (size_bytes, "")


UNFIT: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "nothing": (lambda at: None, "raw", "there is no "),
    "a link to a disk": (lambda at: at.symlink_to(disk(at.parent / "other")), "raw", "symbolic links"),
    "a link to a folder": (lambda at: at.symlink_to("/srv"), "folder", "is no folder"),
    "a file for a folder": (lambda at: at.touch(), "folder", "is no folder"),
    "a folder for a file": (lambda at: at.mkdir(), "raw", "is no plain file"),
    "a name of another file": (lambda at: os.link(disk(at.parent / "other"), at), "raw", "another name beside"),
    "a qcow2 for a raw one": (qcow2, "raw", "of format qcow2"),
    "a qcow2 on a foreign file": (lambda at: qcow2(at, backing=b"/etc/shadow"), "qcow2", "stands on another file"),
    "an archive": (lambda at: at.write_bytes(b"PK\3\4".ljust(2 * MIB, b"\0")), "raw", "is an archive"),
    "a scrap": (lambda at: at.write_bytes(b"x"), "raw", "less than a MiB"),
}


@pytest.mark.parametrize("what", UNFIT)
def test_what_is_of_another_form_is_refused(what: str, tmp_path: Path) -> None:
    make, form, because = UNFIT[what]
    make(tmp_path / "it")
    told, said = see(tmp_path / "it", form)
    assert told is None and because in said


def test_a_folder_that_a_process_is_in_is_refused(tmp_path: Path) -> None:
    (tmp_path / "web/deep").mkdir(parents=True)
    (tmp_path / "webmail").mkdir()
    for place, said in (("web/deep", f"is in use by process {os.getpid()}"), ("webmail", "")):
        inside = os.open(tmp_path / place, os.O_RDONLY)
        try:
            assert see(tmp_path / "web", "folder")[1].partition(" ")[2] == said
        finally:
            os.close(inside)


def test_a_disk_that_the_kernel_alone_has_open_is_refused(tmp_path: Path) -> None:
    """As a target or a loop device: no process shows it. Here the list of processes is not looked at instead."""
    web, blind = disk(tmp_path / "web"), PROGRAM.replace(EVERY_PROCESS, b"/nowhere/*")
    assert blind != PROGRAM
    with web.open("rb"):
        assert "is open: a target" in see(web, "raw", blind)[1]
        assert "is in use by process" in see(web, "raw")[1]
    assert see(web, "raw", blind) == (3 * MIB, "")


def test_what_is_exported_by_somebody_is_refused(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    exports = tmp_path / "etab"
    program = PROGRAM.replace(ETAB, str(exports).encode())
    exports.write_text(f"{tmp_path}\t*(ro,fsid=0)\n{tmp_path}/webmail\t10.0.0.1(rw)\n")
    assert see(tmp_path / "web", "folder", program) == (0, "")
    for export in ("", "/web", "/web/deep"):
        exports.write_text(f"/elsewhere\t*(rw)\n{tmp_path}{export}\t10.0.0.1(rw,sync)\n")
        assert f"{tmp_path}{export} is exported by NFS" in see(tmp_path / "web", "folder", program)[1]


LABEL, NUMBER = "data disk", "6f1c1d0e-8a6f-4a1c-9b80-3a7d7f0d2f11"
NAMED = {
    "{}/vg-web /srv ext4 defaults 0 0": "fstab",
    "UUID=\"6f1c1d0e-8a6f-4a1c-9b80-3a7d7f0d2f11\" none swap sw 0 0": "fstab",
    "LABEL=data\\040disk /srv auto noauto 0 0": "fstab",
    "data {}/dm-7 none luks": "crypttab",
    "# {}/dm-7 /srv ext4 defaults 0 0": "",
    "{}/dm-70 {}/web none bind": "",
}  # fmt: skip


@pytest.mark.parametrize("line", NAMED)
def test_what_the_host_uses_when_it_starts_is_refused(line: str, tmp_path: Path) -> None:
    device = tmp_path / "dm-7"
    device.touch()
    os.truncate(device, MIB)
    subprocess.run(["mkfs.ext4", "-q", "-L", LABEL, "-U", NUMBER, str(device)], check=True)
    (tmp_path / "vg-web").symlink_to(device)
    table = tmp_path / (NAMED[line] or "fstab")
    table.write_text("\n" + line.replace("{}", str(tmp_path)))
    program = PROGRAM.replace(b'"/etc/', f'"{tmp_path}/'.encode())
    told, said = see(tmp_path / "vg-web", "device", program)
    assert told == (None if NAMED[line] else 0)
    assert (f"vg-web is in {table}, as " in said) == bool(NAMED[line])


def test_a_folder_that_something_is_mounted_in_when_the_host_starts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "fstab").write_text(f"/dev/sdz {tmp_path}/web/deep ext4 defaults 0 0\n")
    program = PROGRAM.replace(b'"/etc/', f'"{tmp_path}/'.encode())
    assert "is in " in see(tmp_path / "web", "folder", program)[1]
