"""Look at a disk in a file without trusting it.

A file may come from anybody, and qemu-img has been made to open other files by one that it only looked at. So a file's
head is read here, by a child that is nobody, holds the open file and nothing else, and has bounds.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import select
import stat
import struct
from collections.abc import Callable, Iterator
from typing import Any

from openqrm.plugin_api.host.confining import Bounds, confine
from openqrm.plugin_api.host.noting import Refused

MIB = 1 << 20
LARGEST_BYTES = 64 << 40
LOOK_CPU_S = 20
LARGEST_TABLE_BYTES = 32 * MIB  # as qemu has it
LONGEST_ANSWER = 64 * 1024
PIECE = 4 * MIB
TELL_S = 1.0
HEAD = struct.Struct(">4sIQIIQIIQQIIQ")
MORE = struct.Struct(">QQQII")  # of version 3
DATA_FILE, CRYPTO = 0x44415441, 0x0537BE77
UNSUPPORTED = {
    1: "it was not closed cleanly",
    2: "it is marked as corrupt",
    4: "it keeps its data in another file",
}
PACKED = 8  # the one incompatible feature that is no danger: how clusters are packed
DISKS = {b"KDMV": "VMDK", b"vhdx": "VHDX", b"cone": "VHD", b"QED\0": "QED", b"<<< ": "VDI", b"LUKS": "LUKS"}
ARCHIVES = (b"\x1f\x8b", b"\xfd7zXZ\0", b"BZh", b"\x28\xb5\x2f\xfd", b"PK\3\4")
TAR, TAR_AT = b"ustar", 257


def inspect(path: str) -> dict[str, Any]:
    """What this file is. Raises Refused for what nobody should open."""
    with opened(path) as file:
        return confined(lambda: parse(file), (file,), LOOK_CPU_S)


def look(path: str) -> dict[str, Any]:
    """The same, without a format where nothing is; it stands on our own layers at most. Raises Refused."""
    if not os.path.lexists(path):
        return {"format": ""}
    seen = inspect(path)
    layer = f"{layers_of(path)}/"
    if seen.get("backing") and not (seen["backing"].startswith(layer) and "/" not in seen["backing"][len(layer) :]):
        raise Refused(f"it stands on another file, {seen['backing'][:200]}")
    return seen


def layers_of(path: str) -> str:
    return f"{os.path.dirname(path)}/.layers"


@contextlib.contextmanager
def opened(path: str) -> Iterator[int]:
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from error
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise Refused(f"{path} is no plain file")
        yield file
    finally:
        os.close(file)


def confined(
    work: Callable[[], dict[str, Any]], files: tuple[int, ...], cpu_s: int, most_bytes: int = 0,
    meanwhile: Callable[[], None] = lambda: None,
) -> dict[str, Any]:  # fmt: skip
    """What the work says, done by a child with these files and no rights; `meanwhile` is called now and then."""
    answer, told = os.pipe()
    child = os.fork()
    if not child:
        try:
            confine(Bounds(cpu_s, most_bytes), (*files, told))
            said = work()
        except Refused as error:
            said = {"refused": str(error)}
        except BaseException as error:  # noqa: BLE001 # whatever a file does to its reader: the parent has to know
            said = {"refused": f"it cannot be read: {type(error).__name__}"}
        os.write(told, json.dumps(said).encode()[:LONGEST_ANSWER])
        os._exit(0)
    os.close(told)
    with open(answer, "rb") as stream:
        while not select.select([stream], [], [], TELL_S)[0]:
            meanwhile()
        text = stream.read(LONGEST_ANSWER)
    _, status = os.waitpid(child, 0)
    said = json.loads(text) if text else {"refused": f"its reader was stopped by signal {status & 127}"}
    if "refused" in said:
        raise Refused(said["refused"])
    return dict(said)


def parse(file: int) -> dict[str, Any]:
    """A disk's format, size and what it stands on. Raises Refused."""
    head = os.pread(file, HEAD.size + MORE.size, 0)
    if head[:4] != b"QFI\xfb":
        size = os.fstat(file).st_size
        return {"format": "raw", "size_bytes": size, "blank": is_hole(file, size), "odd": why_odd(file, head)}
    head = head.ljust(HEAD.size + MORE.size, b"\0")
    _, version, backing_at, backing_bytes, bits, size, crypt, l1_size, l1_at, _, _, snapshots, _ = HEAD.unpack_from(
        head
    )
    if version not in (2, 3) or not 9 <= bits <= 21:
        raise Refused(f"it says it is a qcow2 of version {version} with clusters of 2^{bits} bytes")
    features, _, _, _, end = MORE.unpack_from(head, HEAD.size) if version == 3 else (0, 0, 0, 0, HEAD.size)
    refuse_features(features, crypt, snapshots)
    refuse_extensions(file, end, 1 << bits)
    if not 0 < size <= LARGEST_BYTES or l1_size * 8 > LARGEST_TABLE_BYTES:
        raise Refused(f"it says it is a disk of {size} bytes with a table of {l1_size} entries")
    if backing_bytes > 1023 or backing_at > 1 << bits:
        raise Refused("the name of what it stands on is out of place")
    backing = os.pread(file, backing_bytes, backing_at).decode("utf-8", "replace") if backing_at else ""
    table = os.pread(file, l1_size * 8, l1_at)
    if len(table) != l1_size * 8:
        raise Refused("it is cut off")
    packing = os.pread(file, 1, HEAD.size + MORE.size) if features & PACKED else b""
    return {
        "format": "qcow2", "size_bytes": size, "backing": backing, "blank": not any(table), "bits": bits,
        "table": l1_at, "entries": l1_size, "zstd": packing == b"\1",
    }  # fmt: skip


def why_odd(file: int, head: bytes) -> str:
    """Why these bytes are hardly meant to be a disk's own; a guest may have written them to its disk all the same."""
    if kind := DISKS.get(head[:4]):
        return f"it is a disk of format {kind}: convert it to raw or qcow2 first"
    if head.startswith(ARCHIVES) or os.pread(file, len(TAR), TAR_AT) == TAR:
        return "it is an archive, and the volume is a disk: unpack it on a storage of folders, or give a disk"
    return ""


def refuse_features(features: int, crypt: int, snapshots: int) -> None:
    for bit, says in UNSUPPORTED.items():
        if features & bit:
            raise Refused(says)
    if features & ~PACKED:
        raise Refused(f"it has features that are not known here: {features:#x}")
    if crypt:
        raise Refused("it is encrypted")
    if snapshots:
        raise Refused(f"it has {snapshots} snapshots inside: take them out (qemu-img snapshot -d)")


def refuse_extensions(file: int, at: int, end: int) -> None:
    if at < HEAD.size or at > end:
        raise Refused("its head has no end")
    while at + 8 <= end:
        kind, length = struct.unpack(">II", os.pread(file, 8, at).ljust(8, b"\0"))
        if kind == 0:
            return
        if kind in (DATA_FILE, CRYPTO):
            raise Refused("it keeps its data in another file" if kind == DATA_FILE else "it is encrypted")
        at += 8 + (length + 7 & ~7)
    raise Refused("its head has no end")


def is_hole(file: int, size: int) -> bool:
    """Nothing was ever written to it."""
    try:
        os.lseek(file, 0, os.SEEK_DATA)
    except OSError as error:
        return error.errno == errno.ENXIO
    return size == 0
