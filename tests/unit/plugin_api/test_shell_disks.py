"""What the shell programs do before they format a disk, by a real shell: it has to be read, and empty; nothing else."""

import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "src"
CAPTURE = SOURCE / "openqrm/plugin_api/host/capture.sh"
AOE = SOURCE / "openqrm_plugins/aoe_storage/initrd/aoe.sh"
ISCSI = SOURCE / "openqrm_plugins/iscsi_storage/initrd/iscsi.sh"
QUIET = "stop() { exit 0; }; refuse() { exit 0; }; modprobe() { :; }; mount() { :; }; pidof() { :; }"
ZEROS = bytes(1 << 20)


def tool(folder: Path, name: str, does: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{does}\n")
    (folder / name).chmod(0o755)


def in_shell(program: Path, folder: Path, does: str) -> None:
    """Its functions, and the folder's tools before any others; the verb `:` does nothing."""
    text = program.read_text().replace("/bin/mke2fs", "mke2fs")
    own = f"place={folder} target={folder} path=it filesystem=ext4 volume_device=it volume_target=it"
    argv = ["sh", "-c", f"{text}\n{QUIET}\n{own}\n{does}", "sh", ":", "id=it"]
    environment = {"PATH": f"{folder}:/usr/sbin:/usr/bin:/sbin:/bin"}
    subprocess.run(argv, env=environment, check=True, timeout=60)


@pytest.mark.parametrize(
    ("program", "does"), [(CAPTURE, "mount_disk"), (AOE, "format_if_empty"), (ISCSI, "format_if_empty")]
)
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
