"""Pour what a disk of any origin holds onto a new one. All in Python: a wrong offset reads zeros, or nothing."""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from openqrm.plugin_api.host.disks.looking import PIECE
from openqrm.plugin_api.host.noting import Refused

BLOCK_BYTES = 64 * 1024
NO_OFFSET = (1 << 56) - 1 & ~511  # of an entry of a table: the rest are flags
COMPRESSED, ZERO = 1 << 62, 1


class Progress:
    """How many bytes are through: written by one process and read by another."""

    def __init__(self) -> None:
        self.shared = mmap.mmap(-1, 8)

    def write(self, done: int) -> None:
        struct.pack_into(">Q", self.shared, 0, done)

    def read(self) -> int:
        return int(struct.unpack_from(">Q", self.shared)[0])


def pour(source: int, target: int, seen: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Only where something is; the rest of the target stays a hole."""
    for at, piece in pieces(source, seen):
        if piece.strip(b"\0"):
            os.pwrite(target, piece, at)
        progress.write(at)
    return {}


def pour_over(source: int, target: int, seen: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Onto what may hold anything, up to its end: what differs is written, and zeros of a pool take no space."""
    end = 0
    for at, piece in pieces(source, seen):
        clear(target, end, at)
        if os.pread(target, len(piece), at) != piece:
            os.pwrite(target, piece, at)
        end = at + len(piece)
        progress.write(end)
    clear(target, end, os.lseek(target, 0, os.SEEK_END))
    return {}


def clear(target: int, at: int, end: int) -> None:
    while at < end:
        zeros = bytes(min(PIECE, end - at))
        if os.pread(target, len(zeros), at) != zeros:
            os.pwrite(target, zeros, at)
        at += len(zeros)


def pieces(source: int, seen: dict[str, Any]) -> Iterator[tuple[int, bytes]]:
    """In order, with gaps where there are zeros, and nothing beyond the disk's size."""
    found = clusters(source, seen) if seen["format"] == "qcow2" else raw_pieces(source, seen["size_bytes"])
    return ((at, piece[: seen["size_bytes"] - at]) for at, piece in found)


def raw_pieces(source: int, size: int) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < size:
        try:
            at = os.lseek(source, at, os.SEEK_DATA) // BLOCK_BYTES * BLOCK_BYTES
        except OSError:  # a hole up to the end
            return
        yield at, os.pread(source, BLOCK_BYTES, at)
        at += BLOCK_BYTES


def clusters(source: int, seen: dict[str, Any]) -> Iterator[tuple[int, bytes]]:
    """The clusters of a qcow2 that stand for something else than zeros."""
    size, each = 1 << seen["bits"], (1 << seen["bits"]) // 8
    for row, in_table in enumerate(entries(source, seen["table"], seen["entries"])):
        if not in_table & NO_OFFSET:
            continue
        for column, entry in enumerate(entries(source, in_table & NO_OFFSET, each)):
            at = (row * each + column) * size
            if at < seen["size_bytes"] and (piece := cluster(source, entry, seen["bits"])):
                yield at, piece


def cluster(source: int, entry: int, bits: int) -> bytes:
    if entry & COMPRESSED:
        wide = 62 - (bits - 8)
        at, sectors = entry & (1 << wide) - 1, (entry & ~COMPRESSED & (1 << 62) - 1) >> wide
        packed = os.pread(source, (sectors + 1) * 512 - at % 512, at)
        return zlib.decompressobj(-12).decompress(packed, 1 << bits)
    if entry & ZERO or not entry & NO_OFFSET:
        return b""
    return os.pread(source, 1 << bits, entry & NO_OFFSET)


def entries(source: int, at: int, count: int) -> tuple[int, ...]:
    return struct.unpack(f">{count}Q", os.pread(source, count * 8, at).ljust(count * 8, b"\0"))


def check_digest(source: int, wanted: str, progress: Progress) -> dict[str, Any]:
    """Raises Refused when it has another one."""
    digest, at = hashlib.sha256(), 0
    while piece := os.pread(source, PIECE, at):
        digest.update(piece)
        at += len(piece)
        progress.write(at)
    if digest.hexdigest() != wanted.lower():
        raise Refused(f"it has the SHA-256 {digest.hexdigest()}, not the one that was given")
    return {}
