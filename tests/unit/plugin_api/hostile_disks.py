"""Files of format qcow2, as somebody would make them who means harm."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

CLUSTER = 65536
MIB = 2**20
BACKING, DATA_FILE, END = 0xE2792ACA, 0x44415441, 0
COMPRESSED, COPIED = 1 << 62, 1 << 63


def extension(kind: int, data: bytes = b"", length: int | None = None) -> bytes:
    padded = data.ljust(len(data) + 7 & ~7, b"\0")
    return struct.pack(">II", kind, len(data) if length is None else length) + padded


def qcow2(
    path: Path, *, size: int = 8 * MIB, version: int = 3, bits: int = 16, backing: bytes = b"", backing_bytes: int = 0,
    crypt: int = 0, features: int = 0, snapshots: int = 0, table_entries: int = 1, extensions: bytes = b"",
    entry: int = 0, clusters: tuple[bytes, ...] = (), keep_bytes: int = 1 << 30,
) -> Path:  # fmt: skip
    """Head, a table at the second cluster whose one entry is `entry`, and what is at the clusters after it."""
    name_at = 2048 if backing or backing_bytes else 0
    head = struct.pack(
        ">4sIQIIQIIQQIIQ", b"QFI\xfb", version, name_at, backing_bytes or len(backing), bits, size, crypt,
        table_entries, CLUSTER, 0, 0, snapshots, 0,
    )  # fmt: skip
    head += struct.pack(">QQQII", features, 0, 0, 4, 104) + extensions + extension(END)
    whole = head.ljust(2048, b"\0") + backing
    parts = (whole, struct.pack(">Q", entry), *clusters)
    path.write_bytes(b"".join(part.ljust(CLUSTER, b"\0") for part in parts)[:keep_bytes])
    return path


def packed(cluster: bytes, at: int) -> tuple[int, bytes]:
    """An entry for a packed cluster at this place, and what has to stand there."""
    press = zlib.compressobj(9, zlib.DEFLATED, -12)
    data = press.compress(cluster) + press.flush()
    sectors = (at % 512 + len(data) - 1) // 512
    return COMPRESSED | sectors << 54 | at, data


def rows(*entries: int) -> bytes:
    """A table of the second kind."""
    return b"".join(struct.pack(">Q", entry) for entry in entries)
