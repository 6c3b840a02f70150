"""An ISO 9660 image of a few small files, with their names as they are (Joliet). Pure: the same bytes each time."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

SECTOR = 2048
_PATH_TABLES, _ROOTS, _FILES = 19, 23, 25  # sectors: tables of both trees, L and M; the two folders; then the files
_JOLIET = b"%/E"  # UCS-2, level 3
_DATE = bytes((70, 1, 1, 0, 0, 0, 0))  # of every file: 1970


def render_iso(label: str, files: Mapping[str, bytes]) -> bytes:
    """The image. LABEL is of at most 16 letters and digits."""
    extents, sector = [], _FILES
    for content in files.values():
        extents.append((sector, len(content)))
        sector += _sectors(content)
    plain = [name.upper().replace("-", "_").encode() + b".;1" for name in files]
    wide = [name.encode("utf-16-be") for name in files]
    roots = [_folder(root, names, extents) for root, names in ((_ROOTS, plain), (_ROOTS + 1, wide))]
    sectors = [
        bytes(16 * SECTOR),
        _descriptor(1, label.upper().encode().ljust(32), b"", sector, _PATH_TABLES, _ROOTS),
        _descriptor(2, label.encode("utf-16-be").ljust(32, b"\0"), _JOLIET, sector, _PATH_TABLES + 2, _ROOTS + 1),
        b"\xffCD001\x01",
        *(_path_table(root, order) for root in (_ROOTS, _ROOTS + 1) for order in "<>"),
        *roots,
        *files.values(),
    ]
    return b"".join(each.ljust(max(1, _sectors(each)) * SECTOR, b"\0") for each in sectors)


def _sectors(content: bytes) -> int:
    return -(-len(content) // SECTOR) or 1


def _descriptor(kind: int, label: bytes, escape: bytes, total: int, table: int, root: int) -> bytes:
    """Of a volume; dates and the names of people are left empty."""
    blank, never = (b"\0 " if escape else b"  "), b"0" * 16 + b"\0"
    return b"".join(
        (
            struct.pack("<B5sBB", kind, b"CD001", 1, 0), blank * 16, label, bytes(8), _both32(total),
            escape.ljust(32, b"\0"), _both16(1), _both16(1), _both16(SECTOR), _both32(10),
            struct.pack("<II", table, 0), struct.pack(">II", table + 1, 0), _record(b"\0", root, SECTOR, folder=True),
            blank * 256, blank[:1] + blank * 55, never * 4, b"\x01\0",
        )
    )  # fmt: skip


def _folder(root: int, names: Sequence[bytes], extents: Sequence[tuple[int, int]]) -> bytes:
    """Itself, its parent, which is itself too, and the files in the order of their names."""
    listed = sorted(zip(names, extents, strict=True))
    files = (_record(name, sector, size) for name, (sector, size) in listed)
    return b"".join((*(_record(name, root, SECTOR, folder=True) for name in (b"\0", b"\1")), *files))


def _record(name: bytes, sector: int, size: int, *, folder: bool = False) -> bytes:
    padding = bytes(1 - len(name) % 2)
    rest = _both32(sector) + _both32(size) + _DATE + struct.pack("BBB", 2 if folder else 0, 0, 0) + _both16(1)
    rest += bytes((len(name),)) + name + padding
    return struct.pack("BB", len(rest) + 2, 0) + rest


def _path_table(root: int, order: str) -> bytes:
    return struct.pack(f"{order}BBIHBB", 1, 0, root, 1, 0, 0)


def _both16(number: int) -> bytes:
    return struct.pack("<H", number) + struct.pack(">H", number)


def _both32(number: int) -> bytes:
    return struct.pack("<I", number) + struct.pack(">I", number)
