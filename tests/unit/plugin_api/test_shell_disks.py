"""What the shell programs do before they format a disk, by a real shell: it has to be read, and empty; nothing else."""

import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "src"
CAPTURE = SOURCE / "openqrm/plugin_api/host/capture.sh"
TRANSFER = SOURCE.parent / "initrd/transfer.sh"
QUIET = "stop() { exit 0; }; refuse() { exit 0; }; modprobe() { :; }; mount() { :; }; pidof() { :; }"
ZEROS = bytes(1 << 20)
RAID = b"Intel Raid ISM Cfg Sig. 1.1.00".ljust(1024, b"\0")  # of its last kilobyte


# what a machine does before it copies its own root to a disk, and before its new root is filled
FORMATTING = [(CAPTURE, "mount_disk"), (TRANSFER, 'format_if_empty "$disk"')]


def tool(folder: Path, name: str, does: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{does}\n")
    (folder / name).chmod(0o755)


def in_shell(program: Path, folder: Path, does: str) -> None:
    """Its functions, and the folder's tools before any others; the verb `:` does nothing."""
    text = program.read_text().replace("/bin/mke2fs", "mke2fs").replace("/bin/blkid", "blkid")
    own = f"place={folder} target={folder} path=it filesystem=ext4"
    argv = ["sh", "-c", f"{text}\n{QUIET}\n{own}\n{does}", "sh", ":", "id=it"]
    environment = {"PATH": f"{folder}:/usr/sbin:/usr/bin:/sbin:/bin"}
    subprocess.run(argv, env=environment, check=True, timeout=60)


@pytest.mark.parametrize(("program", "does"), FORMATTING)
@pytest.mark.parametrize(
    ("holds", "is_formatted"), [(ZEROS * 2, True), (ZEROS[1:] + b"x", False), (ZEROS[1:], False), (None, False)],
    ids=["zeros", "something", "less than was read", "nothing that can be read"],
)  # fmt: skip
def test_only_a_disk_that_was_read_and_is_empty_is_formatted(
    program: Path, does: str, holds: bytes | None, is_formatted: bool, tmp_path: Path
) -> None:
    disk, tools = tmp_path / "disk", tmp_path / "tools"
    if holds is not None:
        disk.write_bytes(holds)
    for name in ("mkfs.ext4", "mke2fs"):
        tool(tools, name, f"touch {tmp_path}/formatted")
    in_shell(program, tools, f"disk={disk}; {does}")
    assert (tmp_path / "formatted").exists() is is_formatted


@pytest.mark.parametrize("is_heard", [True, False])
def test_an_iscsid_is_started_where_nobody_listens_and_does_not_hold_the_lock_of_the_copy(
    is_heard: bool, tmp_path: Path
) -> None:
    tools, started = tmp_path / "tools", tmp_path / "started"
    tool(tools, "iscsid", f"ls /proc/$$/fd >{started}")
    tool(tools, "iscsiadm", "exit 0")
    said = "is_heard() { %s; }; exec 9>$place/lock; address=it port=1 initiator=it; log_in"
    in_shell(CAPTURE, tools, said % str(is_heard).lower())
    assert started.exists() is not is_heard
    assert is_heard or "9" not in started.read_text().split()


@pytest.mark.parametrize(("program", "does"), FORMATTING)
@pytest.mark.parametrize(
    ("found", "is_formatted"),
    [("exit 2", True), ("echo cannot open it >&2; exit 2", False), ("exit 0", False), ("exit 4", False),
     ("exit 8", False), ("exit 127", False)],
)  # fmt: skip
def test_a_disk_is_formatted_only_when_it_is_certain_that_nothing_is_on_it(
    program: Path, does: str, found: str, is_formatted: bool, tmp_path: Path
) -> None:
    disk, tools = tmp_path / "disk", tmp_path / "tools"
    disk.write_bytes(ZEROS)
    tool(tools, "blkid", found)
    for name in ("mkfs.ext4", "mke2fs"):
        tool(tools, name, f"touch {tmp_path}/formatted")
    in_shell(program, tools, f"disk={disk}; {does}")
    assert (tmp_path / "formatted").exists() is is_formatted


@pytest.mark.parametrize(("program", "does"), FORMATTING)
def test_a_signature_at_the_end_of_a_disk_is_seen(program: Path, does: str, tmp_path: Path) -> None:
    disk, tools = tmp_path / "disk", tmp_path / "tools"
    disk.write_bytes(ZEROS * 4 + RAID)
    for name in ("mkfs.ext4", "mke2fs"):
        tool(tools, name, f"touch {tmp_path}/formatted")
    in_shell(program, tools, f"disk={disk}; {does}")
    assert not (tmp_path / "formatted").exists()


def test_what_was_broken_off_while_it_was_formatted_is_formatted_again(tmp_path: Path) -> None:
    disk, tools = tmp_path / "disk", tmp_path / "tools"
    disk.write_bytes(b"half a file system".ljust(2 << 20, b"\0"))
    tool(tools, "mkfs.ext4", f"touch {tmp_path}/formatted")
    (tools / "formatting").touch()
    in_shell(CAPTURE, tools, f"disk={disk}; mount_disk")
    assert (tmp_path / "formatted").exists() and not (tools / "formatting").exists()


def session(sessions: Path, number: int, address: str, port: int, target: str, disks: dict[str, str]) -> None:
    """As the kernel shows one."""
    at = sessions / f"session{number}"
    connection = at / f"device/connection{number}:0/iscsi_connection/connection{number}:0"
    connection.mkdir(parents=True)
    (at / "targetname").write_text(f"{target}\n")
    (connection / "persistent_address").write_text(f"{address}\n")
    (connection / "persistent_port").write_text(f"{port}\n")
    for unit, name in disks.items():
        (at / f"device/target{number}:0:0/{number}:0:0:{unit}/block/{name}").mkdir(parents=True)


@pytest.mark.parametrize(
    ("portal", "target", "unit", "found"),
    [
        ("10.0.0.2:3260", "iqn:copy", 1, "/dev/sdc"),
        ("10.0.0.2:3260", "iqn:copy", 11, "/dev/sdd"),
        ("10.0.0.2:3261", "iqn:copy", 1, "/dev/sde"),
        ("10.0.0.9:3260", "iqn:copy", 1, "/dev/sda"),
        ("10.0.0.2:3260", "iqn:other", 1, ""),
        ("10.0.0.2:3260", "iqn:copy", 2, ""),
    ],
)
def test_a_disk_is_that_of_its_portal_and_target_and_number(
    portal: str, target: str, unit: int, found: str, tmp_path: Path
) -> None:
    tools, sessions = tmp_path / "tools", tmp_path / "sessions"
    tools.mkdir()
    session(sessions, 1, "10.0.0.9", 3260, "iqn:copy", {"1": "sda"})
    session(sessions, 2, "10.0.0.2", 3260, "iqn:theirs", {"1": "sdb"})
    session(sessions, 3, "10.0.0.2", 3260, "iqn:copy", {"1": "sdc", "11": "sdd"})
    session(sessions, 4, "10.0.0.2", 3261, "iqn:copy", {"1": "sde"})
    address, _, port = portal.partition(":")
    asked = f"sessions={sessions} address={address} port={port} path={target} unit={unit}; find_disk >{tmp_path}/found"
    in_shell(CAPTURE, tools, asked)
    assert (tmp_path / "found").read_text().strip() == found


def test_the_note_of_a_copy_is_there_before_its_volume_is_touched(tmp_path: Path) -> None:
    seen, tools = tmp_path / "seen", tmp_path / "tools"
    tools.mkdir()
    own = f"base={tmp_path}; note=$place/note; size_of() {{ echo 7; }}"
    in_shell(CAPTURE, tools, f"{own}; mount_target() {{ cat $note >{seen}; trap - EXIT; exit 0; }}; start")
    assert seen.read_text() == "working 0 7\n"
