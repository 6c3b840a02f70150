"""Disks that are devices: whether one is empty, and how it becomes so."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import subprocess
from collections.abc import Iterator

from openqrm.plugin_api.host.noting import Refused

MIB = 1 << 20
DISCARD = 0x1277  # ioctl BLKDISCARD
FOUND, NOTHING, SEVERAL = 0, 2, 8  # exit statuses of blkid


def is_blank(path: str) -> bool:
    """It begins with nothing but zeros, and no signature is anywhere on it. Raises Refused when that cannot be told."""
    with open(path, "rb") as disk:
        if disk.read(MIB).strip(b"\0"):
            return False
    probed = subprocess.run(("blkid", "-p", "--", path), capture_output=True, text=True, check=False)
    if probed.returncode not in (FOUND, NOTHING, SEVERAL) or (probed.returncode == NOTHING and probed.stderr):
        raise Refused(f"blkid cannot tell what is on {path}: {probed.stderr.strip()[:200] or probed.returncode}")
    return probed.returncode == NOTHING


def wipe(path: str) -> None:
    """Blank again, and its space given back where it has a pool. What was in between is nobody's any more."""
    with opened_device(path) as disk:
        size = os.lseek(disk, 0, os.SEEK_END)
        with contextlib.suppress(OSError):  # not every device can
            fcntl.ioctl(disk, DISCARD, struct.pack("QQ", 0, size))
        for at in (0, max(0, size - MIB)):
            os.pwrite(disk, bytes(min(MIB, size)), at)
        os.fsync(disk)


@contextlib.contextmanager
def opened_device(path: str) -> Iterator[int]:
    """For us alone: what is mounted or served cannot be opened so."""
    disk = os.open(path, os.O_RDWR | os.O_EXCL | os.O_CLOEXEC)
    try:
        yield disk
    finally:
        os.close(disk)
