"""Storages on this computer for the machines of a cell, served by others' programs: ganesha (NFS) and tgtd (iSCSI)."""

import socket
import struct
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_GANESHA = """
NFS_CORE_PARAM {{ Protocols = {protocols}; Bind_addr = {address}; NFS_Port = 2049; MNT_Port = 20048; Enable_NLM = false;
  Enable_RQUOTA = false; }}
NFSv4 {{ RecoveryBackend = fs; Graceless = true; Minor_Versions = 1, 2;
  Only_Numeric_Owners = true; }}
EXPORT {{ Export_Id = 1; Path = {folder}; Pseudo = {folder}; Access_Type = {access};
  Squash = No_Root_Squash; SecType = sys; Protocols = {protocols}; Transports = TCP; FSAL {{ Name = VFS; }} }}
LOG {{ Default_Log_Level = WARN; }}
"""


@contextmanager
def served_by_nfs(
    folder: Path, address: str, scratch: Path, protocols: str = "4", access: str = "RW"
) -> Iterator[None]:
    """The folder, for everyone who asks; `access` is RW or RO."""
    configuration = scratch / "ganesha.conf"
    configuration.write_text(_GANESHA.format(folder=folder, address=address, protocols=protocols, access=access))
    Path("/run/ganesha").mkdir(exist_ok=True)
    files = ["-f", str(configuration), "-L", str(scratch / "ganesha.log"), "-p", str(scratch / "ganesha.pid")]
    process = subprocess.Popen(["ganesha.nfsd", "-F", *files], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_port(address, 2049)
        yield
    finally:
        _end(process)


@contextmanager
def served_by_iscsi(disk: Path, target: str, address: str, account: tuple[str, str]) -> Iterator[None]:
    """The file as LUN 1 of the target, for whoever knows the account."""
    portal = ["-C", "7", "--iscsi", f"portal={address}:3260"]
    process = subprocess.Popen(["tgtd", "-f", *portal], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_port(address, 3260)
        user, password = account
        where = ["--lld", "iscsi", "--tid", "1"]
        _tgtadm("--mode", "target", "--op", "new", *where, "-T", target)
        _tgtadm("--mode", "logicalunit", "--op", "new", *where, "--lun", "1", "-b", str(disk))
        _tgtadm("--mode", "account", "--op", "new", "--lld", "iscsi", "--user", user, "--password", password)
        _tgtadm("--mode", "account", "--op", "bind", *where, "--user", user)
        _tgtadm("--mode", "target", "--op", "bind", *where, "-I", "ALL")
        yield
    finally:
        _end(process)


def _tgtadm(*argv: str) -> None:
    _run(["tgtadm", "-C", "7", *argv])


def make_disk(tree: Path, disk: Path, size_mib: int) -> None:
    """A sparse ext4 disk with the tree on it."""
    _run(["mke2fs", "-q", "-t", "ext4", "-E", "lazy_itable_init=1", "-d", str(tree), str(disk), f"{size_mib}M"])


def partition_table(size_mib: int) -> bytes:
    """The first sector of a disk that is one Linux partition."""
    entry = struct.pack("<B3xB3xII", 0, 0x83, 2048, size_mib * 2048 - 2048)
    return bytes(446) + entry + bytes(48) + b"\x55\xaa"


def copy_tree(tree: Path, to: Path) -> None:
    """With owners, links and times."""
    _run(["cp", "-a", "--reflink=auto", str(tree), str(to)])


def _run(argv: Sequence[str]) -> None:
    subprocess.run(argv, check=True, capture_output=True, timeout=120)


def _wait_for_port(address: str, port: int) -> None:
    deadline = time.monotonic() + 90
    while not _listens(address, port):
        assert time.monotonic() < deadline, f"nothing listens on {address}:{port}"
        time.sleep(0.1)


def _listens(address: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
